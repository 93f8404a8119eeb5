// SPDX-License-Identifier: Apache-2.0
// The store's file: who may open it, and what becomes of it in trouble.
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/store/sqlite_gate_fixture.h"
#include "tests/testing/child.h"

namespace parcelveil::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Id16 = std::array<uint8_t, 16>;
using SqliteGateFileTest = SqliteGateStoreTest;

// Files of this process cannot grow past `size` while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(uint64_t size) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{size, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, SIG_DFL);
  }

 private:
  rlimit before_{};
};

TEST_F(SqliteGateFileTest, IsOpenOnceAtATime) {
  const std::string link = scratch_.File("link");
  std::filesystem::create_symlink(path_, link);
  for (const std::string& path : {path_, link}) {
    EXPECT_THAT(SqliteGateStore::Open(path),
                AllOf(ReasonIs(Reason::kLogLocked),
                      StatusIs(absl::StatusCode::kFailedPrecondition,
                               HasSubstr("a store of its own"))));
    EXPECT_EQ(InChild([&] {
                return std::string(
                    ReasonName(ReasonOf(SqliteGateStore::Open(path).status())));
              }),
              "LOG_LOCKED");
  }
  store_.reset();
  EXPECT_THAT(SqliteGateStore::Open(path_), IsOk());
}

