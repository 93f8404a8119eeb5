// SPDX-License-Identifier: Apache-2.0

#include <set>

#include "tests/migrate/wrap_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

class FinishTest : public ::parcelveil::testing::WrapTest {
 protected:
  // Every text of the three columns, as it stands now.
  std::set<std::string> Plaintexts() {
    std::set<std::string> texts;
    auto select = db_->Prepare(
        "SELECT recipient_name FROM waybill UNION SELECT recipient_phone FROM "
        "waybill UNION SELECT recipient_address FROM waybill",
        "test");
    EXPECT_THAT(select, IsOk());
    while (select->Step().value_or(false)) {
      texts.insert(std::string(select->Bytes(0)));
    }
    return texts;
  }
  void ExpectNoneLeft(const std::set<std::string>& texts) {
    const std::string bytes = AllBytes();
    for (const std::string& text : texts) {
      EXPECT_EQ(bytes.find(text), std::string::npos) << text;
    }
  }
  void ExpectFinishes() {
    const std::set<std::string> texts = Plaintexts();
    ASSERT_GT(texts.size(), 300u);
    EXPECT_NE(AllBytes().find(*texts.begin()), std::string::npos);
    Run();
    ASSERT_TRUE(Verify().counts);
    ASSERT_THAT(OpenMigration()->Finish({}), IsOk());
    ExpectNoneLeft(texts);
    EXPECT_EQ(Count("SELECT COUNT(*) FROM pragma_table_info('waybill') WHERE "
                    "name IN ('recipient_name', 'recipient_phone', "
                    "'recipient_address')"),
              0);
    EXPECT_EQ(Status().phase, MigrationPhase::kFinished);
    EXPECT_EQ(
        OpenField("SF000042", Slot::kRecipientPhone, "recipient_phone_sealed"),
        "13800000042");
  }
};

TEST_F(FinishTest, LeavesNoPlaintextByteInTheFile) {
  InsertMany(500);
  ExpectFinishes();
}

TEST_F(FinishTest, LeavesNoPlaintextByteInAWriteAheadLog) {
  Text("PRAGMA journal_mode = WAL");
  InsertMany(500);
  ExpectFinishes();
  EXPECT_EQ(Text("PRAGMA journal_mode"), "wal");
}

TEST_F(FinishTest, LeavesNoPlaintextByteInAJournalThatIsKept) {
  Text("PRAGMA journal_mode = PERSIST");
  InsertMany(500);
  ExpectFinishes();
}

TEST_F(FinishTest, LeavesNoPlaintextByteOfDeletedRowsAndIndexes) {
  InsertMany(500);
  const std::set<std::string> texts = Plaintexts();
  Execute("CREATE INDEX by_phone ON waybill (recipient_phone)");
  Execute("ANALYZE");
  Execute("DELETE FROM waybill WHERE waybill_no > 'SF000450'");
  Run();
  ASSERT_TRUE(Verify().counts);
  ASSERT_THAT(OpenMigration()->Finish({}), IsOk());
  ExpectNoneLeft(texts);
}

TEST_F(FinishTest, RefusesBeforeAFullVerifySinceTheLastRun) {
  InsertMany(5);
  EXPECT_THAT(OpenMigration()->Finish({}), ReasonIs(Reason::kWrongState));
  Run();
  EXPECT_THAT(OpenMigration()->Finish({}), ReasonIs(Reason::kWrongState));
  EXPECT_TRUE(Verify().counts);
  EXPECT_THAT(OpenMigration()->CheckFinish(), IsOk());
  Insert({"SF9"});
  EXPECT_THAT(OpenMigration()->Finish({}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("1 rows were written")));
  Run();
  EXPECT_THAT(OpenMigration()->Finish({}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("wrap verify")));
  EXPECT_EQ(Count("SELECT COUNT(recipient_name) FROM waybill"), 6);
}

TEST_F(FinishTest, VerifiesRowsItselfThatWereSealedAfterTheVerify) {
  InsertMany(20);
  Run();
  ASSERT_TRUE(Verify().counts);
  Execute(
      "UPDATE waybill SET recipient_name = '改名' WHERE waybill_no < "
      "'SF000004'");
  EXPECT_EQ(Run().num_sealed, 3);
  EXPECT_THAT(OpenMigration()->Finish({}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("3 rows were sealed after the last verify")));
  // Damaged since: finish opens just these rows, and finds it.
  Execute(
      "UPDATE waybill SET recipient_name_sealed = recipient_phone_sealed WHERE "
      "waybill_no = 'SF000002'");
  EXPECT_THAT(Finish(), StatusIs(absl::StatusCode::kDataLoss,
                                 HasSubstr("1 rows sealed after")));
  EXPECT_EQ(Status().phase, MigrationPhase::kFilled);
  Execute(
      "UPDATE waybill SET recipient_name = '再改' WHERE waybill_no = "
      "'SF000002'");
  Run();
  EXPECT_THAT(Finish(), IsOk());
}

TEST_F(FinishTest, RefusesWhileRowsAreListed) {
  InsertMany(5);
  Insert({"SF9", "2026-11-24", "***"});
  Run();
  EXPECT_EQ(Verify().num_listed, 1);
  EXPECT_THAT(OpenMigration()->Finish({}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("1 rows could not be sealed")));
}

TEST_F(FinishTest, RefusesWhileAViewReadsTheColumns) {
  InsertMany(5);
  Execute("CREATE VIEW names AS SELECT recipient_name FROM waybill");
  Run();
  Verify();
  EXPECT_THAT(OpenMigration()->Finish({}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("the view \"names\"")));
}

TEST_F(FinishTest, GoesOnAfterItDiedBetweenItsSteps) {
  InsertMany(50);
  const std::set<std::string> texts = Plaintexts();
  Run();
  ASSERT_TRUE(Verify().counts);
  // A reader in between keeps the log from being emptied.
  Text("PRAGMA journal_mode = WAL");
  {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        auto reader,
        SqliteDatabase::Open(path_, SqliteDatabase::Access::kReadOnly));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        auto select, reader->Prepare("SELECT * FROM waybill", "test"));
    ASSERT_THAT(select.Step(), IsOk());
    EXPECT_THAT(OpenMigration()->Finish({}),
                StatusIs(absl::StatusCode::kUnavailable,
                         HasSubstr("run the same command again")));
    EXPECT_EQ(Status().phase, MigrationPhase::kDropped);
  }
  ASSERT_THAT(OpenMigration()->Finish({}), IsOk());
  ExpectNoneLeft(texts);
  EXPECT_EQ(Status().phase, MigrationPhase::kFinished);
  EXPECT_THAT(OpenMigration()->Finish({}), IsOk());
  EXPECT_EQ(Run().num_sealed, 0);
}

TEST_F(FinishTest, ErrorsNameNoValue) {
  Insert({"SF1", "2026-11-24", "***", "13812341234"});
  Run();
  const std::string message(OpenMigration()->Finish({}).status().message());
  EXPECT_THAT(message, Not(HasSubstr("***")));
  EXPECT_THAT(message, Not(HasSubstr("1381234")));
}

}  // namespace
}  // namespace parcelveil
