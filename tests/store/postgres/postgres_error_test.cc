// SPDX-License-Identifier: Apache-2.0
// Each class of errors, provoked for real, and no value in any of them.

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "tests/store/postgres/postgres_test.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::OpenOrDie;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = PostgresTransaction::Kind;

class PostgresErrorTest : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    Must("INSERT INTO t VALUES (1, 'canary-1'), (2, 'canary-2')");
  }
  std::unique_ptr<PostgresTransaction> Begin(PostgresConnection* db,
                                             Kind kind) {
    auto transaction = PostgresTransaction::Begin(db, kind);
    EXPECT_THAT(transaction, IsOk());
    return *std::move(transaction);
  }
  // Runs `sql` with one text bound.
  absl::Status Run(const std::string& sql, std::string_view text) {
    auto statement = db_->Prepare(sql, "table t");
    EXPECT_THAT(statement, IsOk());
    statement->BindText(0, text);
    return statement->Run();
  }
};

TEST_F(PostgresErrorTest, NamesTheConstraintAndNoValue) {
  Must("ALTER TABLE t ADD CONSTRAINT one_v UNIQUE (v)");
  Must("ALTER TABLE t ADD CONSTRAINT short_v CHECK (length(v) < 10)");
  EXPECT_THAT(Run("INSERT INTO t VALUES (3, $1)", "canary-1"),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       AllOf(HasSubstr("table t: unique violation 23505 (table "
                                       "\"t\", constraint \"one_v\"); look at"),
                             Not(HasSubstr("canary")))));
  EXPECT_THAT(
      Run("INSERT INTO t VALUES (3, $1)", "canary-too-long"),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("check violation"), HasSubstr("\"short_v\""),
                     Not(HasSubstr("canary")))));
  EXPECT_THAT(
      Run("INSERT INTO t VALUES (NULL, $1)", "canary-3"),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("column \"k\""), Not(HasSubstr("canary")))));
}

TEST_F(PostgresErrorTest, QuotesAMistakeInTheSqlAndNoValue) {
  EXPECT_THAT(db_->Prepare("SELECT absent FROM t", "table t"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("table t: column \"absent\" does not exist")));
  EXPECT_THAT(Run("SELECT $1::text::int", "canary-1"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("does not fit its type 22P02"),
                             Not(HasSubstr("canary")))));
}

TEST_F(PostgresErrorTest, KeepsWhatAFunctionSaysToItself) {
  Must(
      "CREATE FUNCTION build(text) RETURNS void LANGUAGE plpgsql AS "
      "$$BEGIN EXECUTE 'SELECT ' || $1; END$$");
  Must(
      "CREATE FUNCTION refuse(text) RETURNS void LANGUAGE plpgsql AS "
      "$$BEGIN RAISE NOTICE '%', $1; RAISE EXCEPTION 'no %', $1; END$$");
  Must(
      "CREATE FUNCTION pretend(text) RETURNS void LANGUAGE plpgsql AS "
      "$$BEGIN RAISE '%', $1 USING ERRCODE = 'undefined_column'; END$$");
  ::testing::internal::CaptureStderr();
  EXPECT_THAT(Run("SELECT build($1)", "canary"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("a mistake in the statement 42703"),
                             Not(HasSubstr("canary")))));
  EXPECT_THAT(Run("SELECT pretend($1)", "canary"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("a mistake in the statement 42703"),
                             Not(HasSubstr("canary")))));
  EXPECT_THAT(Run("SELECT refuse($1)", "canary"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("a trigger or function refused it"),
                             Not(HasSubstr("canary")))));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(PostgresErrorTest, TellsADeadlock) {
  const auto other = Connect();
  const auto mine = Begin(db_.get(), Kind::kReadCommitted);
  const auto theirs = Begin(other.get(), Kind::kReadCommitted);
  Must("SET deadlock_timeout = '10ms'");
  Must("UPDATE t SET v = 'a' WHERE k = 1");
  ASSERT_THAT(other->Execute("UPDATE t SET v = 'b' WHERE k = 2", "t"), IsOk());
  absl::Status second;
  std::thread thread([&] {
    second = other->Execute("UPDATE t SET v = 'b' WHERE k = 1", "t");
  });
  const absl::Status first =
      db_->Execute("UPDATE t SET v = 'a' WHERE k = 2", "table t");
  thread.join();
  // Which of them is undone is the server's choice.
  EXPECT_NE(first.ok(), second.ok());
  const absl::Status undone = first.ok() ? second : first;
  EXPECT_THAT(undone, ReasonIs(Reason::kConflict));
  EXPECT_THAT(undone, StatusIs(absl::StatusCode::kAborted,
                               HasSubstr("deadlock 40P01; start the")));
}

