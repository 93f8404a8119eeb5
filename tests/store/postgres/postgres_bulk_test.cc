// SPDX-License-Identifier: Apache-2.0
// Many rows: pipelines, streams and copies.

#include <fstream>
#include <memory>
#include <string>

#include "tests/store/postgres/postgres_test.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = PostgresTransaction::Kind;

constexpr int kUpdates = 10000;
constexpr int kRows = 200000;
constexpr long kFlatKib = 8 * 1024;

// The most memory that this process has had since it was last forgotten.
long PeakKib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stol(line.substr(6));
  }
  return 0;
}
void ForgetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

class PostgresBulkTest : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    Must("INSERT INTO t SELECT i, 'before', NULL FROM generate_series(1, " +
         std::to_string(kUpdates) + ") i");
  }
  PostgresStatement Prepare(const std::string& sql) {
    auto statement = db_->Prepare(sql, "table t");
    EXPECT_THAT(statement, IsOk());
    return *std::move(statement);
  }
  std::unique_ptr<PostgresPipeline> Begin() {
    auto pipeline = PostgresPipeline::Begin(db_.get());
    EXPECT_THAT(pipeline, IsOk());
    return *std::move(pipeline);
  }
  // Queues UPDATEs of all rows, each with a blob of its own.
  void QueueAll(PostgresStatement* update, PostgresPipeline* pipeline) {
    for (int k = 1; k <= kUpdates; ++k) {
      const std::string blob(400, static_cast<char>(k));
      update->BindBlob(0, blob);
      update->BindInt(1, k);
      ASSERT_THAT(pipeline->Queue(update), IsOk());
    }
  }
};

TEST_F(PostgresBulkTest, PipelinesTenThousandUpdates) {
  PostgresStatement update = Prepare("UPDATE t SET b = $1 WHERE k = $2");
  auto pipeline = Begin();
  QueueAll(&update, pipeline.get());
  const auto changed = pipeline->Finish();
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(*changed, kUpdates);
  EXPECT_EQ(Ask("SELECT count(*) FROM t WHERE b = decode(repeat(lpad("
                "to_hex(k & 255), 2, '0'), 400), 'hex')"),
            std::to_string(kUpdates));
  EXPECT_THAT(update.Run(), IsOk());  // the connection is back to one at a time
}

TEST_F(PostgresBulkTest, UndoesAPipelineWithOneBadStatement) {
  PostgresStatement update = Prepare("UPDATE t SET b = $1 WHERE k = $2");
  PostgresStatement insert = Prepare("INSERT INTO t VALUES ($1, 'canary-v')");
  auto pipeline = Begin();
  QueueAll(&update, pipeline.get());
  insert.BindInt(0, 1);
  ASSERT_THAT(pipeline->Queue(&insert), IsOk());
  QueueAll(&update, pipeline.get());
  EXPECT_THAT(pipeline->Finish(),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       AllOf(HasSubstr("table t: unique violation"),
                             Not(HasSubstr("canary")))));
  EXPECT_EQ(Ask("SELECT count(*) FROM t WHERE b IS NOT NULL"), "0");
}

TEST_F(PostgresBulkTest, UndoesAPipelineThatWasNotFinished) {
  PostgresStatement update = Prepare("UPDATE t SET b = $1 WHERE k = $2");
  {
    auto pipeline = Begin();
    QueueAll(&update, pipeline.get());
  }
  EXPECT_EQ(Ask("SELECT count(*) FROM t WHERE b IS NOT NULL"), "0");
}

TEST_F(PostgresBulkTest, KeepsAPipelineInItsTransaction) {
  PostgresStatement update = Prepare("UPDATE t SET b = $1 WHERE k = $2");
  for (const bool commit : {false, true}) {
    auto transaction =
        PostgresTransaction::Begin(db_.get(), Kind::kReadCommitted);
    ASSERT_THAT(transaction, IsOk());
    auto pipeline = Begin();
    QueueAll(&update, pipeline.get());
    ASSERT_THAT(pipeline->Finish(), IsOk());
    if (commit) {
      EXPECT_THAT((*transaction)->Commit(), IsOk());
    }
    transaction->reset();
    EXPECT_EQ(Ask("SELECT count(*) FROM t WHERE b IS NOT NULL"),
              commit ? std::to_string(kUpdates) : "0");
  }
}

TEST_F(PostgresBulkTest, DoesNothingElseWhileInAPipeline) {
  PostgresStatement select = Prepare("SELECT 1");
  auto pipeline = Begin();
  EXPECT_THAT(select.Step(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                      HasSubstr("finish it first")));
  EXPECT_THAT(db_->Execute("SELECT 1", "t"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("finish it first")));
  EXPECT_THAT(pipeline->Finish(), IsOk());
  EXPECT_THAT(select.Step(), IsOk());
}

