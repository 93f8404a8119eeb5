// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "src/base/status.h"
#include "src/store/sqlite/gate_prune.h"
#include "src/store/sqlite/gate_store_state.h"

namespace parcelveil {
namespace {

// How many leaves are read at a time: a callback may take long, and nobody
// waits for the connection meanwhile.
constexpr uint64_t kLeavesAtOnce = 256;

// Charges of the day before yesterday may still count for a tenant whose day
// is behind UTC's.
constexpr uint16_t kDaysCharged = 2;

template <typename Map, typename Key>
std::optional<typename Map::mapped_type> Get(const Map& map, const Key& key) {
  const auto found = map.find(key);
  if (found == map.end()) return std::nullopt;
  return found->second;
}

// Leaves [first, first + count), or as many of them as there are.
absl::StatusOr<std::vector<std::string>> SomeLeaves(StatementCache* sql,
                                                    uint64_t first,
                                                    uint64_t count) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundStatement row,
      sql->Bind("SELECT idx, data FROM leaf WHERE idx >= ? ORDER BY idx "
                "LIMIT ?",
                first, count));
  std::vector<std::string> leaves;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
    const bool is_next =
        has_row && static_cast<uint64_t>(row->Int(0)) == first + leaves.size();
    if (!is_next) return leaves;
    leaves.emplace_back(row->Bytes(1));
  }
}

}  // namespace

absl::StatusOr<uint64_t> SqliteGateStore::NumLeaves() {
  return state_->Read([](const GateMirror& m) { return m.num_leaves; });
}

absl::StatusOr<std::optional<std::string>> SqliteGateStore::ReadCheckpoint() {
  return state_->Read([](const GateMirror& m) { return m.checkpoint; });
}

