// SPDX-License-Identifier: Apache-2.0

#include <atomic>

#include "tests/migrate/wrap_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::kSealedRows;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;

using RunTest = ::parcelveil::testing::WrapTest;

constexpr char kSealedBytes[] =
    "SELECT group_concat(hex(recipient_name_sealed), ' ') FROM (SELECT * FROM "
    "waybill WHERE recipient_name_sealed IS NOT NULL ORDER BY waybill_no)";

TEST_F(RunTest, SealsEveryRowUnderItsOwnDay) {
  InsertMany(25);
  EXPECT_EQ(Run().num_sealed, 25);
  EXPECT_EQ(Count(kSealedRows), 25);
  EXPECT_EQ(num_made_keys_, 1);
  // The sealed field's header names the day: bytes 2 and 3.
  EXPECT_EQ(Count("SELECT COUNT(DISTINCT substr(recipient_name_sealed, 3, 2)) "
                  "FROM waybill"),
            10);
  EXPECT_EQ(
      OpenField("SF000007", Slot::kRecipientName, "recipient_name_sealed"),
      "收件人7号");
}

TEST_F(RunTest, GivesBackChineseEmojiAndFourByteTextByteForByte) {
  const std::string name = "𠮷野家 🐼\t";
  const std::string address =
      "朝阳区 𡈽路 1号 👨‍👩‍👧 é e\xCC\x81";
  Insert({"SF1", "2026-11-24", name, "13800001234", address});
  Run();
  EXPECT_EQ(OpenField("SF1", Slot::kRecipientName, "recipient_name_sealed"),
            name);
  EXPECT_EQ(
      OpenField("SF1", Slot::kRecipientAddress, "recipient_address_sealed"),
      address);
}

TEST_F(RunTest, LeavesNullAsNullAndSealsEmptyText) {
  Execute(
      "INSERT INTO waybill (waybill_no, created_at, recipient_name) VALUES "
      "('SF1', '2026-11-24T01:00:00Z', '')");
  EXPECT_EQ(Run().num_sealed, 1);
  EXPECT_EQ(OpenField("SF1", Slot::kRecipientName, "recipient_name_sealed"),
            "");
  EXPECT_EQ(Count("SELECT recipient_phone_sealed IS NULL AND "
                  "recipient_phone_by_phone IS NULL FROM waybill"),
            1);
}

TEST_F(RunTest, HasNothingToDoASecondTime) {
  InsertMany(30);
  Run();
  const std::string before = Text(kSealedBytes);
  const RunResult again = Run();
  EXPECT_EQ(again.num_sealed, 0);
  EXPECT_EQ(again.num_listed, 0);
  EXPECT_EQ(Text(kSealedBytes), before);
}

TEST_F(RunTest, GoesOnWhereItWasStopped) {
  InsertMany(30);
  std::atomic<bool> stop{false};
  RunOptions options = Options();
  options.batch_rows = 8;
  options.stop = &stop;
  options.progress = [&](int64_t done, int64_t) { stop = done >= 16; };
  const RunResult first = Run(options);
  EXPECT_TRUE(first.was_stopped);
  EXPECT_EQ(first.num_sealed, 16);
  EXPECT_EQ(Status().num_to_go, 14);
  const std::string half = Text(kSealedBytes);

  const RunResult second = Run();
  EXPECT_EQ(second.num_sealed, 14);
  EXPECT_FALSE(second.was_stopped);
  EXPECT_EQ(Count(kSealedRows), 30);
  EXPECT_EQ(Text(kSealedBytes).substr(0, half.size()), half);
}

