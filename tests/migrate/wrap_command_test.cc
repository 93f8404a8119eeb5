// SPDX-License-Identifier: Apache-2.0
// The commands `wrap` and `list` on a generated database.

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <regex>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parcelveil/sqlite.h"
#include "tests/migrate/program.h"
#include "tests/testing/scratch_dir.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::Program;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kDone = 0, kUsage = 2, kIntegrity = 3, kRefused = 4,
              kTryAgain = 75;
constexpr int kRows = 3000;

class WrapCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(Command({"generate", "--rows", std::to_string(kRows), "--seed",
                       "7", "--db", Db()}),
              kDone);
    ASSERT_EQ(Command({"keyring", "init", "--keyring", scratch_.File("kr")}),
              kDone);
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        db_, SqliteDatabase::Open(scratch_.File("D"),
                                  SqliteDatabase::Access::kReadWrite));
  }

  std::string Db() const { return "sqlite:" + scratch_.File("D"); }
  std::unique_ptr<Program> Start(std::vector<std::string> arguments) {
    return std::make_unique<Program>(std::move(arguments),
                                     scratch_.File("output"));
  }
  // Runs it to its end; what it printed is in output_.
  int Command(std::vector<std::string> arguments) {
    const auto program = Start(std::move(arguments));
    const int status = program->Wait();
    output_ = program->Output();
    return status;
  }
  std::vector<std::string> OnTable(std::vector<std::string> arguments) const {
    for (const char* flag : {"--keyring", "--db", "--map"}) {
      arguments.push_back(flag);
      arguments.push_back(flag == std::string("--keyring") ? scratch_.File("kr")
                          : flag == std::string("--db")    ? Db()
                                                        : PARCELVEIL_SOURCE_DIR
                              "/examples/waybill.textproto");
    }
    return arguments;
  }
  int OnTableCommand(std::vector<std::string> arguments) {
    return Command(OnTable(std::move(arguments)));
  }

  std::string Text(const std::string& sql) {
    auto select = db_->Prepare(sql, "test");
    if (!select.ok() || !select->Step().value_or(false)) return "";
    return select->Value(0).ToText();
  }
  void Execute(const std::string& sql) {
    ASSERT_THAT(db_->Execute(sql, "test"), IsOk());
  }
  // What a run has sealed so far: all bytes that it wrote to a row, by key.
  std::map<std::string, std::string> SealedRows() {
    std::map<std::string, std::string> rows;
    auto select = db_->Prepare(
        "SELECT waybill_no, hex(recipient_name_sealed) || "
        "hex(recipient_phone_sealed) || hex(recipient_address_sealed) || "
        "hex(sender_name_sealed) || hex(sender_phone_sealed) || "
        "hex(sender_address_sealed) || hex(recipient_view) || "
        "hex(sender_view) || hex(recipient_phone_by_phone) || "
        "hex(recipient_phone_by_last4) || hex(sender_phone_by_phone) FROM "
        "waybill WHERE recipient_name_sealed IS NOT NULL",
        "test");
    EXPECT_THAT(select, IsOk());
    while (select.ok() && select->Step().value_or(false)) {
      rows[std::string(select->Bytes(0))] = std::string(select->Bytes(1));
    }
    return rows;
  }
  // Lets `program` commit `num_batches` more batches, if it lives so long.
  void AwaitBatches(Program* program, int num_batches) {
    const char* sql = "SELECT num_batches FROM parcelveil_wrap";
    const int start = std::atoi(Text(sql).c_str());
    while (program->IsRunning() &&
           std::atoi(Text(sql).c_str()) < start + num_batches) {
    }
  }

  ::parcelveil::testing::ScratchDir scratch_;
  std::unique_ptr<SqliteDatabase> db_;
  std::string output_;
};

TEST_F(WrapCommandTest, SealsEveryRowOnceHoweverOftenARunIsKilled) {
  std::map<std::string, std::string> before;
  int num_killed = 0;
  for (int batches : {1, 2, 5, 3, 8}) {
    const auto run = Start(OnTable({"wrap", "run", "--batch", "5"}));
    AwaitBatches(run.get(), batches);
    run->Send(SIGKILL);
    num_killed += run->Wait() == -1 ? 1 : 0;
    std::map<std::string, std::string> now = SealedRows();
    EXPECT_GE(now.size(), before.size());
    EXPECT_EQ(now.size() % 5, 0u) << "half a batch was written";
    for (const auto& [key, bytes] : before) {
      ASSERT_EQ(now[key], bytes) << key << " was sealed twice";
    }
    before = std::move(now);
  }
  // A slow look may let a run come to its end, but not each time.
  EXPECT_GE(num_killed, 1);
  ASSERT_EQ(OnTableCommand({"wrap", "run"}), kDone) << output_;
  std::map<std::string, std::string> now = SealedRows();
  EXPECT_EQ(now.size(), static_cast<size_t>(kRows));
  for (const auto& [key, bytes] : before) ASSERT_EQ(now[key], bytes) << key;
  EXPECT_EQ(OnTableCommand({"wrap", "verify"}), kDone) << output_;
  EXPECT_THAT(output_, HasSubstr("Opened 18,000 fields and 6,000 views"));
}

