// SPDX-License-Identifier: Apache-2.0

#include <atomic>
#include <thread>

#include "tests/migrate/postgres_wrap_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::kSealedRows;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;

using PostgresRunTest = ::parcelveil::testing::PostgresWrapTest;

TEST_F(PostgresRunTest, SealsEveryRowUnderItsOwnDay) {
  MakeTable(25);
  const std::string before = PlaintextTable();
  EXPECT_EQ(Run().num_sealed, 25);
  EXPECT_EQ(Count(kSealedRows), 25);
  EXPECT_EQ(num_made_keys_, 1);
  EXPECT_EQ(Count("SELECT count(DISTINCT substr(recipient_name_sealed, 3, 2)) "
                  "FROM waybill"),
            10);
  EXPECT_EQ(
      OpenField("SF000007", Slot::kRecipientName, "recipient_name_sealed"),
      "收件人7号");
  EXPECT_EQ(PlaintextTable(), before);
  const VerifyResult verified = Verify();
  EXPECT_EQ(verified.num_fields, 75);
  EXPECT_EQ(verified.num_views, 25);
  EXPECT_EQ(verified.num_indexes, 50);
  EXPECT_TRUE(verified.counts);
  EXPECT_EQ(Status().phase, MigrationPhase::kFilled);
  EXPECT_EQ(Status().num_sealed, 25);
}

TEST_F(PostgresRunTest, HasNothingToDoASecondTime) {
  MakeTable(30);
  Run();
  const std::string sealed =
      "SELECT md5(string_agg(recipient_name_sealed::text, '' ORDER BY "
      "waybill_no)) FROM waybill";
  const std::string before = Text(sealed);
  EXPECT_EQ(Run().num_sealed, 0);
  EXPECT_EQ(Text(sealed), before);
}