TEST_F(RunTest, ListsWhatCannotBeSealedAndGoesOn) {
  InsertMany(5);
  Insert({"A-long", "2026-11-24", std::string(4096, 'x')});
  Insert({"B-bytes", "2026-11-24", "\xC3\x28"});
  Insert({"C-mask", "2026-11-24", "王小明", "138****1234"});
  Insert({"D-old", "2019-12-31"});
  Insert({"E-future", "2026-11-25"});
  Insert({"F-nobody", "2026-05-01"});
  Insert({std::string(65, 'G')});
  Execute(
      "INSERT INTO waybill (waybill_no, created_at, recipient_name) VALUES "
      "('H-zone', '2026-11-24 10:00:00', '李雷'), ('I-date', NULL, '李雷'), "
      "('J-blob', '2026-11-24T00:00:00Z', x'00FF')");
  const RunResult result = Run();
  EXPECT_EQ(result.num_sealed, 5);
  EXPECT_EQ(result.num_listed, 10);
  std::string listed;
  for (const UnsealedRow& row : Listed()) {
    listed +=
        row.row_key.substr(0, 8) + " " + row.column + " " + row.reason + "\n";
  }
  EXPECT_EQ(listed,
            "A-long recipient_name TOO_LONG\n"
            "B-bytes recipient_name NOT_UTF8\n"
            "C-mask recipient_phone ALREADY_MASKED\n"
            "D-old created_at BEFORE_2020\n"
            "E-future created_at IN_FUTURE\n"
            "F-nobody created_at TOO_OLD\n"
            "GGGGGGGG waybill_no BAD_RECORD_ID\n"
            "H-zone created_at NO_DAY\n"
            "I-date created_at NO_DAY\n"
            "J-blob recipient_name NOT_TEXT\n");
  EXPECT_EQ(Text("SELECT recipient_phone FROM waybill WHERE waybill_no = "
                 "'C-mask'"),
            "138****1234");
  EXPECT_EQ(Count(kSealedRows), 5);
}

TEST_F(RunTest, SealsAListedRowOnceItIsCorrected) {
  Insert({"SF1", "2026-11-24", "王小明", "138****1234"});
  Insert({"SF2", "2026-11-24", "王小明", "139****1234"});
  EXPECT_EQ(Run().num_listed, 2);
  Execute(
      "UPDATE waybill SET recipient_phone = '13812341234' WHERE waybill_no "
      "= 'SF1'");
  Execute("DELETE FROM waybill WHERE waybill_no = 'SF2'");
  EXPECT_EQ(Run().num_sealed, 1);
  EXPECT_TRUE(Listed().empty());
}

TEST_F(RunTest, SealsRowsThatOldProgramsWriteMeanwhile) {
  InsertMany(20);
  RunOptions options = Options();
  options.batch_rows = 5;
  bool is_first = true;
  options.progress = [&](int64_t, int64_t) {
    if (!is_first) return;
    is_first = false;
    Execute(
        "UPDATE waybill SET recipient_name = '改名' WHERE waybill_no = "
        "'SF000001'");
    Insert({"AA-new"});  // before the marker
    Insert({"ZZ-new"});  // after it
  };
  EXPECT_EQ(Run(options).num_sealed, 20 + 1 + 2);
  EXPECT_EQ(Count(kSealedRows), 22);
  EXPECT_EQ(
      OpenField("SF000001", Slot::kRecipientName, "recipient_name_sealed"),
      "改名");
  EXPECT_EQ(Verify().num_mismatches, 0);
}

TEST_F(RunTest, LeavesRowsAloneThatNewProgramsSealThemselves) {
  InsertMany(2);
  Run();
  Execute(
      "INSERT INTO waybill (waybill_no, created_at, recipient_name_sealed) "
      "VALUES ('SF9', '2026-11-24T00:00:00Z', x'01')");
  Execute(
      "UPDATE waybill SET recipient_name = NULL, recipient_name_sealed = x'02' "
      "WHERE waybill_no = 'SF000001'");
  EXPECT_EQ(Run().num_sealed, 0);
  EXPECT_EQ(Text("SELECT hex(recipient_name_sealed) FROM waybill WHERE "
                 "waybill_no = 'SF9'"),
            "01");
  EXPECT_EQ(Text("SELECT hex(recipient_name_sealed) FROM waybill WHERE "
                 "waybill_no = 'SF000001'"),
            "02");
}