TEST_F(SqliteGateFileTest, LetsNoOtherProgramReadItMeanwhile) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  const char* const read = "SELECT * FROM request";
  EXPECT_EQ(sqlite3_exec(other, read, nullptr, nullptr, nullptr), SQLITE_BUSY);
  store_.reset();
  EXPECT_EQ(sqlite3_exec(other, read, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
}

TEST_F(SqliteGateFileTest, IsMadeOnceAndOnlyItsOwnerReadsIt) {
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  store_.reset();
  EXPECT_THAT(SqliteGateStore::Create(path_), ReasonIs(Reason::kAlreadyExists));
  EXPECT_THAT(SqliteGateStore::Open(scratch_.File("none")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
  EXPECT_FALSE(std::filesystem::exists(scratch_.File("none-lock")));
  EXPECT_THAT(SqliteGateStore::Create(scratch_.File("no folder/gate")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no folder")));
}

TEST_F(SqliteGateFileTest, RefusesAnotherVersionsTables) {
  ASSERT_THAT(Inspect()->Execute("PRAGMA user_version = 2", "test"), IsOk());
  EXPECT_THAT(
      SqliteGateStore::Open(path_),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               HasSubstr("its tables are of version 2, this library knows 1")));
}

TEST_F(SqliteGateFileTest, RefusesWhatIsNoStore) {
  const std::string other = scratch_.File("other");
  std::ofstream(other).close();
  EXPECT_THAT(SqliteGateStore::Open(other), ReasonIs(Reason::kMalformed));
  ASSERT_THAT((*SqliteDatabase::Open(other, SqliteDatabase::Access::kReadWrite))
                  ->Execute("CREATE TABLE waybill (a)", "test"),
              IsOk());
  EXPECT_THAT(SqliteGateStore::Open(other), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(SqliteGateStore::Create(other), ReasonIs(Reason::kAlreadyExists));
  std::ofstream(other) << std::string(4096, 'x');
  EXPECT_EQ(SqliteGateStore::Open(other).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(SqliteGateFileTest, SaysThatItsFileIsDamaged) {
  ASSERT_THAT(PutLeaves(200, std::string(1000, 'a')), IsOk());
  store_.reset();
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(0, std::ios::end);
    const auto size = file.tellp();
    file.seekp(size / 2);
    file << std::string(static_cast<size_t>(size) / 2, '\xEE');
  }
  const auto opened = SqliteGateStore::Open(path_);
  const absl::Status status =
      opened.ok() ? (*opened)->ReadLeaves(
                        0, 200, [](auto...) { return absl::OkStatus(); })
                  : opened.status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status.ToString();
}

TEST_F(SqliteGateFileTest, KeepsNothingOfACommitThatDoesNotFitAndGoesOn) {
  ASSERT_THAT(PutLeaf(0, "first"), IsOk());
  {
    const FileSizeLimit limit(std::filesystem::file_size(path_ + "-wal") +
                              40000);
    const absl::Status status = store_->Write([&](GateTransaction& t) {
      EXPECT_THAT(t.PutLeaf(1, std::string(100000, 'x')), IsOk());
      EXPECT_THAT(t.PutGrant(NewGrant(1)), IsOk());
      return t.PutValue("policy", "new");
    });
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(status, ReasonIs(Reason::kUnavailable));
    EXPECT_EQ(*store_->NumLeaves(), 1u);
    EXPECT_FALSE(store_->FindNonce(9, NewGrant(1).nonce)->has_value());
    EXPECT_FALSE(store_->FindRequest(1)->has_value());
    EXPECT_FALSE(store_->FindValue("policy")->has_value());
    EXPECT_THAT(PutLeaf(1, "small"), IsOk()) << "what fits is written";
  }
  ASSERT_THAT(PutLeaf(2, std::string(100000, 'x')), IsOk());
  ASSERT_THAT(Put(NewGrant(1)), IsOk());
  store_.reset();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(store_, SqliteGateStore::Open(path_));
  EXPECT_EQ(*store_->NumLeaves(), 3u);
  EXPECT_TRUE(store_->FindNonce(9, NewGrant(1).nonce)->has_value());
}

TEST_F(SqliteGateFileTest, NamesWaybillsInFourTablesOnly) {
  Grant grant = NewGrant(0);
  grant.charges = {{SubjectKind::kPrincipal,
                    1,
                    QuotaClass::kPhone,
                    {{absl::Hours(24), 5}},
                    {Id16{1}},
                    true}};
  ASSERT_THAT(store_->Write([&](GateTransaction& t) {
    EXPECT_THAT(t.PutLeaf(0, "leaf"), IsOk());
    EXPECT_THAT(t.PutTile({0, 0}, std::string(8192, 't')), IsOk());
    EXPECT_THAT(t.PutCheckpoint(1, "note"), IsOk());
    EXPECT_THAT(t.PutGrant(grant), IsOk());
    EXPECT_THAT(t.PutDevice({1, 1, {}, now_, false}), IsOk());
    EXPECT_THAT(t.PutPrincipal({1, Role::kList, Scope{1}, true}), IsOk());
    EXPECT_THAT(t.PutHold(kWaybill, true), IsOk());
    EXPECT_THAT(t.PutApproval({1, kWaybill, now_}), IsOk());
    EXPECT_THAT(t.PutCoverage("T", 1, kWaybill, now_), IsOk());
    EXPECT_THAT(t.PutDialUse(Id16{1}, now_), IsOk());
    return t.PutValue("policy", "p");
  }),
              IsOk());
  const auto db = Inspect();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      SqliteStatement columns,
      db->Prepare("SELECT m.name, c.name FROM sqlite_schema AS m, "
                  "pragma_table_info(m.name) AS c WHERE m.type = 'table'",
                  "test"));
  std::set<std::string> tables, named;
  while (*columns.Step()) {
    const std::string table(columns.Bytes(0)), column(columns.Bytes(1));
    tables.insert(table);
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        SqliteStatement row,
        db->Prepare(absl::StrCat("SELECT ", column, " FROM ", table), "test"));
    ASSERT_TRUE(*row.Step()) << table << " holds nothing";
    if (row.Value(0).ToText() == kWaybill) named.insert(table);
  }
  EXPECT_EQ(tables.size(), 14u);
  EXPECT_THAT(
      named, ::testing::ElementsAre("approval", "coverage", "hold", "request"));
}

TEST_F(SqliteGateFileTest, OverwritesTheRequestsThatItDeletes) {
  for (int i = 0; i < 50; ++i) ASSERT_THAT(Put(NewGrant(i)), IsOk());
  ASSERT_THAT(AllBytes(), HasSubstr(kWaybill));
  ASSERT_THAT(store_->DeleteRequestsBefore(Epoch{2501}), IsOk());
  EXPECT_THAT(AllBytes(), Not(HasSubstr(kWaybill)));
}

}  // namespace
}  // namespace parcelveil::testing
