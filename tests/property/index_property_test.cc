// SPDX-License-Identifier: Apache-2.0
// Finding, tried on a table that a fixed seed fills over many days: a row in
// the range is always found, another number is never reported.

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "parcelveil/field.h"
#include "parcelveil/finder.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;

constexpr uint32_t kSeed = 20261124;
constexpr int kDays = 12;
constexpr Scope kOutlets[] = {Scope::kNational, Scope{5712}, Scope{5713}};

struct Row {
  std::string id;
  std::string phone;  // normal: 11 digits
  Scope scope;
  int day;
  std::string sealed, by_phone, by_last4;
};

class IndexPropertyTest : public ::testing::Test {
 protected:
  IndexPropertyTest()
      : gate_(keys_.Load(Role::kGate)),
        sealer_(Sealer::Create(gate_.get(), TableMap::Default()).value()),
        finder_(Finder::Create(gate_.get()).value()),
        random_(kSeed) {
    RecordProperty("seed", static_cast<int>(kSeed));
  }

  // Few numbers and fewer last four digits, so that both repeat.
  std::string RandomPhone() {
    static const char* const kHeads[] = {"1380013", "1390013", "1591234"};
    static const char* const kLast4[] = {"0000", "1234", "5678", "9999"};
    return kHeads[random_() % 3] + std::string(kLast4[random_() % 4]);
  }
  // One way in which people write `phone`.
  std::string Written(const std::string& phone) {
    switch (random_() % 5) {
      case 0:
        return "+86 " + phone;
      case 1:
        return phone.substr(0, 3) + "-" + phone.substr(3, 4) + "-" +
               phone.substr(7);
      case 2:
        return "0086" + phone;
      case 3:
        return "  " + phone + "转123";
      default:
        return phone;
    }
  }
  void SealRandomRow(int day) {
    Row row;
    row.id = "W" + std::to_string(rows_.size());
    row.phone = RandomPhone();
    row.scope = kOutlets[random_() % 3];
    row.day = day;
    const std::string written = Written(row.phone);
    Record record(row.id);
    record.Set(Slot::kRecipientPhone, written);
    record.set_scope(row.scope);
    const SealedRow sealed = sealer_->Seal(record).value();
    for (const SealedRow::ColumnBytes& cell : sealed.cells()) {
      if (cell.column == "recipient_phone_sealed") row.sealed = cell.bytes;
      if (cell.column == "recipient_phone_by_phone") row.by_phone = cell.bytes;
      if (cell.column == "recipient_phone_by_last4") row.by_last4 = cell.bytes;
    }
    rows_.push_back(std::move(row));
  }
  // Ids of the rows that a database with an index finds and Matches keeps.
  std::vector<std::string> Find(const Search& search, int days,
                                std::string Row::*column) {
    const auto values = finder_->Values(search, days * absl::Hours(24)).value();
    std::vector<SealedCell> cells;
    for (const Row& row : rows_) {
      if (std::find(values.begin(), values.end(), row.*column) !=
          values.end()) {
        cells.push_back({row.id, row.sealed});
      }
    }
    const Found found = finder_->Matches(search, cells).value();
    EXPECT_TRUE(found.closed.empty());
    std::vector<std::string> ids;
    for (size_t i : found.positions) ids.emplace_back(cells[i].record_id);
    return ids;
  }
  template <typename IsWanted>
  std::vector<std::string> Expected(IsWanted is_wanted) const {
    std::vector<std::string> ids;
    for (const Row& row : rows_) {
      if (is_wanted(row)) ids.push_back(row.id);
    }
    return ids;
  }

  testing::TestKeyring keys_;
  std::unique_ptr<Keyring> gate_;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<Finder> finder_;
  std::mt19937 random_;
  std::vector<Row> rows_;
};

TEST_F(IndexPropertyTest, FindsEveryRowOfTheRangeAndNoOtherNumber) {
  for (int day = 0; day < kDays; ++day) {
    for (int i = 0; i < 20; ++i) SealRandomRow(day);
    if (day % 4 == 1) {  // rows of two keys in one day
      ASSERT_THAT(keys_.editor().Rotate(Slot::kRecipientPhoneIndex), IsOk());
      ASSERT_THAT(keys_.editor().Rotate(Slot::kRecipientLast4Index), IsOk());
      keys_.Publish();
      ASSERT_THAT(gate_->Reload(), IsOk());
      for (int i = 0; i < 10; ++i) SealRandomRow(day);
    }
    if (day + 1 < kDays) keys_.clock().Advance(absl::Hours(24));
  }
  size_t num_found = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string phone = RandomPhone();
    const int days = static_cast<int>(random_() % (kDays + 3));
    const Scope scope = kOutlets[random_() % 3];
    const std::string written = Written(phone);
    const std::string last4 = phone.substr(7);
    const bool is_whole = random_() % 2 == 0;
    const auto in_range = [&](const Row& row) {
      return row.day >= kDays - 1 - days;
    };
    const auto by_phone =
        Find({Slot::kRecipientPhone, written}, days, &Row::by_phone);
    EXPECT_EQ(by_phone, Expected([&](const Row& row) {
                return in_range(row) && row.phone == phone;
              }));
    const auto by_last4 =
        Find({Slot::kRecipientPhone, is_whole ? written : last4,
              IndexRule::kLast4, scope},
             days, &Row::by_last4);
    EXPECT_EQ(by_last4, Expected([&](const Row& row) {
                return in_range(row) && row.scope == scope &&
                       row.phone.substr(7) == last4;
              }));
    num_found += by_phone.size() + by_last4.size();
  }
  EXPECT_GT(num_found, 300u);  // the table was worth searching
}

}  // namespace
}  // namespace parcelveil
