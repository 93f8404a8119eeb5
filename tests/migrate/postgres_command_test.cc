// SPDX-License-Identifier: Apache-2.0
// The command `wrap` on a table in PostgreSQL, killed and run again.

#include <signal.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parcelveil/postgres.h"
#include "tests/migrate/program.h"
#include "tests/testing/postgres_cluster.h"
#include "tests/testing/scratch_dir.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::OpenOrDie;
using ::parcelveil::testing::PostgresCluster;
using ::parcelveil::testing::Program;
using ::testing::HasSubstr;

constexpr int kDone = 0, kRefused = 4, kTryAgain = 75;
constexpr int kRows = 2000;

class PostgresCommandTest : public ::testing::Test {
 protected:
  PostgresCommandTest()
      : cluster_(PostgresCluster::Shared()),
        database_(cluster_.MakeDatabase()),
        db_(OpenOrDie(cluster_.Address(database_))) {}
  void SetUp() override {
    ASSERT_EQ(Command({"generate", "--rows", std::to_string(kRows), "--seed",
                       "7", "--db", Db()}),
              kDone)
        << output_;
    ASSERT_EQ(Command({"keyring", "init", "--keyring", scratch_.File("kr")}),
              kDone);
  }

  std::string Db() const {
    return "postgresql://parcelveil@/" + database_ +
           "?port=5432&host=" + cluster_.host();
  }
  std::unique_ptr<Program> Start(std::vector<std::string> arguments) {
    return std::make_unique<Program>(std::move(arguments),
                                     scratch_.File("output"));
  }
  int Command(std::vector<std::string> arguments) {
    const auto program = Start(std::move(arguments));
    const int status = program->Wait();
    output_ = program->Output();
    return status;
  }
  std::vector<std::string> OnTable(std::vector<std::string> arguments) const {
    const std::string map = PARCELVEIL_SOURCE_DIR "/examples/waybill.textproto";
    const std::vector<std::string> flags = {
        "--keyring", scratch_.File("kr"), "--db", Db(), "--map", map};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return arguments;
  }
  int OnTableCommand(std::vector<std::string> arguments) {
    return Command(OnTable(std::move(arguments)));
  }
  std::string Text(const std::string& sql) {
    auto select = db_->Prepare(sql, "test");
    if (!select.ok() || !select->Step().value_or(false)) return "";
    return std::string(select->Bytes(0));
  }
  // What a run has sealed so far: all bytes that it wrote to a row, by key.
  std::map<std::string, std::string> SealedRows() {
    std::map<std::string, std::string> rows;
    auto select = db_->Prepare(
        "SELECT waybill_no, concat_ws(' ', recipient_name_sealed, "
        "recipient_phone_sealed, recipient_address_sealed, sender_name_sealed, "
        "sender_phone_sealed, sender_address_sealed, recipient_view, "
        "sender_view, recipient_phone_by_phone, recipient_phone_by_last4, "
        "sender_phone_by_phone) FROM waybill WHERE recipient_name_sealed IS "
        "NOT NULL",
        "test");
    while (select.ok() && select->Step().value_or(false)) {
      rows[std::string(select->Bytes(0))] = std::string(select->Bytes(1));
    }
    return rows;
  }
  // Waits until `condition` gives 't', if the program lives so long.
  void Await(Program* program, const std::string& condition) {
    while (program->IsRunning() && Text("SELECT " + condition) != "t") {
    }
  }

  PostgresCluster& cluster_;
  const std::string database_;
  std::unique_ptr<PostgresConnection> db_;
  ::parcelveil::testing::ScratchDir scratch_;
  std::string output_;
};