TEST_F(WrapCommandTest, StopsAfterABatchAndSaysHowToGoOn) {
  const auto run = Start(OnTable({"wrap", "run", "--batch", "2"}));
  AwaitBatches(run.get(), 2);
  run->Send(SIGTERM);
  EXPECT_EQ(run->Wait(), kTryAgain);
  EXPECT_THAT(run->Output(), HasSubstr("run the same command again to go on"));
  EXPECT_EQ(SealedRows().size() % 2, 0u);
  EXPECT_EQ(OnTableCommand({"wrap", "status", "--json"}), kDone);
  EXPECT_THAT(output_, HasSubstr("\"phase\":\"sealing\",\"rows\":3000"));
  EXPECT_EQ(OnTableCommand({"wrap", "run"}), kDone);
  EXPECT_EQ(OnTableCommand({"wrap", "run"}), kDone);
  EXPECT_THAT(output_, HasSubstr("Nothing to do"));
}

TEST_F(WrapCommandTest, StopsResealingAfterABatchAndGoesOn) {
  ASSERT_EQ(OnTableCommand({"wrap", "run"}), kDone);
  ASSERT_EQ(OnTableCommand({"wrap", "reseal"}), kDone) << output_;
  ASSERT_EQ(Command({"keyring", "rotate", "--keyring", scratch_.File("kr"),
                     "--slot", "RECIPIENT_PHONE"}),
            kDone);
  const auto reseal =
      Start(OnTable({"wrap", "reseal", "--batch", "1", "--json"}));
  AwaitBatches(reseal.get(), 2);
  reseal->Send(SIGINT);
  EXPECT_EQ(reseal->Wait(), kTryAgain) << reseal->Output();
  EXPECT_THAT(reseal->Output(), HasSubstr("\"stopped\":true"));
  EXPECT_THAT(reseal->Output(), HasSubstr("the same command again to go on"));
  ASSERT_EQ(OnTableCommand({"wrap", "reseal", "--json"}), kDone);
  EXPECT_THAT(output_, Not(HasSubstr("\"resealed\":0,")));
  EXPECT_EQ(OnTableCommand({"wrap", "reseal", "--json"}), kDone);
  EXPECT_THAT(output_, HasSubstr("\"resealed\":0,"));
  EXPECT_EQ(OnTableCommand({"wrap", "verify"}), kDone) << output_;
}

TEST_F(WrapCommandTest, ListsWhatCouldNotBeSealedAndRefusesToFinish) {
  const std::string key = Text("SELECT MIN(waybill_no) FROM waybill");
  Execute(
      "UPDATE waybill SET recipient_phone = '138****1234' WHERE waybill_no "
      "= '" +
      key + "'");
  ASSERT_EQ(OnTableCommand({"wrap", "run"}), kDone);
  EXPECT_THAT(output_, HasSubstr("1 row could not be sealed"));
  EXPECT_EQ(OnTableCommand({"wrap", "status", "--listed"}), kDone);
  EXPECT_EQ(output_,
            "row " + key + ", column recipient_phone: ALREADY_MASKED\n");
  EXPECT_EQ(OnTableCommand({"wrap", "status", "--listed", "--json"}), kDone);
  EXPECT_EQ(output_, "{\"row\":\"" + key +
                         "\",\"column\":\"recipient_phone\",\"reason\":"
                         "\"ALREADY_MASKED\"}\n");
  EXPECT_EQ(OnTableCommand({"wrap", "verify"}), kDone);
  EXPECT_EQ(OnTableCommand({"wrap", "finish"}), kRefused);
}

