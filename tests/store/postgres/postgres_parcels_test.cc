// SPDX-License-Identifier: Apache-2.0
// Parcels of a table with Chinese and quoted names.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parcelveil/postgres.h"
#include "parcelveil/postgres_gate.h"
#include "tests/testing/postgres_cluster.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kMap[] = R"(
table: "\"快递\".\"运单 \"\"今日\"\".x\""
record_id: "编号"
record_prefix: "A-"
epoch_from: "created_at"
scope: "网点"
column { name: "收件人"    slot: RECIPIENT_NAME }
column { name: "Phone"     slot: RECIPIENT_PHONE  index: PHONE  index: LAST4 }
column { name: "地址"      slot: RECIPIENT_ADDRESS }
view { slot: RECIPIENT_VIEW  preset: HANDHELD }
view { slot: SENDER_VIEW     preset: HANDHELD }
state: "状态"  assigned_to: "快递员"  no_coverage: "no \"signal\""
state_value { is: OUT_FOR_DELIVERY text: "30" }
state_value { is: SIGNED_OFF text: "80" }
)";
constexpr char kTable[] = "\"快递\".\"运单 \"\"今日\"\".x\"";
constexpr Slot kDoor[] = {Slot::kRecipientAddress};

class PostgresParcelsTest : public ::testing::Test {
 protected:
  PostgresParcelsTest()
      : address_(PostgresCluster::Shared().Address(
            PostgresCluster::Shared().MakeDatabase())),
        db_(OpenOrDie(address_)) {}
  void SetUp() override {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(map_, TableMap::Parse(kMap));
    Execute("CREATE SCHEMA 快递");
    Make("编号 text PRIMARY KEY, 快递员 bigint");
    Add("SF1", "30", "1007");
    Add("SF2", "80", "1007");
    Add("SF3", "99", "1007");
    Add("SF4", "30", "1008");
  }
  // The table, with these columns and those that no test varies.
  void Make(const std::string& columns) {
    Execute(absl::StrCat("DROP TABLE IF EXISTS ", kTable));
    Execute(absl::StrCat(
        "CREATE TABLE ", kTable, " (", columns,
        ", created_at timestamptz, 网点 bigint, 状态 text, \"no "
        "\"\"signal\"\"\" boolean, 收件人 text, \"Phone\" text, 地址 text, "
        "收件人_sealed bytea, \"Phone_sealed\" bytea, \"Phone_by_phone\" "
        "bytea, \"Phone_by_last4\" bytea, 地址_sealed bytea, recipient_view "
        "bytea, sender_view bytea)"));
  }
  void Execute(const std::string& sql) {
    ASSERT_THAT(db_->Execute(sql, "test"), IsOk()) << sql;
  }
  void Add(const std::string& id, const std::string& state,
           const std::string& courier) {
    Execute(absl::StrCat(
        "INSERT INTO ", kTable,
        " (编号, 快递员, 网点, 状态, \"no \"\"signal\"\"\", \"Phone\", 地址, "
        "收件人_sealed, \"Phone_sealed\", \"Phone_by_phone\", "
        "\"Phone_by_last4\", 地址_sealed, recipient_view, sender_view) VALUES "
        "('",
        id, "', '", courier, "', 5712, '", state, "', ",
        id == "SF4" ? "true" : "NULL", ", '138', '501', 'n", id, "', 'p", id,
        "', 'by", id, "', 'last4', 'a", id, "', 'v', 'v')"));
  }
  std::unique_ptr<PostgresParcels> Open() {
    auto parcels = PostgresParcels::Create(address_, map_, Schema::Default());
    EXPECT_THAT(parcels, IsOk());
    return parcels.ok() ? *std::move(parcels) : nullptr;
  }
  std::string Column(const std::string& id, const std::string& column) {
    auto select =
        db_->Prepare(absl::StrCat("SELECT \"", column, "\" FROM ", kTable,
                                  " WHERE 编号::text = '", id, "'"),
                     "test");
    EXPECT_THAT(select, IsOk());
    if (!select.ok() || !select->Step().value_or(false)) return "[no row]";
    return select->IsNull(0) ? "" : std::string(select->Bytes(0));
  }
  void Set(const std::string& column, const std::string& value) {
    Execute(absl::StrCat("UPDATE ", kTable, " SET ", column, " = ", value));
  }

