// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parcelveil/reseal.h"
#include "src/wire/cell.h"
#include "src/wire/index_value.h"
#include "tests/field/waybill_fixture.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::kAddress;
using ::parcelveil::testing::kName;
using ::parcelveil::testing::kPhone;
using ::parcelveil::testing::kWaybill;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

using Table = std::map<std::string, std::string>;

constexpr Scope kOutlet{5712};
constexpr std::string_view kNewAddress = "浙江省杭州市西湖区文三路90号";

class ResealerTest : public testing::WaybillFixture {
 protected:
  ResealerTest()
      : resealer_(Resealer::Create(gate_.get(), TableMap::Default()).value()) {}

  static StoredRow Row(const Table& table) {
    StoredRow row;
    row.record_id = kWaybill;
    for (const auto& [column, bytes] : table) {
      row.columns.push_back({column, bytes});
    }
    return row;
  }
  static std::vector<std::string> Names(const ResealedRow& row) {
    std::vector<std::string> names;
    for (const auto& cell : row.cells) names.emplace_back(cell.column);
    return names;
  }
  static void Update(Table* table, const ResealedRow& row) {
    for (const auto& cell : row.cells) {
      (*table)[std::string(cell.column)] = cell.bytes;
    }
  }
  Table Sealed(Scope scope = Scope::kNational) {
    Record record = Waybill();
    record.Set(Slot::kSenderName, "王芳");
    record.Set(Slot::kSenderPhone, "13900139000");
    record.set_scope(scope);
    return testing::Columns(sealer_->Seal(record).value());
  }
  std::string Open(const Table& table, Slot slot, const std::string& column) {
    const auto text = gate_opener_->Open({slot, kWaybill}, table.at(column));
    if (!text.ok()) return std::string(text.status().message());
    return text->Use([](std::string_view held) { return std::string(held); });
  }
  View OpenView(const Table& table) {
    return *gate_opener_->OpenViews(
        Slot::kRecipientView, {{kWaybill, table.at("recipient_view")}})[0];
  }
  static wire::FieldHeader HeaderOf(const std::string& sealed) {
    return wire::ParseFieldHeader(sealed).value();
  }
  void PublishAndReload() {
    keys_.Publish();
    for (Keyring* keyring : {converter_.get(), gate_.get()}) {
      ASSERT_THAT(keyring->Reload(), IsOk());
    }
  }
  Epoch Yesterday() {
    return Epoch{static_cast<uint16_t>(ToInt(gate_->Today()) - 1)};
  }

  std::unique_ptr<Resealer> resealer_;
};

TEST_F(ResealerTest, ChangesAFieldItsViewAndNothingElseToday) {
  Table table = Sealed();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const ResealedRow changed,
      resealer_->Change(Row(table), Slot::kRecipientAddress, kNewAddress));
  EXPECT_THAT(Names(changed), UnorderedElementsAre("recipient_address_sealed",
                                                   "recipient_view"));
  EXPECT_EQ(changed.day, DayOf(gate_->Today()));
  Update(&table, changed);
  EXPECT_EQ(Open(table, Slot::kRecipientAddress, "recipient_address_sealed"),
            kNewAddress);
  const View view = OpenView(table);
  EXPECT_EQ(view[Slot::kRecipientAddress].text(),
            "浙江省杭州市西湖区文三路***");
  EXPECT_EQ(view[Slot::kRecipientPhone].text(), "138****5678");
  EXPECT_EQ(view[Slot::kRecipientName].text(), "欧阳*");
}

TEST_F(ResealerTest, ChangesTheIndexValuesOfAPhone) {
  Table table = Sealed(kOutlet);
  const Table before = table;
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const ResealedRow changed,
      resealer_->Change(Row(table), Slot::kRecipientPhone, "13900008888"));
  EXPECT_THAT(Names(changed),
              UnorderedElementsAre("recipient_phone_sealed", "recipient_view",
                                   "recipient_phone_by_phone",
                                   "recipient_phone_by_last4"));
  Update(&table, changed);
  EXPECT_NE(table["recipient_phone_by_phone"],
            before.at("recipient_phone_by_phone"));
  // As a row that had the number from the start, in the same outlet.
  Record record(kWaybill);
  record.Set(Slot::kRecipientPhone, "13900008888");
  record.set_scope(kOutlet);
  const Table fresh = testing::Columns(sealer_->Seal(record).value());
  for (const char* column :
       {"recipient_phone_by_phone", "recipient_phone_by_last4"}) {
    EXPECT_EQ(table[column], fresh.at(column)) << column;
  }
  EXPECT_EQ(HeaderOf(table["recipient_phone_sealed"]).scope, kOutlet);
}