TEST_F(PostgresCommandTest, SealsEveryRowOnceHoweverOftenARunIsKilled) {
  // At each step: before the columns, after them, and while it fills.
  const std::string num_sealed =
      "(SELECT count(*) FROM waybill WHERE recipient_name_sealed IS NOT NULL)";
  std::vector<std::string> moments = {
      "EXISTS (SELECT FROM pg_class WHERE relname = 'parcelveil_wrap')",
      "EXISTS (SELECT FROM pg_attribute WHERE attname = 'recipient_view')",
      "EXISTS (SELECT FROM parcelveil_range)"};
  for (int i : {5, 40, 200, 500, 900}) {
    moments.push_back(num_sealed + " >= " + std::to_string(i));
  }
  std::map<std::string, std::string> before;
  int num_killed = 0;
  for (const std::string& moment : moments) {
    const auto run =
        Start(OnTable({"wrap", "run", "--batch", "5", "--workers", "2"}));
    Await(run.get(), moment);
    run->Send(SIGKILL);
    num_killed += run->Wait() == -1 ? 1 : 0;
    std::map<std::string, std::string> now = SealedRows();
    for (const auto& [key, bytes] : before) {
      ASSERT_EQ(now[key], bytes) << key << " was sealed twice";
    }
    before = std::move(now);
  }
  EXPECT_GE(num_killed, 4);
  // While it makes the indexes.
  const auto run = Start(OnTable({"wrap", "run"}));
  Await(run.get(), "EXISTS (SELECT FROM pg_stat_progress_create_index)");
  run->Send(SIGKILL);
  run->Wait();
  ASSERT_EQ(OnTableCommand({"wrap", "run"}), kDone) << output_;
  std::map<std::string, std::string> now = SealedRows();
  EXPECT_EQ(now.size(), static_cast<size_t>(kRows));
  for (const auto& [key, bytes] : before) ASSERT_EQ(now[key], bytes) << key;
  EXPECT_EQ(Text("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), "0");
  EXPECT_EQ(OnTableCommand({"wrap", "verify"}), kDone) << output_;
  EXPECT_THAT(output_, HasSubstr("Opened 12,000 fields and 4,000 views"));
}

TEST_F(PostgresCommandTest, TwoProcessesShareATable) {
  const std::vector<std::string> arguments =
      OnTable({"wrap", "run", "--batch", "5"});
  Program one(arguments, scratch_.File("one"));
  Program two(arguments, scratch_.File("two"));
  EXPECT_EQ(one.Wait(), kDone) << one.Output();
  EXPECT_EQ(two.Wait(), kDone) << two.Output();
  EXPECT_EQ(SealedRows().size(), static_cast<size_t>(kRows));
  EXPECT_EQ(OnTableCommand({"wrap", "verify"}), kDone) << output_;
}

TEST_F(PostgresCommandTest, StopsAfterABatchAndSaysHowToGoOn) {
  const auto run = Start(OnTable({"wrap", "run", "--batch", "5"}));
  Await(run.get(),
        "EXISTS (SELECT FROM waybill WHERE recipient_name_sealed IS NOT NULL)");
  run->Send(SIGTERM);
  EXPECT_EQ(run->Wait(), kTryAgain);
  EXPECT_THAT(run->Output(), HasSubstr("run the same command again to go on"));
  EXPECT_EQ(OnTableCommand({"wrap", "run"}), kDone);
  EXPECT_EQ(SealedRows().size(), static_cast<size_t>(kRows));
}

TEST_F(PostgresCommandTest, FinishesHoweverOftenItIsKilled) {
  ASSERT_EQ(OnTableCommand({"wrap", "run"}), kDone) << output_;
  EXPECT_EQ(OnTableCommand({"wrap", "finish", "--yes"}), kRefused);
  ASSERT_EQ(OnTableCommand({"wrap", "verify"}), kDone) << output_;
  ASSERT_EQ(OnTableCommand({"wrap", "finish", "--dry-run"}), kDone);
  EXPECT_THAT(output_, HasSubstr("VACUUM (FULL"));
  for (const char* moment :
       {"EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'LOCK TABLE%')",
        "EXISTS (SELECT FROM parcelveil_wrap WHERE phase = 'dropped')"}) {
    const auto finish = Start(OnTable({"wrap", "finish", "--yes"}));
    Await(finish.get(), moment);
    finish->Send(SIGKILL);
    finish->Wait();
  }
  ASSERT_EQ(OnTableCommand({"wrap", "finish", "--yes"}), kDone) << output_;
  EXPECT_EQ(OnTableCommand({"wrap", "status"}), kDone);
  EXPECT_THAT(output_, HasSubstr("finished"));
  EXPECT_EQ(OnTableCommand({"wrap", "undo", "--yes"}), kRefused);
}

TEST_F(PostgresCommandTest, PlansAndUndoes) {
  const char* all =
      "SELECT md5(string_agg(w::text, '' ORDER BY waybill_no)) "
      "FROM waybill w";
  const std::string before = Text(all);
  EXPECT_EQ(OnTableCommand({"wrap", "plan"}), kDone);
  EXPECT_THAT(output_, HasSubstr("ACCESS EXCLUSIVE"));
  ASSERT_EQ(OnTableCommand({"wrap", "run", "--rate", "100000", "--max-lag", "5",
                            "--lock-timeout", "1"}),
            kDone)
      << output_;
  EXPECT_NE(Text(all), before);
  EXPECT_EQ(OnTableCommand({"wrap", "undo", "--yes"}), kDone) << output_;
  EXPECT_EQ(Text(all), before);
}

}  // namespace
}  // namespace parcelveil
