// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/finder.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/field/waybill_fixture.h"
#include "tests/testing/child.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::Columns;
using ::parcelveil::testing::InChild;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::kPhone;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr Scope kOutlet{5712};
constexpr absl::Duration kWeek = absl::Hours(7 * 24);

// A table of sealed recipients: one row a phone.
class FinderTest : public testing::WaybillFixture {
 protected:
  FinderTest() : finder_(Finder::Create(gate_.get()).value()) {}

  void Store(std::string_view phone, Scope scope = Scope::kNational) {
    ids_.push_back(
        std::make_unique<std::string>("W" + std::to_string(ids_.size())));
    Record record(*ids_.back());
    record.Set(Slot::kRecipientName, testing::kName);
    record.Set(Slot::kRecipientPhone, phone);
    record.set_scope(scope);
    rows_.push_back(Columns(sealer_->Seal(record).value()));
  }
  // What a database finds: positions of rows whose `column` is in `values`.
  std::vector<size_t> Select(std::string_view column,
                             const std::vector<std::string>& values) const {
    std::vector<size_t> rows;
    for (size_t i = 0; i < rows_.size(); ++i) {
      const std::string& stored = rows_[i].at(std::string(column));
      if (std::find(values.begin(), values.end(), stored) != values.end()) {
        rows.push_back(i);
      }
    }
    return rows;
  }
  std::vector<SealedCell> PhoneCells() const {
    std::vector<SealedCell> cells;
    for (size_t i = 0; i < rows_.size(); ++i) {
      cells.push_back({*ids_[i], rows_[i].at("recipient_phone_sealed")});
    }
    return cells;
  }
  std::vector<SealedView> Views() const {
    std::vector<SealedView> views;
    for (size_t i = 0; i < rows_.size(); ++i) {
      views.push_back({*ids_[i], rows_[i].at("recipient_view")});
    }
    return views;
  }

  std::unique_ptr<Finder> finder_;
  std::vector<std::unique_ptr<std::string>> ids_;  // views of them stay valid
  std::vector<std::map<std::string, std::string>> rows_;
};

TEST_F(FinderTest, FindsAPhoneHoweverItIsWritten) {
  Store("13812341234");
  Store("13900139000");
  for (std::string_view phone :
       {"+86 138 1234 1234", "13812341234", "0086-138-1234-1234",
        "１３８１２３４１２３４", "138-1234-1234转9012"}) {
    const Search search{Slot::kRecipientPhone, phone};
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto values,
                                    finder_->Values(search, kWeek));
    EXPECT_THAT(Select("recipient_phone_by_phone", values), ElementsAre(0));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Found found,
                                    finder_->Matches(search, PhoneCells()));
    EXPECT_THAT(found.positions, ElementsAre(0));
    EXPECT_THAT(found.closed, IsEmpty());
  }
}

TEST_F(FinderTest, GoesBackAsManyDaysAsAsked) {
  for (int day = 0; day < 10; ++day) keys_.clock().Advance(absl::Hours(24));
  const auto num_values = [&](absl::Duration back) {
    return finder_->Values({Slot::kRecipientPhone, kPhone}, back)->size();
  };
  EXPECT_EQ(num_values(absl::ZeroDuration()), 1u);
  // What was sealed 25 hours ago may be of the day before yesterday.
  EXPECT_EQ(num_values(absl::Hours(24)), 2u);
  EXPECT_EQ(num_values(absl::Hours(25)), 3u);
  EXPECT_EQ(num_values(kWeek), 8u);
  EXPECT_EQ(num_values(absl::Hours(24 * 366)), 11u);  // the keyring's days
}

TEST_F(FinderTest, ReportsNoOtherValueOfTheSameIndexValue) {
  // Of last four digits, ten thousand numbers share each.
  Store("13812345678", kOutlet);
  Store("13900005678", kOutlet);
  Store("13900001234", kOutlet);
  const Search by_phone{Slot::kRecipientPhone, "13900005678"};
  EXPECT_THAT(finder_->Matches(by_phone, PhoneCells())->positions,
              ElementsAre(1));
  for (std::string_view text : {"5678", "13700005678"}) {
    const Search by_last4{Slot::kRecipientPhone, text, IndexRule::kLast4,
                          kOutlet};
    EXPECT_THAT(finder_->Matches(by_last4, PhoneCells())->positions,
                ElementsAre(0, 1));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto values,
                                    finder_->Values(by_last4, kWeek));
    const auto rows = Select("recipient_phone_by_last4", values);
    EXPECT_THAT(rows, Contains(0));
    EXPECT_THAT(rows, Contains(1));
  }
}

