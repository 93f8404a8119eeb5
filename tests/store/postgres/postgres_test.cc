// SPDX-License-Identifier: Apache-2.0
// Transactions, locks and prepared statements.

#include "tests/store/postgres/postgres_test.h"

#include <memory>
#include <string>
#include <utility>

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;
using Kind = PostgresTransaction::Kind;

class PostgresTransactionTest : public PostgresTest {
 protected:
  std::unique_ptr<PostgresTransaction> Begin(PostgresConnection* db,
                                             Kind kind) {
    auto transaction = PostgresTransaction::Begin(db, kind);
    EXPECT_THAT(transaction, IsOk());
    return *std::move(transaction);
  }
  std::string Count(PostgresConnection* db) {
    return Ask(db, "SELECT count(*) FROM t");
  }
};

TEST_F(PostgresTransactionTest, UndoesWhatWasNotCommitted) {
  for (const Kind kind :
       {Kind::kReadCommitted, Kind::kRepeatableRead, Kind::kSerializable}) {
    {
      auto transaction = Begin(db_.get(), kind);
      Must("INSERT INTO t VALUES (1)");
    }
    EXPECT_EQ(Count(db_.get()), "0");
    auto transaction = Begin(db_.get(), kind);
    Must("INSERT INTO t VALUES (1)");
    ASSERT_THAT(transaction->Commit(), IsOk());
    transaction.reset();
    EXPECT_EQ(Count(db_.get()), "1");
    Must("DELETE FROM t");
  }
}

TEST_F(PostgresTransactionTest, ReadsOneStateOrEachCommittedOne) {
  const struct {
    Kind kind;
    const char* after;
  } cases[] = {{Kind::kRead, "0"},
               {Kind::kRepeatableRead, "0"},
               {Kind::kSerializable, "0"},
               {Kind::kReadCommitted, "1"}};
  const auto other = Connect();
  for (const auto& c : cases) {
    const auto transaction = Begin(db_.get(), c.kind);
    EXPECT_EQ(Count(db_.get()), "0");
    ASSERT_THAT(other->Execute("INSERT INTO t VALUES (1)", "t"), IsOk());
    EXPECT_EQ(Count(db_.get()), c.after);
    ASSERT_THAT(other->Execute("DELETE FROM t", "t"), IsOk());
  }
}

TEST_F(PostgresTransactionTest, RefusesATransactionInATransaction) {
  auto outer = Begin(db_.get(), Kind::kReadCommitted);
  Must("INSERT INTO t VALUES (1)");
  EXPECT_THAT(PostgresTransaction::Begin(db_.get(), Kind::kReadCommitted),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("is in one already")));
  ASSERT_THAT(outer->Commit(), IsOk());
  EXPECT_EQ(Count(db_.get()), "1");
}

TEST_F(PostgresTransactionTest, SaysThatAFailedOneCannotBeCommitted) {
  {
    auto transaction = Begin(db_.get(), Kind::kReadCommitted);
    Must("INSERT INTO t VALUES (1)");
    EXPECT_FALSE(db_->Execute("SELECT 1/0", "t").ok());
    EXPECT_THAT(db_->Execute("SELECT 1", "table t"),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("table t: an earlier statement")));
    EXPECT_THAT(transaction->Commit(),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("start it over")));
  }
  EXPECT_EQ(Count(db_.get()), "0");
}

TEST_F(PostgresTransactionTest, RollsBackWhileRowsAreComing) {
  auto select = db_->Prepare("SELECT generate_series(1, 1000)", "t");
  ASSERT_THAT(select, IsOk());
  {
    auto transaction = Begin(db_.get(), Kind::kReadCommitted);
    Must("INSERT INTO t VALUES (1)");
    ASSERT_THAT(select->Step(), IsOk());
  }
  EXPECT_EQ(Count(db_.get()), "0");
}

TEST_F(PostgresTransactionTest, GivesALockToOneSessionAtATime) {
  const auto other = Connect();
  for (const int64_t key : {int64_t{1}, INT64_MIN}) {
    for (const auto& [db, got] :
         {std::pair(db_.get(), true), std::pair(other.get(), false)}) {
      const auto lock = db->TryLock(key);
      ASSERT_THAT(lock, IsOk());
      EXPECT_EQ(*lock, got);
    }
    EXPECT_THAT(other->Unlock(key),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("does not hold it")));
    EXPECT_THAT(db_->Unlock(key), IsOk());
    const auto lock = other->TryLock(key);
    ASSERT_THAT(lock, IsOk());
    EXPECT_TRUE(*lock);
  }
}

TEST_F(PostgresTransactionTest, LetsGoOfItsLocksWithTheConnection) {
  auto other = Connect();
  ASSERT_THAT(other->TryLock(1), IsOk());
  const std::string pid = Ask(other.get(), "SELECT pg_backend_pid()");
  other.reset();
  // The server notices that the other one is gone when it does.
  while (Ask("SELECT count(*) FROM pg_stat_activity WHERE pid = " + pid) !=
         "0") {
  }
  const auto lock = db_->TryLock(1);
  ASSERT_THAT(lock, IsOk());
  EXPECT_TRUE(*lock);
}

TEST_F(PostgresTransactionTest, RunsAStatementAgainAndAgain) {
  auto insert = db_->Prepare("INSERT INTO t VALUES ($1, $2)", "table t");
  ASSERT_THAT(insert, IsOk());
  insert->BindText(1, "same");
  for (int k = 0; k < 3; ++k) {
    insert->BindInt(0, k);
    ASSERT_THAT(insert->Run(), IsOk());
    EXPECT_EQ(db_->Changes(), 1);
  }
  Must("UPDATE t SET v = 'other' WHERE v = 'same'");
  EXPECT_EQ(db_->Changes(), 3);
}

TEST_F(PostgresTransactionTest, MovesAStatementWithItsRow) {
  auto made = db_->Prepare("SELECT generate_series(1, 2)", "t");
  ASSERT_THAT(made, IsOk());
  ASSERT_THAT(made->Step(), IsOk());
  PostgresStatement select = *std::move(made);
  EXPECT_EQ(select.Int(0), 1);
  ASSERT_THAT(select.Step(), IsOk());
  EXPECT_EQ(select.Int(0), 2);
}

TEST_F(PostgresTransactionTest, LetsTheServerForgetStatementsThatDied) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Ask("SELECT 1"), "1");
  }
  EXPECT_EQ(Ask("SELECT count(*) FROM pg_prepared_statements"), "1");
}

}  // namespace
}  // namespace parcelveil
