// SPDX-License-Identifier: Apache-2.0
// An audit log over a store in memory, as the tests of it share it.

#ifndef PARCELVEIL_TESTS_AUDIT_LOG_FIXTURE_H_
#define PARCELVEIL_TESTS_AUDIT_LOG_FIXTURE_H_

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "parcelveil/audit.h"
#include "parcelveil/secret.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/memory_log_store.h"

namespace parcelveil::audit {

inline constexpr char kOrigin[] = "courier.example/audit/7/gate-1";

inline Secret LogSeed(uint8_t byte = 0x31) {
  std::array<uint8_t, 32> seed;
  seed.fill(byte);
  return *Secret::Take(absl::MakeSpan(seed));
}

// A leaf that differs from others by `n`.
inline Leaf GrantLeaf(uint64_t n) {
  Leaf leaf;
  leaf.type = LeafType::kGrant;
  leaf.tenant = 7;
  leaf.time_ms = 1795485600000 + n;
  leaf.principal = 1007;
  leaf.device = 42;
  leaf.role = Role::kList;
  leaf.purpose = 1;
  leaf.slots = {Slot::kRecipientAddress};
  leaf.record_ref.fill(static_cast<uint8_t>(n));
  leaf.object_hash.fill(static_cast<uint8_t>(n >> 8));
  return leaf;
}

class LogTest : public ::testing::Test {
 protected:
  AuditLogOptions Options() {
    AuditLogOptions options;
    options.origin = kOrigin;
    options.signing_seed = LogSeed();
    options.store = &store_;
    options.clock = &clock_;
    return options;
  }
  absl::StatusOr<std::unique_ptr<AuditLog>> Open() {
    return AuditLog::Open(Options());
  }
  // Opens the log and grows it to `size` leaves, some in each transaction.
  std::unique_ptr<AuditLog> Grow(uint64_t size, uint64_t in_batches_of = 64) {
    auto log = Open();
    if (!log.ok()) {
      ADD_FAILURE() << log.status();
      return nullptr;
    }
    while ((*log)->Head().size < size) {
      const uint64_t first = (*log)->Head().size;
      std::vector<Leaf> leaves;
      for (uint64_t i = first; i < std::min(size, first + in_batches_of); ++i) {
        leaves.push_back(GrantLeaf(i));
      }
      const absl::Status status = (*log)->Append(std::move(leaves));
      if (!status.ok()) {
        ADD_FAILURE() << status;
        return nullptr;
      }
    }
    return *std::move(log);
  }

  testing::FakeClock clock_{absl::FromUnixSeconds(1795485600)};
  testing::MemoryLogStore store_;
};

}  // namespace parcelveil::audit

#endif  // PARCELVEIL_TESTS_AUDIT_LOG_FIXTURE_H_