TEST_F(ResealerTest, SetsAFieldThatWasNotThere) {
  Table table = Sealed();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const ResealedRow changed,
      resealer_->Change(Row(table), Slot::kSenderAddress, kNewAddress));
  EXPECT_THAT(Names(changed),
              UnorderedElementsAre("sender_address_sealed", "sender_view"));
}

TEST_F(ResealerTest, MovesARowOfAPastDayToTodayWhole) {
  Table table = Sealed(kOutlet);
  keys_.clock().Advance(absl::Hours(3 * 24));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const ResealedRow changed,
      resealer_->Change(Row(table), Slot::kRecipientAddress, kNewAddress));
  EXPECT_EQ(Names(changed).size(), table.size());
  EXPECT_EQ(changed.day, DayOf(gate_->Today()));
  Update(&table, changed);
  for (const auto& [column, bytes] : table) {
    if (bytes.size() == wire::kIndexValueSize) {
      EXPECT_EQ(wire::ParseIndexValue(bytes)->key.epoch, gate_->Today());
      continue;
    }
    EXPECT_EQ(HeaderOf(bytes).epoch, gate_->Today()) << column;
    EXPECT_EQ(HeaderOf(bytes).scope, kOutlet) << column;
  }
  EXPECT_EQ(Open(table, Slot::kRecipientPhone, "recipient_phone_sealed"),
            kPhone);
  EXPECT_EQ(Open(table, Slot::kRecipientAddress, "recipient_address_sealed"),
            kNewAddress);
}

TEST_F(ResealerTest, KeepsARowOnItsPastDayWhereThatStillSeals) {
  Table table = Sealed();
  keys_.clock().Advance(absl::Hours(24));
  ASSERT_THAT(keys_.editor().Backfill(Yesterday()), IsOk());
  PublishAndReload();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const ResealedRow changed,
      resealer_->Change(Row(table), Slot::kRecipientAddress, kNewAddress));
  EXPECT_EQ(changed.day, DayOf(Yesterday()));
  EXPECT_THAT(Names(changed), UnorderedElementsAre("recipient_address_sealed",
                                                   "recipient_view"));
  Update(&table, changed);
  EXPECT_EQ(HeaderOf(table["recipient_view"]).epoch, Yesterday());
  EXPECT_EQ(OpenView(table)[Slot::kRecipientName].text(), "欧阳*");
}

TEST_F(ResealerTest, MovesARowToAnOutletUnderTodaysKeys) {
  Table table = Sealed();
  keys_.clock().Advance(absl::Hours(5 * 24));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const ResealedRow moved,
                                  resealer_->Move(Row(table), kOutlet));
  EXPECT_EQ(Names(moved).size(), table.size());
  EXPECT_EQ(moved.day, DayOf(gate_->Today()));
  Update(&table, moved);
  Record record = Waybill();
  record.set_scope(kOutlet);
  const Table fresh = testing::Columns(sealer_->Seal(record).value());
  for (const auto& [column, bytes] : fresh) {
    if (bytes.size() == wire::kIndexValueSize) {
      EXPECT_EQ(table.at(column), bytes) << column;
      continue;
    }
    EXPECT_EQ(HeaderOf(table.at(column)).scope, kOutlet) << column;
    EXPECT_EQ(HeaderOf(table.at(column)).epoch, gate_->Today()) << column;
  }
  EXPECT_EQ(Open(table, Slot::kRecipientName, "recipient_name_sealed"), kName);
  EXPECT_EQ(Open(table, Slot::kRecipientAddress, "recipient_address_sealed"),
            kAddress);
}

