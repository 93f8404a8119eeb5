// SPDX-License-Identifier: Apache-2.0
// A reseal that is killed at each of its steps in turn. What kill -9 leaves of
// a database is its files as they stood before a system call; so those are
// copied before each one, and each copy is gone on with.

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parcelveil/wrapped_table.h"
#include "tests/migrate/wrap_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;

// Copies a database before each system call that changes one of its files.
class FileSteps {
 public:
  explicit FileSteps(std::string path) : path_(std::move(path)) {
    under_way_ = this;
    Set("pwrite", &FileSteps::Pwrite);
    Set("pwrite64", &FileSteps::Pwrite);
    Set("write", &FileSteps::Write);
    Set("ftruncate", &FileSteps::Truncate);
    Set("unlink", &FileSteps::Unlink);
  }
  ~FileSteps() {
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    vfs->xSetSystemCall(vfs, nullptr, nullptr);  // all as they were
    under_way_ = nullptr;
  }

  // The copies, in order.
  const std::vector<std::string>& copies() const { return copies_; }

 private:
  template <typename Call>
  static void Set(const char* name, Call* call) {
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    vfs->xSetSystemCall(vfs, name, reinterpret_cast<sqlite3_syscall_ptr>(call));
  }
  static void Copy() {
    FileSteps* steps = under_way_;
    const std::string copy =
        absl::StrCat(steps->path_, ".", steps->copies_.size());
    for (const char* file : {"", "-journal", "-wal"}) {
      if (!std::filesystem::exists(steps->path_ + file)) continue;
      std::filesystem::copy_file(steps->path_ + file, copy + file);
    }
    steps->copies_.push_back(copy);
  }
  static ssize_t Pwrite(int fd, const void* bytes, size_t size, off_t at) {
    Copy();
    return pwrite(fd, bytes, size, at);
  }
  static ssize_t Write(int fd, const void* bytes, size_t size) {
    Copy();
    return write(fd, bytes, size);
  }
  static int Truncate(int fd, off_t size) {
    Copy();
    return ftruncate(fd, size);
  }
  static int Unlink(const char* path) {
    Copy();
    return unlink(path);
  }

  static FileSteps* under_way_;
  const std::string path_;
  std::vector<std::string> copies_;
};
FileSteps* FileSteps::under_way_ = nullptr;

class ResealCrashTest : public testing::WrapTest {
 protected:
  ResealResult Reseal() {
    const auto keyring = keyring_.Load(Role::kGate);
    ResealOptions options;
    options.batch_rows = 1;
    auto table = WrappedTable::Open(db_.get(), map_);
    EXPECT_THAT(table, IsOk());
    auto result = (*table)->Reseal(*keyring, options);
    EXPECT_THAT(result, IsOk());
    return result.value_or(ResealResult());
  }
  void Open(const std::string& path) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        db_, SqliteDatabase::Open(path, SqliteDatabase::Access::kReadWrite));
    Execute("PRAGMA synchronous = OFF");  // nobody kills this one
  }
  // Everything that is sealed of each row, in key order.
  std::vector<std::string> Rows() {
    std::vector<std::string> rows;
    for (int i = 1; i <= kRows; ++i) {
      rows.push_back(Text(absl::StrCat(
          "SELECT hex(recipient_name_sealed) || hex(recipient_phone_sealed) || "
          "hex(recipient_address_sealed) || hex(recipient_view) || "
          "hex(recipient_phone_by_phone) || hex(recipient_phone_by_last4) FROM "
          "waybill WHERE waybill_no = 'SF",
          i, "'")));
    }
    return rows;
  }
  void ExpectNothingLostAt(const std::vector<std::string>& before,
                           const std::vector<std::string>& after);
  void WalkThrough();

  static constexpr int kRows = 2;
  int max_resealed_ = 0;
};

// Each row as it was or as it became, and the latter noted; then the rest of
// them is resealed.
void ResealCrashTest::ExpectNothingLostAt(
    const std::vector<std::string>& before,
    const std::vector<std::string>& after) {
  const std::vector<std::string> now = Rows();
  int num_resealed = 0;
  for (int i = 0; i < kRows; ++i) {
    if (now[i] == after[i]) ++num_resealed;
    ASSERT_TRUE(now[i] == after[i] || now[i] == before[i]) << "row " << i + 1;
  }
  ASSERT_EQ(Count("SELECT COUNT(*) FROM parcelveil_sealed"), num_resealed);
  ASSERT_EQ(Status().verified.has_value(), num_resealed == 0);
  max_resealed_ = std::max(max_resealed_, num_resealed);
  ASSERT_EQ(Reseal().num_resealed, kRows - num_resealed);
  ASSERT_EQ(Reseal().num_resealed, 0);
  const VerifyResult verified = Verify();
  ASSERT_TRUE(verified.counts);
  ASSERT_EQ(verified.num_fields, 3 * kRows);
  ASSERT_EQ(Text("PRAGMA integrity_check"), "ok");
}

void ResealCrashTest::WalkThrough() {
  for (int i = 1; i <= kRows; ++i) Insert({absl::StrCat("SF", i)});
  Run();
  ASSERT_TRUE(Verify().counts);
  const std::vector<std::string> before = Rows();
  ASSERT_THAT(keyring_.editor().Rotate(Slot::kRecipientPhone), IsOk());
  keyring_.Publish();
  std::vector<std::string> copies;
  {
    const FileSteps steps(path_);
    ASSERT_EQ(Reseal().num_resealed, kRows);
    copies = steps.copies();
  }
  ASSERT_GT(copies.size(), 2u * kRows);
  const std::vector<std::string> after = Rows();
  for (const std::string& copy : copies) {
    Open(copy);
    ASSERT_NO_FATAL_FAILURE(ExpectNothingLostAt(before, after)) << copy;
  }
}

TEST_F(ResealCrashTest, LosesAndHalvesNoRowWhereverItIsKilled) {
  WalkThrough();
  EXPECT_EQ(max_resealed_, kRows - 1);  // the last step ends the last row
}

TEST_F(ResealCrashTest, LosesAndHalvesNoRowOfAWriteAheadLog) {
  Text("PRAGMA journal_mode = WAL");
  WalkThrough();
  EXPECT_GE(max_resealed_, kRows - 1);
}

}  // namespace
}  // namespace parcelveil
