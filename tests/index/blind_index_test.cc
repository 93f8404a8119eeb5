// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/blind_index.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parcelveil/field.h"
#include "tests/testing/child.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::InChild;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::string_view kPhone = "13812345678";
constexpr Slot kByPhone = Slot::kRecipientPhoneIndex;
constexpr Slot kByLast4 = Slot::kRecipientLast4Index;

class BlindIndexTest : public ::testing::Test {
 protected:
  BlindIndexTest()
      : gate_(keys_.Load(Role::kGate)),
        sealer_(Sealer::Create(gate_.get(), TableMap::Default()).value()),
        index_(BlindIndex::Create(gate_.get(), kByPhone).value()) {}

  std::string Sealed(std::string_view phone, std::string_view column,
                     Scope scope = Scope::kNational) {
    Record record("W1");
    record.Set(Slot::kRecipientPhone, phone);
    record.set_scope(scope);
    const SealedRow row = sealer_->Seal(record).value();
    for (const SealedRow::ColumnBytes& cell : row.cells()) {
      if (cell.column == column) return cell.bytes;
    }
    return "";
  }
  Epoch Day(int days_from_today) {
    return Epoch{static_cast<uint16_t>(ToInt(keys_.today()) + days_from_today)};
  }
  void PublishAndReload() {
    keys_.Publish();
    ASSERT_THAT(gate_->Reload(), IsOk());
  }

  testing::TestKeyring keys_;
  std::unique_ptr<Keyring> gate_;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<BlindIndex> index_;
};

TEST_F(BlindIndexTest, ComputesTheValueThatASealerStores) {
  EXPECT_EQ(index_->Value("+86 138-1234-5678", keys_.today(), Scope::kNational)
                .value(),
            Sealed(kPhone, "recipient_phone_by_phone"));
  const auto last4 = BlindIndex::Create(gate_.get(), kByLast4).value();
  const std::string stored =
      Sealed(kPhone, "recipient_phone_by_last4", Scope{5712});
  EXPECT_EQ(stored.size(), BlindIndex::kValueSize);
  for (std::string_view text :
       {kPhone, std::string_view("5678"), std::string_view(" ５６７８ ")}) {
    EXPECT_EQ(last4->Value(text, keys_.today(), Scope{5712}).value(), stored);
  }
  EXPECT_NE(last4->Value(kPhone, keys_.today(), Scope{5713}).value(), stored);
}

TEST_F(BlindIndexTest, GivesOneValueForEachDayTheNewestFirst) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const auto values,
      index_->Values(kPhone, {keys_.today(), Day(2)}, Scope::kNational));
  EXPECT_THAT(
      values,
      ElementsAre(
          index_->Value(kPhone, Day(2), Scope::kNational).value(),
          index_->Value(kPhone, Day(1), Scope::kNational).value(),
          index_->Value(kPhone, keys_.today(), Scope::kNational).value()));
  EXPECT_EQ((std::set<std::string>(values.begin(), values.end()).size()), 3u);
}

TEST_F(BlindIndexTest, GivesAValueForEachKeyOfADay) {
  const std::string before = Sealed(kPhone, "recipient_phone_by_phone");
  ASSERT_THAT(keys_.editor().Rotate(kByPhone), IsOk());
  PublishAndReload();
  const std::string after = Sealed(kPhone, "recipient_phone_by_phone");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const auto values,
      index_->Values(kPhone, {keys_.today(), keys_.today()}, Scope::kNational));
  EXPECT_THAT(values, ElementsAre(before, after));
  // A new row has the newest.
  EXPECT_EQ(index_->Value(kPhone, keys_.today(), Scope::kNational).value(),
            after);
}

TEST_F(BlindIndexTest, PassesOverDaysThatTheRoleMayNotUse) {
  keys_.clock().Advance(absl::Hours(24));
  ASSERT_THAT(keys_.editor().DestroyDay(Day(-1)), IsOk());
  PublishAndReload();
  // The day before the keyring was made, the destroyed one, today.
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const auto values,
      index_->Values(kPhone, {Day(-2), Day(0)}, Scope::kNational));
  EXPECT_THAT(values, SizeIs(1));
  EXPECT_THAT(index_->Value(kPhone, Day(-1), Scope::kNational),
              ReasonIs(Reason::kKeyDestroyed));
}

TEST_F(BlindIndexTest, LooksUpUnderTheLengthAndRuleOfEachKey) {
  Schema schema = Schema::Default();
  std::string text = schema.ToText();
  const std::string old_bits = "rule: PHONE\n  bits: 19";
  const size_t at = text.find(old_bits);
  ASSERT_NE(at, std::string::npos) << text;
  text.replace(at, old_bits.size(), "rule: PHONE\n  bits: 13");
  ASSERT_THAT(keys_.editor().Maintain({Schema::Parse(text).value(), false}),
              IsOk());
  const std::string today = Sealed(kPhone, "recipient_phone_by_phone");
  PublishAndReload();
  keys_.clock().Advance(absl::Hours(24));
  const std::string tomorrow = Sealed(kPhone, "recipient_phone_by_phone");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const auto values,
      index_->Values(kPhone, {Day(-1), Day(0)}, Scope::kNational));
  EXPECT_THAT(values, Contains(today));
  EXPECT_THAT(values, Contains(tomorrow));
}

TEST_F(BlindIndexTest, SaysWhyThereIsNoValue) {
  const auto value = [&](std::string_view text, Epoch day) {
    return index_->Value(text, day, Scope::kNational);
  };
  EXPECT_THAT(value(kPhone, Day(-1)), ReasonIs(Reason::kKeyUnknown));
  for (std::string_view text : {"", "no number", "138****5678"}) {
    EXPECT_THAT(value(text, keys_.today()),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("no normal form")));
  }
  EXPECT_THAT(value("13812345678\xff", keys_.today()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("UTF-8")));
  EXPECT_THAT(value(std::string(4096, '1'), keys_.today()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("4095")));
  EXPECT_THAT(index_->Value(kPhone, keys_.today(), Scope{5712}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("not kept by outlet")));
  EXPECT_THAT(index_->Values(kPhone, {Day(1), Day(0)}, Scope::kNational),
              ReasonIs(Reason::kMalformed));
  const auto list = keys_.Load(Role::kList);
  EXPECT_THAT(BlindIndex::Create(list.get(), kByPhone)
                  .value()
                  ->Value(kPhone, keys_.today(), Scope::kNational),
              ReasonIs(Reason::kForbidden));
  EXPECT_THAT(BlindIndex::Create(gate_.get(), Slot::kRecipientPhone),
              ReasonIs(Reason::kMalformed));
}

TEST_F(BlindIndexTest, NeverNamesTheTextInAnError) {
  const auto list = keys_.Load(Role::kList);
  const auto refused = BlindIndex::Create(list.get(), kByPhone)
                           .value()
                           ->Value(kPhone, keys_.today(), Scope::kNational);
  EXPECT_THAT(std::string(refused.status().message()),
              Not(HasSubstr(std::string(kPhone))));
}

TEST_F(BlindIndexTest, RefusesInAForkedChild) {
  ASSERT_THAT(index_->Value(kPhone, keys_.today(), Scope::kNational), IsOk());
  EXPECT_EQ(
      InChild([&] {
        return std::string(ReasonName(ReasonOf(
            index_->Value(kPhone, keys_.today(), Scope::kNational).status())));
      }),
      "KEY_UNAVAILABLE");
}

}  // namespace
}  // namespace parcelveil
