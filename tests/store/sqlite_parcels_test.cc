// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "parcelveil/field.h"
#include "parcelveil/sqlite_gate.h"
#include "tests/migrate/wrap_fixture.h"

namespace parcelveil::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kMap[] = R"(
table: "运单 \"今日\""
record_id: "编号"
record_prefix: "A-"
epoch_from: "created_at"
scope: "网点"
column { name: "收件人"    slot: RECIPIENT_NAME }
column { name: "phone"     slot: RECIPIENT_PHONE  index: PHONE  index: LAST4 }
column { name: "地址"      slot: RECIPIENT_ADDRESS }
column { name: "寄件人"    slot: SENDER_NAME }
view { slot: RECIPIENT_VIEW  preset: HANDHELD }
view { slot: SENDER_VIEW     preset: HANDHELD }
state: "状态"  assigned_to: "快递员"  no_coverage: "no \"signal\""
state_value { is: OUT_FOR_DELIVERY text: "30" }
state_value { is: SIGNED_OFF text: "80" }
)";
constexpr char kTable[] = "\"运单 \"\"今日\"\"\"";
constexpr Slot kDoor[] = {Slot::kRecipientAddress};

class SqliteParcelsTest : public WrapTest {
 protected:
  void SetUp() override {
    WrapTest::SetUp();
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(map_, TableMap::Parse(kMap));
    Execute(std::string("CREATE TABLE ") + kTable +
            " (编号 TEXT PRIMARY KEY COLLATE NOCASE, created_at TEXT, 网点 "
            "INTEGER, 状态 TEXT, 快递员 INTEGER, \"no \"\"signal\"\"\" "
            "INTEGER, 收件人 TEXT, phone TEXT, 地址 TEXT, 寄件人 TEXT)");
    Add("SF1", "30", "1007");
    Add("SF2", "80", "1007");
    Add("SF3", "99", "1007");
    Add("SF4", "30", "1008");
    ASSERT_EQ(Run().num_sealed, 4u);
  }
  void Add(const std::string& id, const std::string& state,
           const std::string& courier) {
    Execute(std::string("INSERT INTO ") + kTable + " VALUES ('" + id +
            "', '2026-11-24T09:30:00+08:00', 5712, '" + state + "', '" +
            courier + "', " + (id == "SF4" ? "1" : "NULL") +
            ", '张三丰', '1381234123" + id.substr(2) +
            "', '世纪大道100号501室', '李四')");
  }
  std::unique_ptr<SqliteParcels> Open() {
    auto parcels = SqliteParcels::Create(path_, map_, Schema::Default());
    EXPECT_THAT(parcels, IsOk());
    return parcels.ok() ? *std::move(parcels) : nullptr;
  }
  std::string Column(const std::string& id, const std::string& column) {
    return Text("SELECT \"" + column + "\" FROM " + kTable + " WHERE 编号 = '" +
                id + "'");
  }
};

TEST_F(SqliteParcelsTest, FindsAParcelWithCellsThatOpen) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const auto parcel,
      Open()->Find("A-SF4", {Slot::kRecipientAddress, Slot::kRecipientView,
                             Slot::kRecipientPhone}));
  ASSERT_TRUE(parcel.has_value());
  EXPECT_EQ(parcel->record_id, "A-SF4");
  EXPECT_EQ(parcel->assigned_to, 1008u);
  EXPECT_EQ(parcel->state, ParcelState::kOutForDelivery);
  EXPECT_EQ(parcel->outlet, Scope{5712});
  EXPECT_EQ(parcel->version, 0u);
  EXPECT_TRUE(parcel->no_coverage);
  ASSERT_THAT(parcel->cells, SizeIs(3));
  EXPECT_EQ(parcel->cells[0].slot, Slot::kRecipientAddress);
  EXPECT_EQ(parcel->cells[1].slot, Slot::kRecipientView);
  const auto keyring = keyring_.Load(Role::kGate);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto opener,
                                  Opener::Create(keyring.get()));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const Plaintext text,
      opener->Open({Slot::kRecipientAddress, parcel->record_id},
                   parcel->cells[0].sealed));
  text.Use(
      [](std::string_view bytes) { EXPECT_EQ(bytes, "世纪大道100号501室"); });
}

TEST_F(SqliteParcelsTest, FindsARecordByItsExactIdOnly) {
  const auto parcels = Open();
  for (const char* id :
       {"SF1", "A-sf1", "A-SF1 ", "A-", "", "a-SF1", "A-SF9", "A-A-SF1"}) {
    EXPECT_FALSE(parcels->Find(id, kDoor)->has_value()) << id;
  }
  EXPECT_FALSE(parcels->Find(std::string("A-SF1\0", 6), kDoor)->has_value());
  EXPECT_TRUE(parcels->Find("A-SF1", kDoor)->has_value());
}

TEST_F(SqliteParcelsTest, LeavesOutWhatIsNullAndSlotsWithoutAColumn) {
  Execute(std::string("UPDATE ") + kTable + " SET 地址_sealed = NULL");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const auto parcel,
      Open()->Find("A-SF1", {Slot::kRecipientAddress, Slot::kSenderPhone,
                             Slot::kRecipientName}));
  ASSERT_THAT(parcel->cells, SizeIs(1));
  EXPECT_EQ(parcel->cells[0].slot, Slot::kRecipientName);
  EXPECT_FALSE(parcel->no_coverage);
}