  const std::string address_;
  std::unique_ptr<PostgresConnection> db_;
  TableMap map_;
};

TEST_F(PostgresParcelsTest, FindsAParcelWithItsCells) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const auto parcel,
      Open()->Find("A-SF4", {Slot::kRecipientAddress, Slot::kRecipientView,
                             Slot::kSenderPhone, Slot::kRecipientPhone}));
  ASSERT_TRUE(parcel.has_value());
  EXPECT_EQ(parcel->record_id, "A-SF4");
  EXPECT_EQ(parcel->assigned_to, 1008u);
  EXPECT_EQ(parcel->state, ParcelState::kOutForDelivery);
  EXPECT_EQ(parcel->outlet, Scope{5712});
  EXPECT_EQ(parcel->version, 0u);
  EXPECT_TRUE(parcel->no_coverage);
  ASSERT_THAT(parcel->cells, SizeIs(3)) << "it has no column for one slot";
  EXPECT_EQ(parcel->cells[0].slot, Slot::kRecipientAddress);
  EXPECT_EQ(parcel->cells[0].sealed, "aSF4");
  EXPECT_EQ(parcel->cells[2].sealed, "pSF4");
}

TEST_F(PostgresParcelsTest, FindsARecordByItsExactIdOnly) {
  const auto parcels = Open();
  for (const char* id : {"SF1", "A-sf1", "A-SF1 ", "A-", "", "a-SF1", "A-SF9",
                         "A-A-SF1", "A-\xFF", "A-' OR true --"}) {
    EXPECT_FALSE(parcels->Find(id, kDoor)->has_value()) << id;
  }
  EXPECT_FALSE(parcels->Find(std::string("A-SF1\0", 6), kDoor)->has_value());
  EXPECT_TRUE(parcels->Find("A-SF1", kDoor)->has_value());
}

TEST_F(PostgresParcelsTest, FindsIntegerKeysByTheirDecimalForm) {
  for (const char* type : {"integer", "bigint", "numeric"}) {
    Make(absl::StrCat("编号 ", type, " PRIMARY KEY, 快递员 text"));
    Add("123", "30", "1007");
    const auto parcels = Open();
    for (const char* id :
         {"A-0123", "A-123.0", "A-1", "A-+123", "A- 123", "A-4294967419"}) {
      EXPECT_FALSE(parcels->Find(id, {})->has_value()) << type << " " << id;
    }
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto parcel,
                                    parcels->Find("A-123", {}));
    ASSERT_TRUE(parcel.has_value());
    EXPECT_EQ(parcel->record_id, "A-123");
    EXPECT_EQ(parcel->assigned_to, 1007u) << "text is a principal, too";
    EXPECT_EQ(*parcels->CountAssigned(1007), 1u);
    ASSERT_THAT(parcels->Erase("A-123", {Slot::kRecipientName}), IsOk());
    EXPECT_EQ(Column("123", "收件人_sealed"), "");
  }
}

TEST_F(PostgresParcelsTest, RevealsNothingOfAStateThatTheMapDoesNotName) {
  const auto parcels = Open();
  EXPECT_EQ((*parcels->Find("A-SF2", kDoor))->state, ParcelState::kSignedOff);
  EXPECT_EQ((*parcels->Find("A-SF3", kDoor))->state, ParcelState::kUnknown);
  Set("状态", "NULL");
  EXPECT_EQ((*parcels->Find("A-SF1", kDoor))->state, ParcelState::kUnknown);
}

TEST_F(PostgresParcelsTest, TakesWhatIsNoPrincipalForNobody) {
  Make("编号 text PRIMARY KEY, 快递员 text");
  Add("SF1", "30", "1007");
  const auto parcels = Open();
  for (const char* courier : {"NULL", "'x'", "'-7'", "'1.5'", "''", "'07'"}) {
    Set("快递员", courier);
    EXPECT_EQ((*parcels->Find("A-SF1", kDoor))->assigned_to, 0u) << courier;
  }
}

