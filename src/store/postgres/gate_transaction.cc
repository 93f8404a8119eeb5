// SPDX-License-Identifier: Apache-2.0
#include "src/store/postgres/gate_transaction.h"

#include <memory>

#include "parcelveil/postgres.h"
#include "src/base/status.h"

namespace parcelveil {
namespace {

// So that the leaves of a long log do not all wait in memory.
constexpr size_t kMaxPending = 1024;

}  // namespace

absl::Status PostgresGateTransaction::PutLeaf(uint64_t index,
                                              std::string_view leaf) {
  if (index != log_.num_leaves) {
    return Keep(absl::InternalError(
        "put leaf: it is not the next one; one writer at a time"));
  }
  ++log_.num_leaves;
  leaves_.emplace_back(leaf);
  return leaves_.size() < kMaxPending ? absl::OkStatus() : WriteLog();
}

absl::Status PostgresGateTransaction::PutTile(const TileName& name,
                                              std::string_view hashes) {
  tiles_.push_back({name, std::string(hashes)});
  return tiles_.size() < kMaxPending ? absl::OkStatus() : WriteLog();
}

absl::Status PostgresGateTransaction::PutCheckpoint(uint64_t size,
                                                    std::string_view note) {
  if (size < log_.checkpoint_size || size > log_.num_leaves) {
    return Keep(absl::InternalError(
        "put checkpoint: it is smaller than the last, or larger than the log"));
  }
  log_.checkpoint_size = size;
  checkpoint_ = std::string(note);
  return absl::OkStatus();
}

absl::Status PostgresGateTransaction::Finish() {
  PARCELVEIL_RETURN_IF_ERROR(status_);
  if (leaves_.empty() && tiles_.empty() && !checkpoint_.has_value()) {
    return absl::OkStatus();
  }
  return WriteLog();
}

absl::Status PostgresGateTransaction::WriteLog() {
  const std::vector<PostgresStatement::Cell> leaves(leaves_.begin(),
                                                    leaves_.end());
  std::vector<PostgresStatement::Cell> hashes;
  std::vector<int64_t> levels, indexes;
  for (const Tile& tile : tiles_) {
    levels.push_back(tile.name.level);
    indexes.push_back(static_cast<int64_t>(tile.name.index));
    hashes.emplace_back(tile.hashes);
  }
  // Prepared first: a pipeline does nothing else.
  const auto put_leaves = session_->Bind(
      "INSERT INTO leaf SELECT $1::integer, $2::bigint + i - 1, data FROM "
      "unnest($3::bytea[]) WITH ORDINALITY AS new (data, i)",
      log_.log, first_pending_, leaves);
  PARCELVEIL_RETURN_IF_ERROR(Keep(put_leaves.status()));
  const auto put_tiles = session_->Bind(
      "INSERT INTO tile SELECT $1::integer, level, n, data FROM "
      "unnest($2::bigint[], $3::bigint[], $4::bytea[]) AS new (level, n, data)",
      log_.log, levels, indexes, hashes);
  PARCELVEIL_RETURN_IF_ERROR(Keep(put_tiles.status()));
  const auto put_log = session_->Bind(
      "UPDATE log SET num_leaves = $2, checkpoint_size = $3, checkpoint = "
      "COALESCE($4, checkpoint) WHERE log = $1",
      log_.log, log_.num_leaves, log_.checkpoint_size);
  PARCELVEIL_RETURN_IF_ERROR(Keep(put_log.status()));
  if (checkpoint_.has_value()) {
    (*put_log)->BindText(3, *checkpoint_);
  } else {
    (*put_log)->BindNull(3);
  }

  auto pipeline = PostgresPipeline::Begin(session_->db());
  PARCELVEIL_RETURN_IF_ERROR(Keep(pipeline.status()));
  if (!leaves_.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(Keep((*pipeline)->Queue(put_leaves->get())));
  }
  if (!tiles_.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(Keep((*pipeline)->Queue(put_tiles->get())));
  }
  PARCELVEIL_RETURN_IF_ERROR(Keep((*pipeline)->Queue(put_log->get())));
  PARCELVEIL_RETURN_IF_ERROR(Keep((*pipeline)->Finish().status()));
  first_pending_ = log_.num_leaves;
  leaves_.clear();
  tiles_.clear();
  checkpoint_.reset();
  return absl::OkStatus();
}

absl::Status PostgresGateTransaction::PutDevice(const EnrolledDevice& device) {
  return Run(
      "INSERT INTO device VALUES ($1, $2, $3, $4, $5) ON CONFLICT (device) DO "
      "UPDATE SET principal = excluded.principal, key = excluded.key, "
      "expires = excluded.expires, revoked = excluded.revoked",
      device.device, device.principal, device.key, device.expires,
      device.revoked);
}

absl::Status PostgresGateTransaction::PutPrincipal(const Principal& principal) {
  return Run(
      "INSERT INTO principal VALUES ($1, $2, $3, $4) ON CONFLICT (principal) "
      "DO UPDATE SET role = excluded.role, outlet = excluded.outlet, "
      "active = excluded.active",
      principal.id, principal.role, principal.outlet, principal.active);
}

absl::Status PostgresGateTransaction::PutHold(std::string_view record_id,
                                              bool held) {
  return Run(held ? "INSERT INTO hold VALUES ($1) ON CONFLICT DO NOTHING"
                  : "DELETE FROM hold WHERE record_id = $1",
             record_id);
}

absl::Status PostgresGateTransaction::PutApproval(const Approval& approval) {
  return Run(
      "INSERT INTO approval VALUES ($1, $2, $3) ON CONFLICT (subject, "
      "approver) DO UPDATE SET expires = excluded.expires",
      approval.subject, approval.approver, approval.expires);
}

absl::Status PostgresGateTransaction::PutCoverage(std::string_view ticket,
                                                  uint64_t principal,
                                                  std::string_view record_id,
                                                  absl::Time expires) {
  return Run(
      "INSERT INTO coverage VALUES ($1, $2, $3, $4) ON CONFLICT (ticket, "
      "principal, record_id) DO UPDATE SET expires = excluded.expires",
      ticket, principal, record_id, expires);
}

absl::StatusOr<uint32_t> PostgresGateTransaction::PutDialUse(
    const std::array<uint8_t, 16>& token_id, absl::Time expires) {
  const auto row = session_->Bind(
      "INSERT INTO dial_use VALUES ($1, 1, $2) ON CONFLICT (token_id) DO "
      "UPDATE SET uses = dial_use.uses + 1, expires = "
      "GREATEST(dial_use.expires, excluded.expires) RETURNING uses",
      token_id, expires);
  PARCELVEIL_RETURN_IF_ERROR(Keep(row.status()));
  PARCELVEIL_RETURN_IF_ERROR(Keep((*row)->Step().status()));
  return static_cast<uint32_t>((*row)->Int(0));
}

absl::Status PostgresGateTransaction::PutValue(std::string_view name,
                                               std::string_view value) {
  return Run(
      "INSERT INTO value VALUES ($1, $2, $3) ON CONFLICT (log, name) DO UPDATE "
      "SET value = excluded.value",
      log_.log, PostgresText{name}, value);
}

}  // namespace parcelveil