TEST_F(PostgresBulkTest, StreamsRowsInFlatMemory) {
#if defined(PARCELVEIL_UNDER_ASAN) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer keeps what was freed";
#endif
  PostgresStatement select =
      Prepare("SELECT i, repeat('x', 1000) FROM generate_series(1, " +
              std::to_string(kRows) + ") i");
  ForgetPeak();
  const long before = PeakKib();
  int num_rows = 0;
  for (;;) {
    const auto row = select.Step();
    ASSERT_THAT(row, IsOk());
    if (!*row) break;
    ++num_rows;
    ASSERT_EQ(select.Int(0), num_rows);
    ASSERT_EQ(select.Bytes(1).size(), 1000u);
  }
  EXPECT_EQ(num_rows, kRows);
  EXPECT_LT(PeakKib() - before, kFlatKib);
}

TEST_F(PostgresBulkTest, SaysThatAnotherStatementReadRowsAway) {
  PostgresStatement select = Prepare("SELECT k FROM t ORDER BY k");
  ASSERT_THAT(select.Step(), IsOk());
  EXPECT_EQ(Ask("SELECT count(*) FROM t"), std::to_string(kUpdates));
  EXPECT_THAT(select.Step(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("table t: another statement has read")));
  ASSERT_THAT(select.Step(), IsOk());  // from the start
  EXPECT_EQ(select.Int(0), 1);
}

TEST_F(PostgresBulkTest, CopiesRowsFromOneTableToAnother) {
  Must("UPDATE t SET b = int8send(k)");
  Must("CREATE TABLE u (LIKE t)");
  const auto reader = Connect();
  auto out = PostgresCopyOut::Begin(
      reader.get(), "COPY t TO STDOUT (FORMAT binary)", "table t");
  auto in = PostgresCopyIn::Begin(
      db_.get(), "COPY u FROM STDIN (FORMAT binary)", "table u");
  ASSERT_THAT(out, IsOk());
  ASSERT_THAT(in, IsOk());
  EXPECT_THAT(reader->Execute("SELECT 1", "t"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("finish it first")));
  for (;;) {
    const auto bytes = (*out)->Next();
    ASSERT_THAT(bytes, IsOk());
    if (!bytes->has_value()) break;
    ASSERT_THAT((*in)->Put(**bytes), IsOk());
  }
  ASSERT_THAT((*in)->Finish(), IsOk());
  EXPECT_EQ(db_->Changes(), kUpdates);
  EXPECT_EQ(Ask("SELECT count(*) FROM (TABLE t EXCEPT TABLE u) d"), "0");
}

TEST_F(PostgresBulkTest, UndoesACopyThatWasNotFinishedOrIsWrong) {
  constexpr char kCopy[] = "COPY t FROM STDIN";
  {
    auto in = PostgresCopyIn::Begin(db_.get(), kCopy, "table t");
    ASSERT_THAT(in, IsOk());
    ASSERT_THAT((*in)->Put("-1\tcanary-v\t\\N\n"), IsOk());
  }
  auto in = PostgresCopyIn::Begin(db_.get(), kCopy, "table t");
  ASSERT_THAT(in, IsOk());
  ASSERT_THAT((*in)->Put("-1\ta\t\\N\ncanary\tb\t\\N\n"), IsOk());
  EXPECT_THAT((*in)->Finish(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("table t: a value does not fit"),
                             Not(HasSubstr("canary")))));
  in->reset();
  EXPECT_EQ(Ask("SELECT count(*) FROM t WHERE k < 0"), "0");
}

TEST_F(PostgresBulkTest, StopsACopyHalfWay) {
  {
    auto out = PostgresCopyOut::Begin(db_.get(), "COPY t TO STDOUT", "table t");
    ASSERT_THAT(out, IsOk());
    EXPECT_THAT((*out)->Next(), IsOk());
  }
  EXPECT_EQ(Ask("SELECT count(*) FROM t"), std::to_string(kUpdates));
}

TEST_F(PostgresBulkTest, RefusesAStatementThatDoesNotCopyThisWay) {
  EXPECT_THAT(PostgresCopyIn::Begin(db_.get(), "SELECT 1", "table t"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("does not copy this way")));
  EXPECT_THAT(db_->Execute("COPY t TO STDOUT", "table t"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("a copy of its own")));
  EXPECT_EQ(Ask("SELECT count(*) FROM t"), std::to_string(kUpdates));
}

}  // namespace
}  // namespace parcelveil