TEST_F(WrapCommandTest, LeavesNoPlaintextHoweverOftenFinishIsKilled) {
  std::vector<std::string> texts;
  {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        auto select,
        db_->Prepare("SELECT sender_phone FROM waybill UNION SELECT "
                     "recipient_address FROM waybill",
                     "test"));
    while (select.Step().value_or(false)) {
      texts.push_back(std::string(select.Bytes(0)));
    }
  }
  ASSERT_EQ(OnTableCommand({"wrap", "run"}), kDone);
  ASSERT_EQ(OnTableCommand({"wrap", "verify"}), kDone);
  // At its start, while it drops columns, and while it cleans the file.
  for (const char* phase : {"filled", "filled", "dropped"}) {
    const auto finish = Start(OnTable({"wrap", "finish"}));
    while (finish->IsRunning() &&
           Text("SELECT phase FROM parcelveil_wrap") != phase) {
    }
    finish->Send(SIGKILL);
    finish->Wait();
  }
  ASSERT_EQ(OnTableCommand({"wrap", "finish"}), kDone) << output_;
  EXPECT_EQ(Text("PRAGMA integrity_check"), "ok");
  std::ifstream in(scratch_.File("D"), std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  EXPECT_FALSE(std::ifstream(scratch_.File("D-journal")).is_open());
  for (const std::string& text : texts) {
    ASSERT_EQ(bytes.find(text), std::string::npos) << text;
  }
}

TEST_F(WrapCommandTest, UndoesHoweverOftenItIsKilled) {
  const char* columns =
      "SELECT group_concat(name) FROM pragma_table_info('waybill')";
  const std::string before = Text(columns);
  ASSERT_EQ(OnTableCommand({"wrap", "run"}), kDone);
  const std::string wrapped = Text(columns);
  for (int milliseconds : {60, 120, 250}) {
    const auto undo = Start(OnTable({"wrap", "undo", "--yes"}));
    usleep(static_cast<useconds_t>(milliseconds) * 1000);
    undo->Send(SIGKILL);
    undo->Wait();
    const std::string now = Text(columns);
    EXPECT_TRUE(now == before || now == wrapped) << now;
  }
  ASSERT_EQ(OnTableCommand({"wrap", "undo", "--yes"}), kDone) << output_;
  EXPECT_EQ(Text(columns), before);
  EXPECT_EQ(Text("SELECT COUNT(*) FROM sqlite_schema WHERE name LIKE "
                 "'parcelveil%' OR sql LIKE '%parcelveil%'"),
            "0");
  EXPECT_EQ(OnTableCommand({"wrap", "run"}), kDone);
  EXPECT_EQ(OnTableCommand({"wrap", "verify"}), kDone);
}

TEST_F(WrapCommandTest, FollowsWritersUntilItIsStopped) {
  const auto follow = Start(OnTable({"wrap", "run", "--follow"}));
  while (follow->IsRunning() &&
         Text("SELECT phase FROM parcelveil_wrap") != "filled") {
  }
  Execute("UPDATE waybill SET recipient_name = '改名' WHERE status = '80'");
  ASSERT_NE(Text("SELECT COUNT(*) FROM parcelveil_dirty"), "0");
  while (follow->IsRunning() &&
         Text("SELECT COUNT(*) FROM parcelveil_dirty") != "0") {
  }
  follow->Send(SIGTERM);
  EXPECT_EQ(follow->Wait(), kTryAgain);
  EXPECT_THAT(follow->Output(), HasSubstr("stopped, 0 rows to go"));
  EXPECT_EQ(OnTableCommand({"wrap", "verify"}), kDone) << output_;
}

TEST_F(WrapCommandTest, SealsRowsThatNobodyMayReadWhereToldTo) {
  Execute(
      "UPDATE waybill SET created_at = strftime('%Y-%m-%dT12:00:00Z', 'now', "
      "'-200 days') WHERE "
      "waybill_no IN (SELECT waybill_no FROM waybill LIMIT 7)");
  EXPECT_EQ(OnTableCommand({"wrap", "plan"}), kDone);
  EXPECT_THAT(output_, HasSubstr("7 (--old-rows seal"));
  EXPECT_EQ(OnTableCommand({"wrap", "run"}), kDone);
  EXPECT_THAT(output_, HasSubstr("7 rows could not be sealed"));
  EXPECT_EQ(OnTableCommand({"wrap", "run", "--old-rows", "seal"}), kDone);
  EXPECT_THAT(output_, HasSubstr("Sealed 7 rows"));
  EXPECT_EQ(OnTableCommand({"wrap", "verify"}), kRefused);
  EXPECT_THAT(output_, HasSubstr("GATE may not open 7 rows any more"));
  EXPECT_EQ(OnTableCommand({"wrap", "verify", "--role", "CONVERTER"}), kDone);
  EXPECT_EQ(OnTableCommand({"wrap", "finish", "--yes"}), kDone) << output_;
}