TEST_F(PostgresErrorTest, TellsASerializationFailure) {
  const auto other = Connect();
  const auto transaction = Begin(db_.get(), Kind::kRepeatableRead);
  EXPECT_EQ(Ask("SELECT count(*) FROM t"), "2");
  ASSERT_THAT(other->Execute("UPDATE t SET v = 'b' WHERE k = 1", "t"), IsOk());
  const absl::Status status =
      db_->Execute("UPDATE t SET v = 'a' WHERE k = 1", "table t");
  EXPECT_THAT(status, ReasonIs(Reason::kConflict));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted,
                               HasSubstr("table t: serialization failure")));
}

TEST_F(PostgresErrorTest, TellsALockThatWasNotHadInTime) {
  const auto other = Connect();
  const auto transaction = Begin(other.get(), Kind::kReadCommitted);
  ASSERT_THAT(other->Execute("LOCK TABLE t", "t"), IsOk());
  Must("SET lock_timeout = '10ms'");
  const absl::Status status =
      db_->Execute("UPDATE t SET v = 'a' WHERE k = 1", "table t");
  EXPECT_THAT(status, ReasonIs(Reason::kUnavailable));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable,
                               HasSubstr("table t: lock not available")));
  EXPECT_FALSE(db_->IsLost());
}

TEST_F(PostgresErrorTest, IsCancelledFromAnotherThread) {
  const auto other = Connect();
  const std::string pid = Ask("SELECT pg_backend_pid()");
  std::thread thread([&] {
    while (Ask(other.get(),
               "SELECT wait_event FROM pg_stat_activity WHERE "
               "pid = " +
                   pid) != "PgSleep") {
    }
    db_->Cancel();
  });
  const absl::Status status = db_->Execute("SELECT pg_sleep(600)", "table t");
  thread.join();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled,
                               HasSubstr("table t: cancelled")));
  EXPECT_EQ(Ask("SELECT 1"), "1");
}

TEST_F(PostgresErrorTest, IsCancelledByAStatementTimeoutWhileStepping) {
  Must("SET statement_timeout = '20ms'");
  auto select = db_->Prepare(
      "SELECT i, pg_sleep(CASE WHEN i > 2 THEN 600 END) FROM "
      "generate_series(1, 3) i",
      "table t");
  ASSERT_THAT(select, IsOk());
  absl::StatusOr<bool> row = true;
  while (row.ok() && *row) row = select->Step();
  EXPECT_THAT(row, StatusIs(absl::StatusCode::kCancelled,
                            HasSubstr("table t: cancelled")));
}

TEST_F(PostgresErrorTest, TellsWhatAUserMayNotDo) {
  {
    const auto transaction = Begin(db_.get(), Kind::kRead);
    EXPECT_THAT(
        db_->Execute("DELETE FROM t", "table t"),
        StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("only reads")));
  }
  Must("CREATE ROLE guest");
  Must("SET ROLE guest");
  EXPECT_THAT(db_->Execute("DELETE FROM t", "clear"),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       HasSubstr("clear: permission denied for table t; "
                                 "grant")));
  Must("RESET ROLE");
  Must("DROP ROLE guest");
}

TEST_F(PostgresErrorTest, TellsThatTheServerHasNoRoom) {
  Must("SET temp_file_limit = '64kB'");
  Must("SET work_mem = '64kB'");
  EXPECT_THAT(
      db_->Execute("SELECT i FROM generate_series(1, 100000) i ORDER BY -i",
                   "table t"),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("53400")));
  // A disk cannot be filled here; the server says so all the same.
  EXPECT_THAT(db_->Execute("DO $$BEGIN RAISE 'canary' USING ERRCODE = "
                           "'disk_full'; END$$",
                           "table t"),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       AllOf(HasSubstr("disk full 53100; make room"),
                             Not(HasSubstr("canary")))));
}

TEST_F(PostgresErrorTest, TellsADamagedTable) {
  const std::string file = Ask("SELECT pg_relation_filepath('t')");
  db_.reset();
  // A copy of the files, of which the server holds no page in memory yet.
  const auto admin = OpenOrDie(cluster_.Address("postgres"));
  const std::string copy = database_ + "_copy";
  ASSERT_THAT(admin->Execute("CREATE DATABASE " + copy + " TEMPLATE " +
                                 database_ + " STRATEGY file_copy",
                             copy),
              IsOk());
  const std::string path =
      cluster_.host() + "/data/base/" +
      Ask(admin.get(),
          "SELECT oid FROM pg_database WHERE datname = '" + copy + "'") +
      file.substr(file.rfind('/'));
  ASSERT_GT(std::filesystem::file_size(path), 0u);
  {
    std::fstream page(path, std::ios::in | std::ios::out | std::ios::binary);
    page << std::string(100, '\xEE');
  }
  db_ = OpenOrDie(cluster_.Address(copy));
  EXPECT_THAT(db_->Execute("SELECT count(*) FROM t", "table t"),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("table t: data corrupted XX001; restore")));
}

}  // namespace
}  // namespace parcelveil
