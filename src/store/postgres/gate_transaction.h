// SPDX-License-Identifier: Apache-2.0
// PostgresGateTransaction: writes into the tables that gates share, and into
// its log's own.

#ifndef PARCELVEIL_SRC_STORE_POSTGRES_GATE_TRANSACTION_H_
#define PARCELVEIL_SRC_STORE_POSTGRES_GATE_TRANSACTION_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/gate_store.h"
#include "src/store/postgres/postgres_session.h"

namespace parcelveil {

// A log as its row has it.
struct PostgresLog {
  int64_t log = 0;
  uint64_t num_leaves = 0;
  uint64_t checkpoint_size = 0;
};

// Ownership: borrows the session, which is inside a transaction that holds the
// log's row and, for all but the log's own tables, the store's.
class PostgresGateTransaction : public GateTransaction {
 public:
  PostgresGateTransaction(PostgresSession* session, const PostgresLog& log)
      : session_(session), log_(log), first_pending_(log.num_leaves) {}

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
  // first write that failed: the server commits nothing after it, whatever the
  // caller made of the error.
  absl::Status Finish();
  // The first write that failed.
  const absl::Status& status() const { return status_; }

 private:
  struct Tile {
    TileName name;
    std::string hashes;
  };

  template <typename... Values>
  absl::Status Run(std::string_view sql, const Values&... values) {
    return Keep(session_->Run(sql, values...));
  }
  absl::Status Keep(const absl::Status& status) {
    if (status_.ok()) status_ = status;
    return status;
  }
  // Sends leaves, tiles and the log's row in one round trip.
  absl::Status WriteLog();

  PostgresSession* const session_;
  PostgresLog log_;
  absl::Status status_;
  // Not sent yet.
  uint64_t first_pending_;
  std::vector<std::string> leaves_;
  std::vector<Tile> tiles_;
  std::optional<std::string> checkpoint_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_POSTGRES_GATE_TRANSACTION_H_