TEST_F(WrapCommandTest, EndsWithIntegrityWhereVerifyFindsAMismatch) {
  ASSERT_EQ(OnTableCommand({"wrap", "run"}), kDone);
  Execute(
      "UPDATE waybill SET sender_view = recipient_view WHERE waybill_no = "
      "(SELECT MIN(waybill_no) FROM waybill)");
  EXPECT_EQ(OnTableCommand({"wrap", "verify"}), kIntegrity);
  EXPECT_THAT(output_, HasSubstr("column sender_view: does not open"));
  EXPECT_EQ(OnTableCommand({"wrap", "finish", "--yes"}), kRefused);
}

TEST_F(WrapCommandTest, PrintsMaskedRowsOnly) {
  EXPECT_EQ(OnTableCommand({"list"}), kRefused);
  ASSERT_EQ(OnTableCommand({"wrap", "run"}), kDone);
  ASSERT_EQ(OnTableCommand({"list", "--where", "courier_id=1007", "--where",
                            "status=30", "--limit", "3"}),
            kDone);
  EXPECT_TRUE(std::regex_search(output_, std::regex("1\\d\\d\\*{4}\\d{4}")))
      << output_;
  EXPECT_FALSE(std::regex_search(output_, std::regex("\\b1\\d{10}\\b")))
      << output_;
  ASSERT_EQ(OnTableCommand({"list", "--json", "--limit", "1"}), kDone);
  EXPECT_TRUE(std::regex_match(
      output_,
      std::regex("\\{\"waybill_no\":\"[^\"]+\",\"recipient_view\":\\{"
                 "\"name\":\"[^\"]+\",\"phone\":\"[^\"]+\",\"address\""
                 ":\"[^\"]+\"\\},\"sender_view\":\\{[^}]+\\},"
                 "\"route_code\":\"[^\"]+\",\"status\":\"\\d+\"\\}\n")))
      << output_;
  EXPECT_EQ(OnTableCommand({"list", "--where", "courier_id=0"}), kDone);
  EXPECT_EQ(output_, "no rows\n");
}

TEST_F(WrapCommandTest, ShowsARowThatDoesNotOpenAsClosed) {
  ASSERT_EQ(OnTableCommand({"wrap", "run"}), kDone);
  const std::string key =
      Text("SELECT waybill_no FROM waybill ORDER BY created_at DESC LIMIT 1");
  Execute(
      "UPDATE waybill SET recipient_view = zeroblob(96) WHERE waybill_no = "
      "'" +
      key + "'");
  ASSERT_EQ(OnTableCommand({"list", "--limit", "2"}), kDone);
  EXPECT_THAT(output_, HasSubstr("closed: not a sealed view"));
  ASSERT_EQ(OnTableCommand({"list", "--where", "waybill_no=" + key, "--json"}),
            kDone);
  EXPECT_THAT(output_, HasSubstr("\"recipient_view\":{\"closed\":"
                                 "\"MALFORMED\"},\"sender_view\":{\"name\""));
}

TEST_F(WrapCommandTest, RefusesToSearchForAPersonalValue) {
  ASSERT_EQ(OnTableCommand({"wrap", "run"}), kDone);
  for (const char* column :
       {"recipient_phone", "RECIPIENT_PHONE", "recipient_phone_sealed",
        "recipient_phone_by_phone", "sender_view"}) {
    EXPECT_EQ(OnTableCommand(
                  {"list", "--where", std::string(column) + "=13800001234"}),
              kRefused)
        << column;
    EXPECT_THAT(output_, Not(HasSubstr("13800001234")));
  }
  EXPECT_EQ(OnTableCommand({"list", "--where", "no_such=1"}), kUsage);
  EXPECT_EQ(OnTableCommand({"list", "--where", "status"}), kUsage);
  // Bound, not pasted: no text gets out of a value.
  EXPECT_EQ(OnTableCommand({"list", "--where", "status=30' OR '1'='1"}), kDone);
  EXPECT_EQ(output_, "no rows\n");
}

TEST_F(WrapCommandTest, SaysWhatToRunWhereTheSigningKeyIsElsewhere) {
  ASSERT_EQ(unlink(scratch_.File("kr/signer").c_str()), 0);
  EXPECT_EQ(OnTableCommand({"wrap", "run"}), kRefused);
  EXPECT_THAT(output_, HasSubstr("keyring maintain --since 20"));
}

}  // namespace
}  // namespace parcelveil