TEST_F(PostgresParcelsTest, CountsWhatIsAssignedAndNotSignedOff) {
  const auto parcels = Open();
  EXPECT_EQ(*parcels->CountAssigned(1007), 1u) << "neither signed off nor 99";
  EXPECT_EQ(*parcels->CountAssigned(1008), 1u);
  EXPECT_EQ(*parcels->CountAssigned(1009), 0u);
  EXPECT_EQ(*parcels->CountAssigned(UINT64_MAX), 0u);
  Set("快递员", "0");
  EXPECT_EQ(*parcels->CountAssigned(0), 0u);
}

TEST_F(PostgresParcelsTest, FindsByIndexNoMoreThanTheLimit) {
  const auto parcels = Open();
  std::vector<std::string> values(400, "none");
  values.push_back("bySF2");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const auto found, parcels->FindByIndex(Slot::kRecipientPhoneIndex, values,
                                             {Slot::kRecipientPhone}, 20));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].record_id, "A-SF2");
  EXPECT_EQ(found[0].cells[0].sealed, "pSF2");
  EXPECT_THAT(
      *parcels->FindByIndex(Slot::kRecipientLast4Index, {"last4"}, {}, 20),
      SizeIs(4));
  EXPECT_THAT(
      *parcels->FindByIndex(Slot::kRecipientLast4Index, {"last4"}, {}, 3),
      SizeIs(3));
  EXPECT_THAT(*parcels->FindByIndex(Slot::kRecipientPhoneIndex, {}, {}, 20),
              IsEmpty());
  EXPECT_THAT(parcels->FindByIndex(Slot::kSenderPhoneIndex, {"x"}, {}, 20),
              ReasonIs(Reason::kMalformed));
}

TEST_F(PostgresParcelsTest, ErasesAFieldWithAllThatWasMadeOfIt) {
  const auto parcels = Open();
  ASSERT_THAT(parcels->Erase("A-SF1", {Slot::kRecipientPhone}), IsOk());
  for (const char* cleared : {"Phone", "Phone_sealed", "Phone_by_phone",
                              "Phone_by_last4", "recipient_view"}) {
    EXPECT_EQ(Column("SF1", cleared), "") << cleared;
    EXPECT_NE(Column("SF2", cleared), "") << cleared;
  }
  for (const char* kept :
       {"收件人_sealed", "地址_sealed", "sender_view", "地址"}) {
    EXPECT_NE(Column("SF1", kept), "") << kept;
  }
  Execute(absl::StrCat("ALTER TABLE ", kTable, " DROP COLUMN 地址"));
  ASSERT_THAT(parcels->Erase("A-SF2", kDoor), IsOk());
  EXPECT_EQ(Column("SF2", "地址_sealed"), "");
  for (const char* id : {"A-SF9", "SF1", "A-sf1"}) {
    EXPECT_EQ(parcels->Erase(id, kDoor).code(), absl::StatusCode::kNotFound)
        << id;
  }
}

TEST_F(PostgresParcelsTest, RefusesAMapThatTheTableDoesNotFit) {
  const auto create = [&] {
    return PostgresParcels::Create(address_, map_, Schema::Default()).status();
  };
  const TableMap good = map_;
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
}

TEST_F(PostgresParcelsTest, AnswersManyThreadsAndAfterItWasCutOff) {
  const auto parcels = Open();
  for (int round = 0; round < 2; ++round) {
    std::atomic<int> num_found{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 12; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 20; ++i) {
          const auto parcel = parcels->Find("A-SF1", kDoor);
          if (parcel.ok() && parcel->has_value()) ++num_found;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(num_found, 12 * 20);
    auto end = db_->Prepare(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
        "test");
    ASSERT_THAT(end->Step(), IsOk());
    EXPECT_GT(end->Int(0), 0) << "they were kept";
  }
}

}  // namespace
}  // namespace parcelveil::testing