TEST_F(RunTest, ClearsTheSealedFieldOfATextThatWasCleared) {
  InsertMany(1);
  Run();
  Execute("UPDATE waybill SET recipient_name = NULL");
  EXPECT_EQ(Run().num_sealed, 1);
  EXPECT_EQ(Count("SELECT recipient_name_sealed IS NULL AND "
                  "recipient_phone_sealed IS NOT NULL FROM waybill"),
            1);
  EXPECT_TRUE(Verify().counts);
}

TEST_F(RunTest, SaysWhichCommandMakesKeysForPastDays) {
  InsertMany(25);
  const auto keyring = keyring_.Load(Role::kConverter);
  EXPECT_THAT(OpenMigration()->Run(*keyring, RunOptions()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("keyring maintain --since 2026-11-15")));
  EXPECT_EQ(Count("SELECT COUNT(*) FROM waybill WHERE recipient_view IS NOT "
                  "NULL"),
            0);
  EXPECT_EQ(Status().num_to_go, 25);
}

TEST_F(RunTest, RefusesAnotherMapThanItBeganWith) {
  InsertMany(3);
  Run();
  map_.record_prefix = "x-";
  const auto keyring = keyring_.Load(Role::kConverter);
  EXPECT_THAT(OpenMigration()->Run(*keyring, Options()),
              ReasonIs(Reason::kWrongState));
}

TEST_F(RunTest, TakesNamesWithQuotesSpacesAndChinese) {
  Execute("ALTER TABLE waybill RENAME TO \"运单 \"\"a\"\" 'b'\"");
  Execute(
      "ALTER TABLE \"运单 \"\"a\"\" 'b'\" RENAME COLUMN recipient_name TO "
      "\"收件人 \"\"名\"\"\"");
  map_.table = "运单 \"a\" 'b'";
  map_.columns[0].name = "收件人 \"名\"";
  map_.columns[0].sealed_column = "收件人 \"名\"_sealed";
  Execute(
      "INSERT INTO \"运单 \"\"a\"\" 'b'\" VALUES ('SF1', "
      "'2026-11-24T00:00:00Z', 1, '30', '李雷', '13800001234', '上海市')");
  EXPECT_EQ(Run().num_sealed, 1);
  Execute("UPDATE \"运单 \"\"a\"\" 'b'\" SET \"收件人 \"\"名\"\"\" = '韩梅梅'");
  EXPECT_EQ(Run().num_sealed, 1);
  EXPECT_TRUE(Verify().counts);
  EXPECT_THAT(OpenMigration()->Finish({}), IsOk());
}

TEST_F(RunTest, TakesIntegerKeysNumbersAsPhonesAndUnixTime) {
  Execute(
      "CREATE TABLE parcel (id INTEGER PRIMARY KEY, at INTEGER, phone "
      "INTEGER)");
  Execute(
      "INSERT INTO parcel VALUES (2, 1795600000, 13812341234), (10, "
      "1795600000000, 13912341234)");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      map_,
      TableMap::Parse("table: \"parcel\" record_id: \"id\" epoch_from: \"at\" "
                      "column { name: \"phone\" slot: RECIPIENT_PHONE }"));
  EXPECT_EQ(Run().num_sealed, 0);  // 2026-11-25: not yet
  keyring_.clock().Advance(absl::Hours(48));
  keyring_.Publish();
  Execute("UPDATE parcel SET at = at");
  EXPECT_EQ(Run().num_sealed, 0);  // nothing changed
  Execute("UPDATE parcel SET at = at + 1");
  EXPECT_EQ(Run().num_sealed, 2);
  EXPECT_TRUE(Verify().counts);
}

TEST_F(RunTest, RefusesATableWithoutAUniqueKey) {
  map_.record_id = "status";
  EXPECT_THAT(Migration::Open(db_.get(), map_, nullptr),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("\"status\" is not unique")));
}

TEST_F(RunTest, RefusesAMapThatNamesWhatIsNotThere) {
  map_.columns[0].name = "no_such";
  EXPECT_THAT(Migration::Open(db_.get(), map_, nullptr),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no column \"no_such\"")));
  map_.table = "nothing";
  EXPECT_THAT(Migration::Open(db_.get(), map_, nullptr),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("there is no such table")));
}

}  // namespace
}  // namespace parcelveil
