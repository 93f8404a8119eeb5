// SPDX-License-Identifier: Apache-2.0
// OpenLogFile: a log in one file.
#include "parcelveil/file.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "parcelveil/audit_verify.h"
#include "tests/audit/log_fixture.h"
#include "tests/testing/child.h"
#include "tests/testing/scratch_dir.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil {
namespace {

using ::parcelveil::audit::GrantLeaf;
using ::parcelveil::audit::LogSeed;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;

class LogFileTest : public ::testing::Test {
 protected:
  // The log over the file, both open.
  struct Opened {
    std::unique_ptr<LogStore> store;
    std::unique_ptr<AuditLog> log;
  };
  absl::StatusOr<Opened> Open() {
    Opened opened;
    auto store = OpenLogFile(path_);
    if (!store.ok()) return store.status();
    opened.store = *std::move(store);
    AuditLogOptions options;
    options.origin = "courier.example/audit/7/steward";
    options.signing_seed = LogSeed();
    options.store = opened.store.get();
    options.clock = &clock_;
    auto log = AuditLog::Open(std::move(options));
    if (!log.ok()) return log.status();
    opened.log = *std::move(log);
    return opened;
  }
  void Append(uint64_t first, uint64_t num) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Opened opened, Open());
    std::vector<Leaf> leaves;
    for (uint64_t i = first; i < first + num; ++i) {
      leaves.push_back(GrantLeaf(i));
    }
    ASSERT_THAT(opened.log->Append(std::move(leaves)), IsOk());
  }
  std::string Read() const {
    std::ifstream in(path_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  void Write(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  // How many leaves a verified file has; none where it does not open.
  std::optional<uint64_t> NumVerified() {
    auto opened = Open();
    if (!opened.ok()) return std::nullopt;
    EXPECT_THAT(opened->log->Checkpoint(), IsOk());
    LogVerifyOptions options;
    options.verifier_key = opened->log->verifier_key();
    const auto report = VerifyLog(opened->store.get(), options);
    if (!report.ok() || report->problem.has_value()) return std::nullopt;
    return report->num_leaves;
  }

  testing::ScratchDir dir_;
  std::string path_ = dir_.File("log");
  testing::FakeClock clock_{absl::FromUnixSeconds(1795485600)};
};

TEST_F(LogFileTest, KeepsLeavesTilesAndCheckpoint) {
  Append(0, 300);
  Append(300, 1);
  EXPECT_EQ(NumVerified(), 301u);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto reader, ReadLogFile(path_));
  EXPECT_EQ(*reader->NumLeaves(), 301u);
  EXPECT_EQ(reader->ReadTile({0, 0})->size(), 256u * 32);
  EXPECT_THAT(reader->ReadTile({0, 1}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no such tile")));
}

TEST_F(LogFileTest, HasOneWriterAndAnyReaders) {
  Append(0, 2);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto store, OpenLogFile(path_));
  EXPECT_THAT(OpenLogFile(path_), ReasonIs(Reason::kLogLocked));
  EXPECT_EQ(*(*ReadLogFile(path_))->NumLeaves(), 2u);
}

TEST_F(LogFileTest, ReadsNothingThatIsNotThere) {
  EXPECT_THAT(ReadLogFile(path_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("log")));
}

// A crash while the last commit was written: all before it is there, and the
// next commit goes on from there.
TEST_F(LogFileTest, ACrashAtAnyByteCostsAtMostTheLastCommit) {
  Append(0, 2);
  const std::string before = Read();
  Append(2, 1);
  const std::string after = Read();
  // Every byte of the record's head and of its end, some of its body.
  for (size_t size = before.size(); size < after.size();
       size += size < before.size() + 16 || size + 16 > after.size() ? 1 : 15) {
    SCOPED_TRACE("cut at " + std::to_string(size));
    Write(after.substr(0, size));
    EXPECT_EQ(NumVerified(), 2u);
    Write(after.substr(0, size) + std::string(after.size() - size, '\0'));
    EXPECT_EQ(NumVerified(), 2u);
    Append(2, 1);
    EXPECT_EQ(NumVerified(), 3u);
  }
  for (size_t size = 0; size < 8; ++size) {  // while it was made
    Write(before.substr(0, size));
    EXPECT_EQ(NumVerified(), 0u);
  }
}

TEST_F(LogFileTest, FindsEveryFlippedBitBeforeTheLastCommit) {
  Append(0, 2);
  const size_t size = Read().size();
  Append(2, 1);
  const std::string whole = Read();
  for (size_t i = 0; i < 8 * size; i += 5) {
    std::string damaged = whole;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << i % 8));
    Write(damaged);
    EXPECT_THAT(Open(), ReasonIs(Reason::kLogRolledBack)) << "bit " << i;
    EXPECT_EQ(Read(), damaged);  // and nothing was cut off
  }
}

TEST_F(LogFileTest, ARefusedTransactionLeavesNothing) {
  Append(0, 2);
  const std::string before = Read();
  {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto store, OpenLogFile(path_));
    EXPECT_THAT(store->WriteLog([](LogTransaction& transaction) {
      EXPECT_THAT(transaction.PutLeaf(2, "a leaf"), IsOk());
      return absl::CancelledError("changed my mind");
    }),
                StatusIs(absl::StatusCode::kCancelled, HasSubstr("mind")));
    EXPECT_FALSE(store
                     ->WriteLog([](LogTransaction& transaction) {
                       return transaction.PutLeaf(3, "out of place");
                     })
                     .ok());
    EXPECT_EQ(*store->NumLeaves(), 2u);
  }
  EXPECT_EQ(Read(), before);
}

}  // namespace
}  // namespace parcelveil
