// SPDX-License-Identifier: Apache-2.0
// A gate's process is killed with -9 while it writes, again and again.
#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/sqlite_gate.h"
#include "tests/testing/child.h"
#include "tests/testing/killed_writer.h"
#include "tests/testing/scratch_dir.h"

namespace parcelveil::testing {
namespace {

constexpr int kRounds = 25;

std::unique_ptr<GateStore> Open(const std::string& path) {
  return *SqliteGateStore::Open(path);
}

// What is wrong with the store; empty where nothing is.
std::string FindFault(const std::string& path, uint64_t acknowledged) {
  uint64_t num_leaves = 0;
  {
    OpenGate gate(Open(path));  // checks the tree against its last checkpoint
    num_leaves = gate.log->Head().size;
    const std::string fault = gate.FindFault(acknowledged);
    if (!fault.empty()) return fault;
  }
  const auto db =
      *SqliteDatabase::Open(path, SqliteDatabase::Access::kReadWrite);
  for (const char* count :
       {"COUNT(*) FROM nonce", "COUNT(*) FROM request", "COUNT(*) FROM charged",
        "COALESCE(SUM(used), 0) FROM quota"}) {
    auto select = *db->Prepare(absl::StrCat("SELECT ", count), "test");
    if (!*select.Step() || static_cast<uint64_t>(select.Int(0)) != num_leaves) {
      return absl::StrCat(count, " is not ", num_leaves);
    }
  }
  auto check = *db->Prepare("PRAGMA integrity_check", "test");
  if (!*check.Step() || check.Bytes(0) != "ok") return "the file is damaged";
  return "";
}

TEST(GateStoreCrashTest, KeepsWholeGrantsAndAllThatWereAcknowledged) {
  const ScratchDir scratch;
  const std::string path = scratch.File("gate");
  ASSERT_EQ(
      InChild([&] {
        return std::string(SqliteGateStore::Create(path).ok() ? "ok" : "");
      }),
      "ok");
  std::mt19937 random(5);
  for (int round = 0; round < kRounds; ++round) {
    const int num_groups = static_cast<int>(random() % 12);
    const int spin_us = static_cast<int>(random() % 12000);
    const uint64_t acknowledged =
        KillAWriter([&] { return Open(path); }, num_groups, spin_us);
    ASSERT_EQ(InChild([&] { return FindFault(path, acknowledged); }), "")
        << "round " << round << ", killed after " << num_groups
        << " groups and " << spin_us << " us";
  }
  EXPECT_EQ(InChild([&] {
              const OpenGate gate(Open(path));
              return std::string(gate.log->Head().size > kRounds ? "grew" : "");
            }),
            "grew");
}

}  // namespace
}  // namespace parcelveil::testing