TEST_F(SqliteParcelsTest, RevealsNothingOfAStateThatTheMapDoesNotName) {
  const auto parcels = Open();
  EXPECT_EQ((*parcels->Find("A-SF2", kDoor))->state, ParcelState::kSignedOff);
  EXPECT_EQ((*parcels->Find("A-SF3", kDoor))->state, ParcelState::kUnknown);
  Execute(std::string("UPDATE ") + kTable + " SET 状态 = NULL");
  EXPECT_EQ((*parcels->Find("A-SF1", kDoor))->state, ParcelState::kUnknown);
}

TEST_F(SqliteParcelsTest, TakesWhatIsNoPrincipalForNobody) {
  const auto parcels = Open();
  for (const char* courier : {"NULL", "'x'", "-7", "1.5", "''", "x'31'"}) {
    Execute(std::string("UPDATE ") + kTable + " SET 快递员 = " + courier);
    EXPECT_EQ((*parcels->Find("A-SF1", kDoor))->assigned_to, 0u) << courier;
  }
}

TEST_F(SqliteParcelsTest, CountsWhatIsAssignedAndNotSignedOff) {
  const auto parcels = Open();
  EXPECT_EQ(*parcels->CountAssigned(1007), 1u) << "neither signed off nor 99";
  EXPECT_EQ(*parcels->CountAssigned(1008), 1u);
  EXPECT_EQ(*parcels->CountAssigned(1009), 0u);
  Execute(std::string("UPDATE ") + kTable + " SET 快递员 = 0");
  EXPECT_EQ(*parcels->CountAssigned(0), 0u);
}

TEST_F(SqliteParcelsTest, FindsByIndexWithAnyNumberOfValues) {
  const auto parcels = Open();
  const std::string value = Column("SF2", "phone_by_phone");
  ASSERT_THAT(value, SizeIs(12));
  for (const size_t num_values : {1u, 8u, 9u, 400u}) {
    std::vector<std::string> values(num_values, std::string(12, 'x'));
    values.front() = value;
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        const auto found,
        parcels->FindByIndex(Slot::kRecipientPhoneIndex, values,
                             {Slot::kRecipientPhone}, 20));
    ASSERT_THAT(found, SizeIs(1)) << num_values;
    EXPECT_EQ(found[0].record_id, "A-SF2");
    EXPECT_EQ(found[0].cells[0].sealed, Column("SF2", "phone_sealed"));
  }
  EXPECT_THAT(*parcels->FindByIndex(Slot::kRecipientPhoneIndex, {}, {}, 20),
              IsEmpty());
  EXPECT_THAT(parcels->FindByIndex(Slot::kSenderPhoneIndex, {value}, {}, 20),
              ReasonIs(Reason::kMalformed));
}

TEST_F(SqliteParcelsTest, FindsNoMoreThanTheLimit) {
  std::vector<std::string> values;
  for (const char* id : {"SF1", "SF2", "SF3", "SF4"}) {
    values.push_back(Column(id, "phone_by_last4"));
  }
  const auto parcels = Open();
  const auto find = [&](size_t limit) {
    return parcels->FindByIndex(Slot::kRecipientLast4Index, values, {}, limit)
        ->size();
  };
  EXPECT_EQ(find(20), 4u);
  EXPECT_EQ(find(3), 3u);
}

TEST_F(SqliteParcelsTest, ErasesAFieldWithAllThatWasMadeOfIt) {
  const auto parcels = Open();
  ASSERT_THAT(parcels->Erase("A-SF1", {Slot::kRecipientPhone}), IsOk());
  for (const char* cleared : {"phone", "phone_sealed", "phone_by_phone",
                              "phone_by_last4", "recipient_view"}) {
    EXPECT_EQ(Column("SF1", cleared), "") << cleared;
    EXPECT_NE(Column("SF2", cleared), "") << cleared;
  }
  for (const char* kept : {"收件人_sealed", "地址_sealed", "寄件人_sealed",
                           "sender_view", "收件人"}) {
    EXPECT_NE(Column("SF1", kept), "") << kept;
  }
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const auto parcel,
      parcels->Find("A-SF1", {Slot::kRecipientPhone, Slot::kRecipientAddress}));
  ASSERT_THAT(parcel->cells, SizeIs(1));
  EXPECT_EQ(parcel->cells[0].slot, Slot::kRecipientAddress);
}

TEST_F(SqliteParcelsTest, OverwritesWhatItErases) {
  const std::string sealed = Column("SF1", "地址_sealed");
  ASSERT_THAT(AllBytes(), HasSubstr(sealed));
  ASSERT_THAT(Open()->Erase("A-SF1", kDoor), IsOk());
  EXPECT_THAT(AllBytes(), Not(HasSubstr(sealed)));
}