TEST_F(ResealerTest, RotatesARowWithinItsOwnDay) {
  Table table = Sealed(kOutlet);
  for (Slot slot : {Slot::kRecipientPhone, Slot::kRecipientPhoneIndex}) {
    ASSERT_THAT(keys_.editor().Rotate(slot), IsOk());
  }
  PublishAndReload();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const ResealedRow today,
                                  resealer_->Rotate(Row(table)));
  Update(&table, today);
  EXPECT_EQ(HeaderOf(table["recipient_phone_sealed"]).gen, 1);
  EXPECT_EQ(HeaderOf(table["recipient_name_sealed"]).gen, 0);
  EXPECT_EQ(wire::ParseIndexValue(table["recipient_phone_by_phone"])->key.gen,
            1);

  keys_.clock().Advance(absl::Hours(24));
  EXPECT_THAT(resealer_->Rotate(Row(table)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("keyring maintain --since")));
  ASSERT_THAT(keys_.editor().Backfill(Yesterday()), IsOk());
  PublishAndReload();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const ResealedRow later,
                                  resealer_->Rotate(Row(table)));
  EXPECT_EQ(later.day, DayOf(Yesterday()));
  Update(&table, later);
  EXPECT_EQ(HeaderOf(table["recipient_phone_sealed"]).gen, 2);
  EXPECT_EQ(HeaderOf(table["recipient_phone_sealed"]).epoch, Yesterday());
  EXPECT_EQ(HeaderOf(table["recipient_phone_sealed"]).scope, kOutlet);
  EXPECT_EQ(Open(table, Slot::kRecipientPhone, "recipient_phone_sealed"),
            kPhone);
}

TEST_F(ResealerTest, KeepsVersionsInTheirCells) {
  Record record = Waybill();
  record.set_version(3);
  Table table = testing::Columns(sealer_->Seal(record).value());
  StoredRow row = Row(table);
  EXPECT_THAT(resealer_->Move(row, kOutlet), ReasonIs(Reason::kDecryptFailed));
  row.version = 3;
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const ResealedRow moved,
                                  resealer_->Move(row, kOutlet));
  Update(&table, moved);
  EXPECT_THAT(gate_opener_->Open({Slot::kRecipientPhone, kWaybill, 3},
                                 table["recipient_phone_sealed"]),
              IsOk());
}

TEST_F(ResealerTest, ChangesAllOfARowOrNothing) {
  Table table = Sealed();
  table["recipient_name_sealed"].back() ^= 1;
  // The view shows the name, so the address cannot be changed without it.
  EXPECT_THAT(
      resealer_->Change(Row(table), Slot::kRecipientAddress, kNewAddress),
      ReasonIs(Reason::kDecryptFailed));
  EXPECT_THAT(resealer_->Rotate(Row(table)), ReasonIs(Reason::kDecryptFailed));
  // A value that is to be replaced need not open.
  EXPECT_THAT(resealer_->Change(Row(table), Slot::kRecipientName, "李雷"),
              IsOk());
}

TEST_F(ResealerTest, RefusesWhatItCannotReseal) {
  const Table table = Sealed();
  EXPECT_THAT(resealer_->Change(Row(table), Slot{64}, "x"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("the map has no column")));
  const auto masked =
      resealer_->Change(Row(table), Slot::kRecipientPhone, "138****5678");
  EXPECT_THAT(masked, ReasonIs(Reason::kAlreadyMasked));
  EXPECT_THAT(std::string(masked.status().message()),
              Not(HasSubstr("138****5678")));
  EXPECT_THAT(resealer_->Rotate(Row({{"note", "plain"}})),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("nothing is sealed")));
  EXPECT_THAT(resealer_->Rotate(Row({{"recipient_view", "junk"}})),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("column recipient_view")));
  const auto list = keys_.Load(Role::kList);
  EXPECT_THAT(Resealer::Create(list.get(), TableMap::Default())
                  .value()
                  ->Move(Row(table), kOutlet),
              ReasonIs(Reason::kForbidden));
}

TEST_F(ResealerTest, WantsARowOfSeveralOutletsMovedFirst) {
  Table table = Sealed();
  table["recipient_phone_sealed"] = Sealed(kOutlet)["recipient_phone_sealed"];
  EXPECT_THAT(
      resealer_->Change(Row(table), Slot::kRecipientAddress, kNewAddress),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("Move it")));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const ResealedRow moved,
                                  resealer_->Move(Row(table), kOutlet));
  Update(&table, moved);
  EXPECT_THAT(
      resealer_->Change(Row(table), Slot::kRecipientAddress, kNewAddress),
      IsOk());
}

}  // namespace
}  // namespace parcelveil
