// SPDX-License-Identifier: Apache-2.0
// PostgresTest: a database of the test's own, with one small table.

#ifndef PARCELVEIL_TESTS_STORE_POSTGRES_POSTGRES_TEST_H_
#define PARCELVEIL_TESTS_STORE_POSTGRES_POSTGRES_TEST_H_

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "parcelveil/postgres.h"
#include "tests/testing/postgres_cluster.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil {

class PostgresTest : public ::testing::Test {
 protected:
  PostgresTest()
      : cluster_(testing::PostgresCluster::Shared()),
        database_(cluster_.MakeDatabase()),
        db_(Connect()) {}
  void SetUp() override {
    Must("CREATE TABLE t (k bigint PRIMARY KEY, v text, b bytea)");
  }

  // Another connection to the same database.
  std::unique_ptr<PostgresConnection> Connect() const {
    return testing::OpenOrDie(cluster_.Address(database_));
  }
  void Must(const std::string& sql) {
    ASSERT_THAT(db_->Execute(sql, "table t"), testing::IsOk());
  }
  // The first column of the first row.
  std::string Ask(const std::string& sql) { return Ask(db_.get(), sql); }
  static std::string Ask(PostgresConnection* db, const std::string& sql) {
    auto select = db->Prepare(sql, "question");
    EXPECT_THAT(select, testing::IsOk());
    const auto row = select->Step();
    EXPECT_THAT(row, testing::IsOk());
    return row.ok() && *row ? std::string(select->Bytes(0)) : "";
  }

  testing::PostgresCluster& cluster_;
  const std::string database_;
  std::unique_ptr<PostgresConnection> db_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_TESTS_STORE_POSTGRES_POSTGRES_TEST_H_