absl::Status SqliteGateStore::ReadLeaves(
    uint64_t first, uint64_t count,
    const std::function<absl::Status(uint64_t index, std::string_view leaf)>&
        f) {
  while (count > 0) {
    std::vector<std::string> leaves;
    {
      const std::lock_guard<std::recursive_mutex> lock(
          state_->connection_mutex());
      PARCELVEIL_ASSIGN_OR_RETURN(
          leaves,
          SomeLeaves(state_->sql(), first, std::min(count, kLeavesAtOnce)));
    }
    if (leaves.empty()) {
      return absl::NotFoundError(
          absl::StrCat("read leaf ", first, " of ", state_->sql()->what(),
                       ": it is not there; look for a backup if it once was"));
    }
    for (const std::string& leaf : leaves) {
      PARCELVEIL_RETURN_IF_ERROR(f(first++, leaf));
      --count;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> SqliteGateStore::ReadTile(const TileName& name) {
  const std::lock_guard<std::recursive_mutex> lock(state_->connection_mutex());
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundStatement row,
      state_->sql()->Bind("SELECT data FROM tile WHERE level = ? AND n = ?",
                          name.level, name.index));
  PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
  if (has_row) return std::string(row->Bytes(0));
  return absl::NotFoundError(
      absl::StrCat("read tile ", name.level, "/", name.index, " of ",
                   state_->sql()->what(), ": there is no full one"));
}

absl::StatusOr<std::optional<std::string>> SqliteGateStore::FindRequest(
    uint64_t leaf_index) {
  const std::lock_guard<std::recursive_mutex> lock(state_->connection_mutex());
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundStatement row,
      state_->sql()->Bind("SELECT bytes FROM request WHERE leaf_index = ?",
                          leaf_index));
  PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
  if (!has_row) return std::nullopt;
  return std::string(row->Bytes(0));
}

absl::StatusOr<std::optional<EnrolledDevice>> SqliteGateStore::FindDevice(
    uint64_t device) {
  return state_->Read(
      [&](const GateMirror& m) { return Get(m.devices, device); });
}

absl::StatusOr<std::optional<Principal>> SqliteGateStore::FindPrincipal(
    uint64_t principal) {
  return state_->Read(
      [&](const GateMirror& m) { return Get(m.principals, principal); });
}

absl::StatusOr<std::optional<UsedNonce>> SqliteGateStore::FindNonce(
    uint64_t device, const std::array<uint8_t, 16>& nonce) {
  return state_->Read([&](const GateMirror& m) {
    return Get(m.nonces, GateMirror::NonceKey(device, nonce));
  });
}

absl::StatusOr<uint64_t> SqliteGateStore::CountCharged(SubjectKind subject_kind,
                                                       uint64_t subject,
                                                       QuotaClass quota_class,
                                                       Epoch day) {
  const GateMirror::ChargedKey key(subject_kind, subject, quota_class, day);
  return state_->Read(
      [&](const GateMirror& m) { return Get(m.charged, key).value_or(0); });
}

absl::StatusOr<bool> SqliteGateStore::IsHeld(std::string_view record_id) {
  return state_->Read([&](const GateMirror& m) {
    return m.held.contains(std::string(record_id));
  });
}

absl::StatusOr<std::vector<Approval>> SqliteGateStore::FindApprovals(
    std::string_view subject, absl::Time now) {
  return state_->Read([&](const GateMirror& m) {
    std::vector<Approval> approvals;
    const auto found = m.approvals.find(std::string(subject));
    if (found == m.approvals.end()) return approvals;
    for (const auto& [approver, expires] : found->second) {
      if (now < expires) {
        approvals.push_back({approver, found->first, expires});
      }
    }
    return approvals;
  });
}

absl::StatusOr<bool> SqliteGateStore::IsCovered(std::string_view ticket,
                                                uint64_t principal,
                                                std::string_view record_id,
                                                absl::Time now) {
  const GateMirror::CoverageKey key(std::string(ticket), principal,
                                    std::string(record_id));
  return state_->Read([&](const GateMirror& m) {
    return now < Get(m.coverage, key).value_or(absl::InfinitePast());
  });
}

absl::StatusOr<std::optional<std::string>> SqliteGateStore::FindValue(
    std::string_view name) {
  return state_->Read(
      [&](const GateMirror& m) { return Get(m.values, std::string(name)); });
}

absl::Status SqliteGateStore::Prune(absl::Time now, absl::Time nonces) {
  StatementCache* const sql = state_->sql();
  // As the database compares them.
  now = absl::FromUnixMillis(absl::ToUnixMillis(now));
  nonces = absl::FromUnixMillis(absl::ToUnixMillis(nonces));
  PARCELVEIL_RETURN_IF_ERROR(
      state_->InTransaction([&](SqliteGateTransaction* writes) {
        PARCELVEIL_RETURN_IF_ERROR(DeleteNonces(sql, nonces));
        PARCELVEIL_RETURN_IF_ERROR(DeleteExpired(sql, now));
        writes->OnCommit([=](GateMirror* mirror) {
          mirror->ForgetNonces(nonces);
          mirror->ForgetExpired(now);
        });
        return DeleteOldBuckets(sql, now);
      }));
  const uint16_t today =
      ToInt(EpochOf(absl::ToCivilDay(now, absl::UTCTimeZone())));
  const Epoch first_kept{
      static_cast<uint16_t>(std::max(today, kDaysCharged) - kDaysCharged)};
  bool are_left = true;
  while (are_left) {
    PARCELVEIL_RETURN_IF_ERROR(
        state_->InTransaction([&](SqliteGateTransaction* writes) {
          PARCELVEIL_ASSIGN_OR_RETURN(are_left,
                                      DeleteSomeCharges(sql, first_kept));
          writes->OnCommit([first_kept](GateMirror* mirror) {
            mirror->ForgetCharges(first_kept);
          });
          return absl::OkStatus();
        }));
  }
  return absl::OkStatus();
}

absl::Status SqliteGateStore::DeleteRequestsBefore(Epoch day) {
  StatementCache* const sql = state_->sql();
  PARCELVEIL_RETURN_IF_ERROR(
      state_->InTransaction([&](SqliteGateTransaction* /*writes*/) {
        return sql->Run("DELETE FROM request WHERE day < ?", day);
      }));
  // What was deleted is overwritten in the file, but the write-ahead log still
  // holds the pages as they were.
  const std::lock_guard<std::recursive_mutex> lock(state_->connection_mutex());
  return sql->db()->Execute("PRAGMA wal_checkpoint(TRUNCATE)", sql->what());
}

}  // namespace parcelveil