TEST_F(SqliteParcelsTest, ErasesOnceThePlaintextColumnsAreGone) {
  ASSERT_TRUE(Verify().counts);
  ASSERT_THAT(OpenMigration()->Finish({}), IsOk());
  ASSERT_THAT(Open()->Erase("A-SF1", {Slot::kSenderName}), IsOk());
  EXPECT_EQ(Column("SF1", "寄件人_sealed"), "");
  EXPECT_EQ(Column("SF1", "sender_view"), "");
  EXPECT_NE(Column("SF1", "recipient_view"), "");
}

TEST_F(SqliteParcelsTest, SaysThatThereIsNothingToErase) {
  const auto parcels = Open();
  for (const char* id : {"A-SF9", "SF1", "A-sf1"}) {
    EXPECT_EQ(parcels->Erase(id, kDoor).code(), absl::StatusCode::kNotFound)
        << id;
  }
  EXPECT_NE(Column("SF1", "地址_sealed"), "");
}

TEST_F(SqliteParcelsTest, FindsIntegerKeysByTheirDecimalForm) {
  for (const char* type : {"INTEGER PRIMARY KEY", "PRIMARY KEY"}) {
    Execute("DROP TABLE waybill");
    Execute(std::string("CREATE TABLE waybill (waybill_no ") + type +
            ", created_at, outlet_id, status, courier, recipient_name_sealed)");
    Execute(
        "INSERT INTO waybill VALUES (123, '', 70000000000, 30, '1007', "
        "x'01')");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        map_, TableMap::Parse(
                  "table: \"waybill\" record_id: \"waybill_no\" epoch_from: "
                  "\"created_at\" scope: \"outlet_id\" state: \"status\" "
                  "assigned_to: \"courier\" column { name: \"recipient_name\" "
                  "slot: RECIPIENT_NAME } state_value { is: OUT_FOR_DELIVERY "
                  "text: \"30\" }"));
    const auto parcels = Open();
    for (const char* id : {"0123", "123.0", "1", "+123", " 123", "x"}) {
      EXPECT_FALSE(parcels->Find(id, {})->has_value()) << id;
    }
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto parcel,
                                    parcels->Find("123", {}));
    ASSERT_TRUE(parcel.has_value());
    EXPECT_EQ(parcel->record_id, "123");
    EXPECT_EQ(parcel->assigned_to, 1007u) << "text is a principal, too";
    EXPECT_EQ(parcel->state, ParcelState::kOutForDelivery);
    EXPECT_EQ(parcel->outlet, Scope::kNational) << "it has no 32 bits";
    EXPECT_EQ(*parcels->CountAssigned(1007), 1u);
    ASSERT_THAT(parcels->Erase("123", {Slot::kRecipientName}), IsOk());
    EXPECT_EQ(Text("SELECT recipient_name_sealed FROM waybill"), "");
  }
}

TEST_F(SqliteParcelsTest, RefusesARecordIdThatTwoRowsHave) {
  Execute("DROP TABLE waybill");
  Execute("CREATE TABLE waybill (waybill_no, at, s, c, n_sealed)");
  Execute(
      "INSERT INTO waybill VALUES (7, '', '', '', ''), ('7', '', '', '', "
      "'')");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      map_,
      TableMap::Parse("table: \"waybill\" record_id: \"waybill_no\" "
                      "epoch_from: \"at\" state: \"s\" assigned_to: \"c\" "
                      "column { name: \"n\" slot: RECIPIENT_NAME }"));
  EXPECT_EQ(Open()->Find("7", {}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(SqliteParcelsTest, RefusesAMapThatTheTableDoesNotFit) {
  const auto create = [&] {
    return SqliteParcels::Create(path_, map_, Schema::Default()).status();
  };
  TableMap good = map_;
  map_.assigned_to = "";
  EXPECT_THAT(create(), ReasonIs(Reason::kMalformed));
  map_ = good;
  map_.state = "";
  EXPECT_THAT(create(), ReasonIs(Reason::kMalformed));
  for (std::string TableMap::*column :
       {&TableMap::record_id, &TableMap::scope, &TableMap::no_coverage,
        &TableMap::assigned_to, &TableMap::state, &TableMap::table}) {
    map_ = good;
    map_.*column = "absent";
    EXPECT_THAT(create(), StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasSubstr("absent")));
  }
  map_ = good;
  map_.columns[1].indexes[0].column = "absent";
  EXPECT_THAT(create(), StatusIs(absl::StatusCode::kInvalidArgument,
                                 HasSubstr("absent")));
  EXPECT_EQ(
      SqliteParcels::Create(scratch_.File("none"), good, Schema::Default())
          .status()
          .code(),
      absl::StatusCode::kNotFound);
}

TEST_F(SqliteParcelsTest, AnswersManyThreadsWhileTheTableIsWritten) {
  Execute("PRAGMA journal_mode = WAL");
  const auto parcels = Open();
  std::atomic<int> num_found{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const auto parcel = parcels->Find("A-SF1", kDoor);
        if (parcel.ok() && parcel->has_value()) ++num_found;
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    Execute(std::string("UPDATE ") + kTable + " SET 快递员 = 快递员 + 1");
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(num_found, 8 * 50);
}

}  // namespace
}  // namespace parcelveil::testing
