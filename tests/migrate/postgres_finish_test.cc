// SPDX-License-Identifier: Apache-2.0

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "parcelveil/wrapped_table.h"
#include "tests/migrate/postgres_wrap_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;

class PostgresFinishTest : public ::parcelveil::testing::PostgresWrapTest {
 protected:
  // Which of `texts` stand in the server's data files (not in its log).
  std::set<std::string> FindInFiles(const std::set<std::string>& texts) {
    Execute("CHECKPOINT");
    std::set<std::string> found;
    const std::filesystem::path data = Text("SHOW data_directory");
    for (const char* folder : {"base", "global"}) {
      for (const auto& entry :
           std::filesystem::recursive_directory_iterator(data / folder)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream in(entry.path(), std::ios::binary);
        const std::string bytes(std::istreambuf_iterator<char>(in), {});
        for (const std::string& text : texts) {
          if (bytes.find(text) != std::string::npos) found.insert(text);
        }
      }
    }
    return found;
  }
};

TEST_F(PostgresFinishTest, LeavesNoPlaintextInTheDataFiles) {
  MakeTable(300);
  const std::string shared = "金丝雀大道7777号";
  Execute("UPDATE waybill SET recipient_address = '" + shared +
          "' WHERE waybill_no > 'SF000200'");
  Execute("CREATE INDEX by_name ON waybill (recipient_name)");
  Execute(
      "CREATE STATISTICS s (mcv) ON recipient_address, status FROM waybill");
  Execute("ANALYZE waybill");
  const std::set<std::string> texts = {shared, "收件人42号", "13800000042",
                                       "杭州市西湖区文三路42号2幢301室"};
  EXPECT_EQ(FindInFiles(texts), texts);
  Run();
  ASSERT_TRUE(Verify().counts);
  const auto finished = Finish();
  ASSERT_THAT(finished, IsOk());
  EXPECT_THAT(finished->remains,
              ::testing::Contains(HasSubstr("write-ahead log")));
  EXPECT_EQ(FindInFiles(texts), std::set<std::string>());
  EXPECT_EQ(Status().phase, MigrationPhase::kFinished);
  EXPECT_EQ(Count("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM pg_attribute WHERE attrelid = "
                  "'waybill'::regclass AND attname LIKE 'recipient\\_%' AND "
                  "attname !~ '_sealed|_by_|_view'"),
            0);
  EXPECT_EQ(
      OpenField("SF000042", Slot::kRecipientPhone, "recipient_phone_sealed"),
      "13800000042");
}

TEST_F(PostgresFinishTest, SaysThatOldPagesStayUntilTheyAreRewritten) {
  MakeTable(50);
  Run();
  Verify();
  FinishOptions later;
  later.rewrite = false;
  const auto dropped = OpenMigration()->Finish(later);
  ASSERT_THAT(dropped, IsOk());
  EXPECT_THAT(dropped->remains,
              ::testing::Contains(HasSubstr("the table's old pages")));
  EXPECT_EQ(Status().phase, MigrationPhase::kDropped);
  EXPECT_EQ(FindInFiles({"收件人42号"}).size(), 1u);
  ASSERT_THAT(Finish(), IsOk());
  EXPECT_EQ(Status().phase, MigrationPhase::kFinished);
  EXPECT_EQ(FindInFiles({"收件人42号"}).size(), 0u);
}

TEST_F(PostgresFinishTest, RefusesBeforeAFullVerify) {
  MakeTable(5);
  EXPECT_THAT(Finish(), ReasonIs(Reason::kWrongState));
  Run();
  EXPECT_THAT(Finish(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("run `parcelveil wrap verify`")));
  Verify();
  Execute("UPDATE waybill SET recipient_name = '改名'");
  EXPECT_THAT(Finish(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("5 rows were written")));
}

TEST_F(PostgresFinishTest, VerifiesRowsItselfThatWereSealedAfterTheVerify) {
  MakeTable(20);
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

TEST_F(PostgresFinishTest, AsksForAVerifyOfWhatAResealWrote) {
  MakeTable(20);
  Run();
  ASSERT_TRUE(Verify().counts);
  ASSERT_THAT(keyring_.editor().Rotate(Slot::kRecipientName), IsOk());
  keyring_.Publish();
  const auto keyring = keyring_.Load(Role::kGate);
  auto table = WrappedTable::OpenPostgres(address_, map_);
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ((*table)->Reseal(*keyring, {})->num_resealed, 2);
  const char* noted = "SELECT count(*) FROM parcelveil_dirty WHERE state = 1";
  EXPECT_EQ(Count(noted), 2);
  EXPECT_THAT(Finish(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("run `parcelveil wrap verify`")));
  table->reset();  // it keeps verifies away
  ASSERT_TRUE(Verify().counts);
  EXPECT_EQ(Count(noted), 0);
  EXPECT_THAT(Finish(), IsOk());
}

TEST_F(PostgresFinishTest, FindsAMismatch) {
  MakeTable(3);
  Run();
  Execute(
      "UPDATE waybill SET recipient_view = (SELECT recipient_view FROM waybill "
      "WHERE waybill_no = 'SF000002') WHERE waybill_no = 'SF000001'");
  const VerifyResult result = Verify();
  EXPECT_EQ(result.num_mismatches, 1);
  EXPECT_FALSE(result.counts);
  EXPECT_THAT(Finish(), ReasonIs(Reason::kWrongState));
}

TEST_F(PostgresFinishTest, RefusesWhileAViewReadsAColumn) {
  MakeTable(3);
  Execute("CREATE VIEW labels AS SELECT recipient_name FROM waybill");
  Run();
  Verify();
  EXPECT_THAT(Finish(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("the view labels reads column")));
  Execute("DROP VIEW labels");
  EXPECT_THAT(Finish(), IsOk());
}

TEST_F(PostgresFinishTest, GivesUpOnALongReaderAndCanBeRunAgain) {
  MakeTable(3);
  Run();
  Verify();
  const auto reader = Connect();
  Execute(reader.get(), "BEGIN; SELECT FROM waybill LIMIT 1");
  FinishOptions options;
  options.lock_timeout = absl::Milliseconds(5);
  EXPECT_THAT(OpenMigration()->Finish(options),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("tries")));
  EXPECT_EQ(Status().phase, MigrationPhase::kFilled);
  Execute(reader.get(), "COMMIT");
  EXPECT_THAT(Finish(), IsOk());
}

}  // namespace
}  // namespace parcelveil