TEST_F(FinderTest, WantsTheOutletOfAnIndexThatIsKeptByOutlet) {
  Store(kPhone, kOutlet);
  Store(kPhone);  // not assigned to an outlet yet
  Search search{Slot::kRecipientPhone, kPhone, IndexRule::kLast4};
  EXPECT_THAT(finder_->Values(search, kWeek),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("name the outlet")));
  const auto rows_of = [&](Scope scope) {
    search.scope = scope;
    return Select("recipient_phone_by_last4",
                  finder_->Values(search, kWeek).value());
  };
  EXPECT_THAT(rows_of(kOutlet), ElementsAre(0));
  EXPECT_THAT(rows_of(Scope::kNational), ElementsAre(1));
  EXPECT_THAT(rows_of(Scope{5713}), IsEmpty());
}

TEST_F(FinderTest, LetsAnOutletFilterItsViewsByTheLastFourDigits) {
  const Secret steward = keys_.SecretOf(Role::kSteward);
  keys_.Keep(keys_.editor()
                 .AddScope({kOutlet, std::nullopt, &steward})
                 .value()
                 .new_secrets);
  keys_.Publish();
  const auto outlet = keys_.Load(Role::kOutlet, kOutlet);
  const auto finder = Finder::Create(outlet.get()).value();

  Store("13812345678", kOutlet);
  Store("13900001234", kOutlet);
  Store("+86 139 0000 5678", kOutlet);
  const Search search{Slot::kRecipientPhone, "5678", IndexRule::kLast4};
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto values,
                                  finder->Values(search, kWeek));
  EXPECT_THAT(Select("recipient_phone_by_last4", values), Contains(0));
  EXPECT_THAT(Select("recipient_phone_by_last4", values), Contains(2));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const FoundViews found,
      finder->MatchesViews(search, Slot::kRecipientView, Views()));
  EXPECT_THAT(found.positions, ElementsAre(0, 2));
  ASSERT_THAT(found.views, SizeIs(2));
  EXPECT_EQ(found.views[1][Slot::kRecipientPhone].text(), "139****5678");
  // It has no full values to open.
  EXPECT_THAT(finder->Matches(search, PhoneCells())->closed,
              ElementsAre(0, 1, 2));
  // Nor another outlet's keys.
  Search elsewhere = search;
  elsewhere.scope = Scope{5713};
  EXPECT_THAT(finder->Values(elsewhere, kWeek), ReasonIs(Reason::kForbidden));
}

TEST_F(FinderTest, TellsViewsByTheFirstNumberThatIsShown) {
  Store("13812345678,13900001234");
  Store("12345");  // too short to show four digits
  Store("not a number");
  const auto found = [&](std::string_view last4) {
    return finder_
        ->MatchesViews({Slot::kRecipientPhone, last4, IndexRule::kLast4},
                       Slot::kRecipientView, Views())
        ->positions;
  };
  EXPECT_THAT(found("5678"), ElementsAre(0));
  EXPECT_THAT(found("1234"), IsEmpty());
  EXPECT_THAT(found("2345"), IsEmpty());
}

TEST_F(FinderTest, ListsWhatDoesNotOpenAndGoesOn) {
  for (int i = 0; i < 3; ++i) Store(kPhone);
  rows_[0]["recipient_phone_sealed"].back() ^= 1;
  rows_[1]["recipient_phone_sealed"] = "short";
  rows_[0]["recipient_view"].back() ^= 1;
  const Search search{Slot::kRecipientPhone, kPhone};
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Found found,
                                  finder_->Matches(search, PhoneCells()));
  EXPECT_THAT(found.positions, ElementsAre(2));
  EXPECT_THAT(found.closed, ElementsAre(0, 1));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const FoundViews views,
      finder_->MatchesViews(search, Slot::kRecipientView, Views()));
  EXPECT_THAT(views.positions, ElementsAre(1, 2));
  EXPECT_THAT(views.closed, ElementsAre(0));
}

