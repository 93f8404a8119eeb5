// SPDX-License-Identifier: Apache-2.0

#include "parcelveil/sqlite.h"

#include <fstream>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "tests/testing/scratch_dir.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ScratchDir;
using ::parcelveil::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Access = SqliteDatabase::Access;

class SqliteTest : public ::testing::Test {
 protected:
  SqliteTest() : path_(scratch_.File("test.db")) {
    std::ofstream(path_).close();
  }
  void SetUp() override {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        db_, SqliteDatabase::Open(path_, Access::kReadWrite));
    ASSERT_THAT(db_->Execute("CREATE TABLE t (k PRIMARY KEY, v)", "table t"),
                IsOk());
  }
  int64_t CountRows() {
    auto select = db_->Prepare("SELECT COUNT(*) FROM t", "table t");
    EXPECT_THAT(select, IsOk());
    EXPECT_THAT(select->Step(), IsOk());
    return select->Int(0);
  }

  ScratchDir scratch_;
  std::string path_;
  std::unique_ptr<SqliteDatabase> db_;
};

TEST_F(SqliteTest, GivesBackValuesOfEveryTypeAsTheyWere) {
  using Type = SqliteValue::Type;
  const SqliteValue values[] = {
      {Type::kNull, 0, 0, ""},   {Type::kInteger, -5, 0, ""},
      {Type::kReal, 0, 2.5, ""}, {Type::kText, 0, 0, "运单\xF0\xA0\xAE\xB7"},
      {Type::kText, 0, 0, ""},   {Type::kBlob, 0, 0, std::string("\0\xFF", 2)},
      {Type::kBlob, 0, 0, ""}};
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(SqliteStatement echo,
                                  db_->Prepare("SELECT ?", "value"));
  for (const SqliteValue& value : values) {
    echo.BindValue(0, value);
    ASSERT_THAT(echo.Step(), IsOk());
    const SqliteValue seen = echo.Value(0);
    EXPECT_EQ(seen.type, value.type);
    EXPECT_EQ(seen.integer, value.integer);
    EXPECT_EQ(seen.real, value.real);
    EXPECT_EQ(seen.bytes, value.bytes);
    EXPECT_EQ(echo.IsNull(0), value.is_null());
    echo.Reset();
  }
}

TEST_F(SqliteTest, UndoesATransactionThatWasNotCommitted) {
  {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        auto transaction,
        SqliteTransaction::Begin(db_.get(), SqliteTransaction::Kind::kWrite));
    ASSERT_THAT(db_->Execute("INSERT INTO t VALUES (1, 1)", "t"), IsOk());
  }
  EXPECT_EQ(CountRows(), 0);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      auto transaction,
      SqliteTransaction::Begin(db_.get(), SqliteTransaction::Kind::kWrite));
  ASSERT_THAT(db_->Execute("INSERT INTO t VALUES (1, 1)", "t"), IsOk());
  ASSERT_THAT(transaction->Commit(), IsOk());
  transaction.reset();
  EXPECT_EQ(CountRows(), 1);
}

TEST_F(SqliteTest, SaysThatAFileIsMissingOrNoDatabase) {
  EXPECT_THAT(SqliteDatabase::Open(scratch_.File("none"), Access::kReadOnly),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
  const std::string other = scratch_.File("other");
  std::ofstream(other) << std::string(2000, 'x');
  EXPECT_THAT(
      SqliteDatabase::Open(other, Access::kReadOnly),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("restore the database")));
}

TEST_F(SqliteTest, SaysThatAFileIsDamaged) {
  ASSERT_THAT(db_->Execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
                           "i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT "
                           "i, i FROM n",
                           "t"),
              IsOk());
  db_.reset();
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(8192, '\xEE');
  }
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      db_, SqliteDatabase::Open(path_, Access::kReadOnly));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      SqliteStatement select, db_->Prepare("SELECT SUM(v) FROM t", "table t"));
  EXPECT_THAT(select.Step(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("table t: ")));
}

TEST_F(SqliteTest, RefusesToWriteWhereItOnlyReads) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      auto reader, SqliteDatabase::Open(path_, Access::kReadOnly));
  EXPECT_THAT(
      reader->Execute("INSERT INTO t VALUES (1, 1)", "table t"),
      StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("table t: ")));
}

TEST_F(SqliteTest, NamesTheObjectAndNoValueInErrors) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      SqliteStatement insert,
      db_->Prepare("INSERT INTO t VALUES (?, 'canary-v')", "table t"));
  for (const bool is_first : {true, false}) {
    insert.BindText(0, "canary-k");
    const absl::Status status = insert.Run();
    if (is_first) {
      EXPECT_THAT(status, IsOk());
      continue;
    }
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kAlreadyExists,
                                 AllOf(HasSubstr("table t: "),
                                       Not(HasSubstr("canary")))));
  }
}

TEST_F(SqliteTest, NamesWhatIsWrongWithAStatement) {
  EXPECT_THAT(db_->Prepare("SELECT absent FROM t", "table t"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no such column: absent")));
}

}  // namespace
}  // namespace parcelveil