TEST_F(PostgresRunTest, MakesValidIndexesOnTheLookUpColumns) {
  MakeTable(5);
  Run();
  // As a run leaves it that was killed while it made the index.
  Execute(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = "
      "'waybill_recipient_phone_by_phone_idx'::regclass");
  Run();
  EXPECT_EQ(Count("SELECT count(*) FROM pg_index i JOIN pg_attribute a ON "
                  "a.attrelid = indrelid AND attnum = indkey[0] WHERE "
                  "attname IN ('recipient_phone_by_phone', "
                  "'recipient_phone_by_last4') AND indisvalid"),
            2);
  EXPECT_EQ(Count("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), 0);
}

TEST_F(PostgresRunTest, LeavesNullAsNullAndSealsEmptyText) {
  MakeTable(0);
  Execute(
      "INSERT INTO waybill (waybill_no, created_at, recipient_name) VALUES "
      "('SF1', '2026-11-24T01:00:00Z', ''), ('SF2', NULL, NULL)");
  EXPECT_EQ(Run().num_sealed, 1);
  EXPECT_EQ(OpenField("SF1", Slot::kRecipientName, "recipient_name_sealed"),
            "");
  EXPECT_EQ(Count("SELECT count(*) FROM waybill WHERE recipient_phone_sealed "
                  "IS NULL AND recipient_phone_by_phone IS NULL"),
            2);
  EXPECT_TRUE(Verify().counts);
}

TEST_F(PostgresRunTest, GoesOnWhereItWasStopped) {
  MakeTable(30);
  std::atomic<bool> stop{false};
  RunOptions options = Options();
  options.batch_rows = 8;
  options.stop = &stop;
  options.progress = [&](int64_t done, int64_t) { stop = done >= 16; };
  EXPECT_TRUE(Run(options).was_stopped);
  const int64_t num_half = Count(kSealedRows);
  EXPECT_GE(num_half, 16);
  EXPECT_LT(num_half, 30);
  EXPECT_EQ(Status().num_to_go, 30 - num_half);
  EXPECT_EQ(Run().num_sealed, 30 - num_half);
  EXPECT_EQ(Count(kSealedRows), 30);
}

TEST_F(PostgresRunTest, ListsWhatCannotBeSealedAndGoesOn) {
  MakeTable(5);
  Execute(
      "INSERT INTO waybill (waybill_no, created_at, outlet_id, recipient_name, "
      "recipient_phone) VALUES ('A-long', '2026-11-24', 1, repeat('x', 4096), "
      "NULL), ('B-mask', '2026-11-24', 1, NULL, '138****1234'), ('C-old', "
      "'2019-12-31', 1, 'x', NULL), ('D-future', '2026-11-26', 1, 'x', NULL), "
      "('E-date', NULL, 1, 'x', NULL), ('F-outlet', '2026-11-24', -1, 'x', "
      "NULL)");
  const RunResult result = Run();
  EXPECT_EQ(result.num_sealed, 5);
  EXPECT_EQ(result.num_listed, 6);
  std::string listed;
  for (const UnsealedRow& row : Listed()) {
    absl::StrAppend(&listed, row.row_key, " ", row.column, " ", row.reason,
                    "\n");
  }
  EXPECT_EQ(listed,
            "A-long recipient_name TOO_LONG\n"
            "B-mask recipient_phone ALREADY_MASKED\n"
            "C-old created_at BEFORE_2020\n"
            "D-future created_at IN_FUTURE\n"
            "E-date created_at NO_DAY\n"
            "F-outlet outlet_id BAD_OUTLET\n");
  EXPECT_THAT(OpenMigration()->CheckFinish(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("6 rows could not be sealed")));
  Execute("DELETE FROM waybill WHERE waybill_no < 'F'");
  Execute("UPDATE waybill SET outlet_id = 1 WHERE waybill_no = 'F-outlet'");
  EXPECT_EQ(Run().num_sealed, 1);
  EXPECT_TRUE(Listed().empty());
}

TEST_F(PostgresRunTest, SealsRowsThatOldProgramsWriteMeanwhile) {
  MakeTable(20);
  RunOptions options = Options();
  options.batch_rows = 5;
  bool is_first = true;
  options.progress = [&](int64_t, int64_t) {
    if (!is_first) return;
    is_first = false;
    Execute(
        "UPDATE waybill SET recipient_name = '改名' WHERE waybill_no = "
        "'SF000001'");
    Execute(
        "INSERT INTO waybill SELECT replace(waybill_no, 'SF', 'AA'), "
        "created_at, outlet_id, status, recipient_name, recipient_phone, "
        "recipient_address FROM waybill WHERE waybill_no = 'SF000002'");
  };
  Run(options);
  EXPECT_EQ(Count(kSealedRows), 21);
  EXPECT_EQ(
      OpenField("SF000001", Slot::kRecipientName, "recipient_name_sealed"),
      "改名");
  EXPECT_TRUE(Verify().counts);
}

// A row that changes between its reading and its writing keeps no seal of what
// it held before.
TEST_F(PostgresRunTest, MissesNoChangeOfAWriterThatNeverRests) {
  MakeTable(2000);
  std::atomic<bool> is_done{false};
  std::thread writer([&] {
    const auto db = Connect();
    for (int i = 0; !is_done; ++i) {
      Execute(db.get(),
              absl::StrCat("UPDATE waybill SET recipient_name = '新", i,
                           "', status = '40' WHERE waybill_no = 'SF",
                           absl::Dec(i * 37 % 2000 + 1, absl::kZeroPad6), "'"));
    }
  });
  RunOptions options = Options();
  options.batch_rows = 50;
  EXPECT_THAT(TryRun(options), IsOk());
  is_done = true;
  writer.join();
  Run();
  const VerifyResult verified = Verify();
  EXPECT_EQ(verified.num_mismatches, 0);
  EXPECT_EQ(verified.num_fields, 6000);
  EXPECT_TRUE(verified.counts);
}

TEST_F(PostgresRunTest, LeavesRowsAloneThatNewProgramsSealThemselves) {
  MakeTable(2);
  Run();
  Execute(
      "UPDATE waybill SET recipient_name = NULL, recipient_name_sealed = "
      "'\\x02' WHERE waybill_no = 'SF000001'");
  EXPECT_EQ(Run().num_sealed, 0);
  EXPECT_EQ(Text("SELECT recipient_name_sealed FROM waybill WHERE waybill_no = "
                 "'SF000001'"),
            "\x02");
}

TEST_F(PostgresRunTest, ClearsTheSealedFieldOfATextThatWasCleared) {
  MakeTable(1);
  Run();
  Execute("UPDATE waybill SET recipient_name = NULL");
  EXPECT_EQ(Run().num_sealed, 1);
  EXPECT_EQ(Count("SELECT count(*) FROM waybill WHERE recipient_name_sealed IS "
                  "NULL AND recipient_phone_sealed IS NOT NULL"),
            1);
  EXPECT_TRUE(Verify().counts);
}

TEST_F(PostgresRunTest, NeedsNoRightsOfOldProgramsOnItsOwnTables) {
  MakeTable(2);
  Run();
  Execute("DROP ROLE IF EXISTS old_program");
  Execute("CREATE ROLE old_program");
  Execute("GRANT SELECT, UPDATE ON waybill TO old_program");
  Execute("SET ROLE old_program");
  Execute("UPDATE waybill SET recipient_name = '改名'");
  Execute("RESET ROLE");
  EXPECT_EQ(Run().num_sealed, 2);
  Execute("DROP OWNED BY old_program");
  Execute("DROP ROLE old_program");
}

TEST_F(PostgresRunTest, SaysWhichCommandMakesKeysForPastDays) {
  MakeTable(25);
  EXPECT_THAT(TryRun(RunOptions()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("keyring maintain --since 2026-11-15")));
  EXPECT_EQ(Status().num_to_go, 25);
}

TEST_F(PostgresRunTest, RefusesAnotherMapThanItBeganWith) {
  MakeTable(3);
  Run();
  map_.record_prefix = "x-";
  EXPECT_THAT(TryRun(Options()), ReasonIs(Reason::kWrongState));
}

TEST_F(PostgresRunTest, TakesNamesWithQuotesSpacesAndChinese) {
  Execute("CREATE SCHEMA \"快递 \"\"s\"\"\"");
  Execute(
      "CREATE TABLE \"快递 \"\"s\"\"\".\"运单 'b'\" (\"单 号\" bigint PRIMARY "
      "KEY, at date, \"收件人 \"\"名\"\"\" varchar(20))");
  Execute(
      "INSERT INTO \"快递 \"\"s\"\"\".\"运单 'b'\" VALUES (9, '2026-11-24', "
      "'李雷'), (10, '2026-11-24', '韩梅梅')");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      map_, TableMap::Parse("table: '\"快递 \"\"s\"\"\".\"运单 \\'b\\'\"' "
                            "record_id: '单 号' epoch_from: 'at' time_zone: "
                            "'+08:00' column { name: '收件人 \"名\"' slot: "
                            "RECIPIENT_NAME }"));
  EXPECT_EQ(Run().num_sealed, 2);
  Execute(
      "UPDATE \"快递 \"\"s\"\"\".\"运单 'b'\" SET \"收件人 \"\"名\"\"\" = "
      "'小明'");
  EXPECT_EQ(Run().num_sealed, 2);
  EXPECT_TRUE(Verify().counts);
  EXPECT_THAT(Finish(), IsOk());
}

TEST_F(PostgresRunTest, RefusesWhatItCannotWalkOrName) {
  MakeTable(1);
  map_.record_id = "status";
  const auto open = [this] {
    return Migration::OpenPostgres(address_, map_, nullptr);
  };
  EXPECT_THAT(open(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("\"status\" is not unique")));
  map_.record_id = "created_at";
  EXPECT_THAT(open(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("timestamp with time zone")));
  map_.record_id = "waybill_no";
  map_.views[0].column = std::string(64, 'v');
  EXPECT_THAT(open(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("over 63 bytes")));
  map_.table = "nothing";
  EXPECT_THAT(open(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("there is no such table")));
}

}  // namespace
}  // namespace parcelveil