TEST_F(FinderTest, CannotFindHotValuesOrTellTheirRowsApart) {
  SealerOptions options;
  options.hot_values = {{Slot::kRecipientPhone, "+86 138 1234 5678"}};
  sealer_ =
      Sealer::Create(converter_.get(), TableMap::Default(), options).value();
  for (int i = 0; i < 3; ++i) Store("13812345678", kOutlet);
  Store("13900005678", kOutlet);
  std::set<std::string> by_phone;
  for (const auto& row : rows_)
    by_phone.insert(row.at("recipient_phone_by_phone"));
  EXPECT_EQ(by_phone.size(), rows_.size());  // 19 bits: chance 1 in 87,381
  const Search hot{Slot::kRecipientPhone, "13812345678"};
  EXPECT_THAT(
      Select("recipient_phone_by_phone", finder_->Values(hot, kWeek).value()),
      IsEmpty());
  // Others of its last four digits are found as before.
  const Search last4{Slot::kRecipientPhone, "5678", IndexRule::kLast4, kOutlet};
  EXPECT_THAT(
      Select("recipient_phone_by_last4", finder_->Values(last4, kWeek).value()),
      Contains(3));
  // And what is sealed is the value.
  EXPECT_THAT(finder_->Matches(hot, PhoneCells())->positions,
              ElementsAre(0, 1, 2));
}

TEST_F(FinderTest, RefusesWhatCannotBeFound) {
  const auto values = [&](const Search& search) {
    return finder_->Values(search, kWeek);
  };
  for (std::string_view text : {"", "1234", "138****5678"}) {
    const Search search{Slot::kRecipientPhone, text};
    EXPECT_THAT(values(search), ReasonIs(Reason::kMalformed));
    EXPECT_THAT(finder_->Matches(search, {}), ReasonIs(Reason::kMalformed));
  }
  EXPECT_THAT(
      values({Slot::kRecipientName, "欧阳"}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no such index")));
  const Search phone{Slot::kRecipientPhone, kPhone};
  for (absl::Duration back :
       {-absl::Seconds(1), absl::Hours(24 * 366) + absl::Seconds(1),
        absl::InfiniteDuration(), -absl::InfiniteDuration()}) {
    EXPECT_THAT(finder_->Values(phone, back), ReasonIs(Reason::kMalformed));
  }
  EXPECT_THAT(finder_->Matches({Slot::kRecipientPhoneIndex, kPhone}, {}),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(finder_->MatchesViews(phone, Slot::kRecipientPhone, {}),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(Finder::Create(nullptr), ReasonIs(Reason::kMalformed));
}

TEST_F(FinderTest, OpensNoMoreCandidatesThanItSays) {
  Store(kPhone);
  const Search search{Slot::kRecipientPhone, kPhone};
  const std::vector<SealedCell> most(Finder::kMaxCandidates, PhoneCells()[0]);
  EXPECT_THAT(finder_->Matches(search, most)->positions,
              SizeIs(Finder::kMaxCandidates));
  std::vector<SealedCell> more = most;
  more.push_back(more[0]);
  EXPECT_THAT(
      finder_->Matches(search, more),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("over 2048")));
  const std::vector<SealedView> views(Finder::kMaxCandidates + 1, Views()[0]);
  EXPECT_THAT(finder_->MatchesViews(search, Slot::kRecipientView, views),
              ReasonIs(Reason::kMalformed));
}

TEST_F(FinderTest, GivesARoleWithoutTheIndexNoValues) {
  const auto finder = Finder::Create(list_.get()).value();
  const auto values = finder->Values({Slot::kRecipientPhone, kPhone}, kWeek);
  EXPECT_THAT(values, ReasonIs(Reason::kForbidden));
  EXPECT_THAT(std::string(values.status().message()),
              Not(HasSubstr(std::string(kPhone))));
}

TEST_F(FinderTest, RefusesInAForkedChild) {
  Store(kPhone);
  const Search search{Slot::kRecipientPhone, kPhone};
  const auto reason = [](const absl::Status& status) {
    return std::string(ReasonName(ReasonOf(status))) + " ";
  };
  EXPECT_EQ(
      InChild([&] {
        return reason(finder_->Values(search, kWeek).status()) +
               reason(finder_->Matches(search, PhoneCells()).status()) +
               reason(
                   finder_->MatchesViews(search, Slot::kRecipientView, Views())
                       .status());
      }),
      "KEY_UNAVAILABLE KEY_UNAVAILABLE KEY_UNAVAILABLE ");
}

}  // namespace
}  // namespace parcelveil
