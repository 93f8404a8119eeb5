// SPDX-License-Identifier: Apache-2.0
// A gate's store in a scratch folder.

#ifndef PARCELVEIL_TESTS_STORE_SQLITE_GATE_FIXTURE_H_
#define PARCELVEIL_TESTS_STORE_SQLITE_GATE_FIXTURE_H_

#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/sqlite_gate.h"
#include "tests/testing/scratch_dir.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::testing {

constexpr char kWaybill[] = "SF7700112233445";

class SqliteGateStoreTest : public ::testing::Test {
 protected:
  SqliteGateStoreTest() : path_(scratch_.File("gate")) {}
  void SetUp() override {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(store_, SqliteGateStore::Create(path_));
  }

  absl::Status PutLeaf(uint64_t index, const std::string& leaf) {
    return store_->WriteLog(
        [&](LogTransaction& log) { return log.PutLeaf(index, leaf); });
  }
  absl::Status PutLeaves(uint64_t count, const std::string& leaf) {
    return store_->WriteLog([&](LogTransaction& log) {
      for (uint64_t i = 0; i < count; ++i) {
        if (absl::Status put = log.PutLeaf(i, leaf); !put.ok()) return put;
      }
      return absl::OkStatus();
    });
  }
  Grant NewGrant(uint64_t number) const {
    Grant grant;
    grant.device = 9;
    grant.nonce = std::array<uint8_t, 16>{static_cast<uint8_t>(number)};
    grant.leaf_index = number;
    grant.now = now_;
    grant.day = Epoch{2500};
    grant.request = kWaybill;
    return grant;
  }
  absl::Status Put(const Grant& grant) {
    return store_->Write([&](GateTransaction& transaction) {
      return transaction.PutGrant(grant).status();
    });
  }
  // The database as SQL sees it, once the store is closed.
  std::unique_ptr<SqliteDatabase> Inspect() {
    store_.reset();
    return *SqliteDatabase::Open(path_, SqliteDatabase::Access::kReadWrite);
  }
  std::string AllBytes() const {
    std::string bytes;
    for (const char* suffix : {"", "-wal", "-journal"}) {
      std::ifstream in(path_ + suffix, std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(in), {});
    }
    return bytes;
  }

  ScratchDir scratch_;
  std::string path_;
  std::unique_ptr<SqliteGateStore> store_;
  const absl::Time now_ = absl::FromUnixSeconds(1795485600);
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_STORE_SQLITE_GATE_FIXTURE_H_
