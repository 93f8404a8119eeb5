// SPDX-License-Identifier: Apache-2.0
// SqliteGateTransaction: writes into the tables, and remembers what the mirror
// will have to show once that is committed.

#ifndef PARCELVEIL_SRC_STORE_SQLITE_GATE_TRANSACTION_H_
#define PARCELVEIL_SRC_STORE_SQLITE_GATE_TRANSACTION_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/gate_store.h"
#include "src/store/sqlite/gate_mirror.h"
#include "src/store/sqlite/gate_quota.h"
#include "src/store/sqlite/statement_cache.h"

namespace parcelveil {

// Ownership: borrows the connection, which is inside a transaction.
class SqliteGateTransaction : public GateTransaction {
 public:
  // `mirror` is as committed so far; `quota` is the connection's.
  SqliteGateTransaction(StatementCache* sql, QuotaCounters* quota,
                        const GateMirror& mirror)
      : sql_(sql),
        quota_(quota),
        num_leaves_(mirror.num_leaves),
        checkpoint_size_(mirror.checkpoint_size) {}

  absl::Status PutLeaf(uint64_t index, std::string_view leaf) override;
  absl::Status PutTile(const TileName& name, std::string_view hashes) override;
  absl::Status PutCheckpoint(uint64_t size, std::string_view note) override;
  absl::StatusOr<GrantOutcome> PutGrant(const Grant& grant) override;
  absl::Status PutDevice(const EnrolledDevice& device) override;
  absl::Status PutPrincipal(const Principal& principal) override;
  absl::Status PutHold(std::string_view record_id, bool held) override;
  absl::Status PutApproval(const Approval& approval) override;
  absl::Status PutCoverage(std::string_view ticket, uint64_t principal,
                           std::string_view record_id,
                           absl::Time expires) override;
  absl::StatusOr<uint32_t> PutDialUse(const std::array<uint8_t, 16>& token_id,
                                      absl::Time expires) override;
  absl::Status PutValue(std::string_view name, std::string_view value) override;

  // Writes what is left to write: the last thing before a commit. Returns the
  // first write that failed. It may have left half of what it was about, so
  // nothing may be committed, whatever the caller made of the error.
  absl::Status Finish() { return status_.ok() ? quota_->Flush() : status_; }

  // Calls `change` with the mirror once everything is committed.
  void OnCommit(std::function<void(GateMirror*)> change) {
    changes_.push_back(std::move(change));
  }
  void Apply(GateMirror* mirror) const {
    for (const auto& change : changes_) change(mirror);
  }

 private:
  // Each runs a statement and keeps its error.
  template <typename... Values>
  absl::Status Run(std::string_view sql, const Values&... values) {
    return Keep(sql_->Run(sql, values...));
  }
  absl::Status Keep(const absl::Status& status) {
    if (status_.ok()) status_ = status;
    return status;
  }
  absl::Status WriteGrant(
      const Grant& grant,
      const std::vector<std::vector<std::array<uint8_t, 16>>>& added);

  StatementCache* const sql_;
  QuotaCounters* const quota_;
  uint64_t num_leaves_;
  uint64_t checkpoint_size_;
  absl::Status status_;
  std::vector<std::function<void(GateMirror*)>> changes_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_SQLITE_GATE_TRANSACTION_H_
