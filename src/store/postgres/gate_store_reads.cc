// SPDX-License-Identifier: Apache-2.0
// PostgresGateStore: what it reads.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/store/postgres/gate_store_state.h"

namespace parcelveil {
namespace {

// How many leaves are read at a time: a callback may take long, and nobody
// waits for the connection meanwhile.
constexpr uint64_t kLeavesAtOnce = 256;

template <size_t kSize>
std::array<uint8_t, kSize> BytesOf(std::string_view text) {
  std::array<uint8_t, kSize> bytes{};
  std::copy_n(text.begin(), std::min(text.size(), kSize), bytes.begin());
  return bytes;
}

uint64_t IdOf(const PostgresStatement& row, int column) {
  return static_cast<uint64_t>(row.Int(column));
}

absl::Time TimeOf(const PostgresStatement& row, int column) {
  return absl::FromUnixMillis(row.Int(column));
}

// The first row as `make` has it; nullopt where there is none.
template <typename T, typename Make>
absl::StatusOr<std::optional<T>> First(
    const absl::StatusOr<BoundPostgresStatement>& bound, Make make) {
  PARCELVEIL_RETURN_IF_ERROR(bound.status());
  PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, (*bound)->Step());
  if (!has_row) return std::nullopt;
  return std::optional<T>(make(**bound));
}

std::string BlobOf(const PostgresStatement& row) {
  return std::string(row.Bytes(0));
}

// Leaves [first, first + count), or as many of them as there are.
absl::StatusOr<std::vector<std::string>> SomeLeaves(PostgresSession* session,
                                                    int64_t log, uint64_t first,
                                                    uint64_t count) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundPostgresStatement row,
      session->Bind("SELECT idx, data FROM leaf WHERE log = $1 AND idx >= $2 "
                    "ORDER BY idx LIMIT $3",
                    log, first, count));
  std::vector<std::string> leaves;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
    if (!has_row || IdOf(*row, 0) != first + leaves.size()) return leaves;
    leaves.emplace_back(row->Bytes(1));
  }
}

}  // namespace

absl::StatusOr<uint64_t> PostgresGateStore::NumLeaves() {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::optional<uint64_t> num_leaves,
      state_->Read([&](PostgresSession* session) {
        return First<uint64_t>(
            session->Bind("SELECT num_leaves FROM log WHERE log = $1",
                          state_->log()),
            [](const PostgresStatement& row) { return IdOf(row, 0); });
      }));
  if (num_leaves.has_value()) return *num_leaves;
  return absl::DataLossError("read " + state_->what() +
                             ": its log is gone; look for a backup");
}

absl::StatusOr<std::optional<std::string>> PostgresGateStore::ReadCheckpoint() {
  return state_->Read([&](PostgresSession* session) {
    return First<std::string>(
        session->Bind("SELECT checkpoint FROM log WHERE log = $1 AND "
                      "checkpoint IS NOT NULL",
                      state_->log()),
        BlobOf);
  });
}

absl::Status PostgresGateStore::ReadLeaves(
    uint64_t first, uint64_t count,
    const std::function<absl::Status(uint64_t index, std::string_view leaf)>&
        f) {
  while (count > 0) {
    PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<std::string> leaves,
                                state_->Read([&](PostgresSession* session) {
                                  return SomeLeaves(
                                      session, state_->log(), first,
                                      std::min(count, kLeavesAtOnce));
                                }));
    if (leaves.empty()) {
      return absl::NotFoundError(
          absl::StrCat("read leaf ", first, " of ", state_->what(),
                       ": it is not there; look for a backup if it once was"));
    }
    for (const std::string& leaf : leaves) {
      PARCELVEIL_RETURN_IF_ERROR(f(first++, leaf));
      --count;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> PostgresGateStore::ReadTile(const TileName& name) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      std::optional<std::string> hashes,
      state_->Read([&](PostgresSession* session) {
        return First<std::string>(
            session->Bind("SELECT data FROM tile WHERE log = $1 AND level = $2 "
                          "AND n = $3",
                          state_->log(), name.level, name.index),
            BlobOf);
      }));
  if (hashes.has_value()) return *std::move(hashes);
  return absl::NotFoundError(absl::StrCat("read tile ", name.level, "/",
                                          name.index, " of ", state_->what(),
                                          ": there is no full one"));
}

absl::StatusOr<std::optional<std::string>> PostgresGateStore::FindRequest(
    uint64_t leaf_index) {
  return state_->Read([&](PostgresSession* session) {
    return First<std::string>(
        session->Bind("SELECT bytes FROM request WHERE log = $1 AND "
                      "leaf_index = $2",
                      state_->log(), leaf_index),
        BlobOf);
  });
}

absl::StatusOr<std::optional<EnrolledDevice>> PostgresGateStore::FindDevice(
    uint64_t device) {
  return state_->Read([&](PostgresSession* session) {
    return First<EnrolledDevice>(
        session->Bind("SELECT principal, key, expires, revoked FROM device "
                      "WHERE device = $1",
                      device),
        [&](const PostgresStatement& row) {
          return EnrolledDevice{device, IdOf(row, 0), BytesOf<32>(row.Bytes(1)),
                                TimeOf(row, 2), row.Int(3) != 0};
        });
  });
}

absl::StatusOr<std::optional<Principal>> PostgresGateStore::FindPrincipal(
    uint64_t principal) {
  return state_->Read([&](PostgresSession* session) {
    return First<Principal>(
        session->Bind("SELECT role, outlet, active FROM principal WHERE "
                      "principal = $1",
                      principal),
        [&](const PostgresStatement& row) {
          return Principal{principal, static_cast<Role>(row.Int(0)),
                           static_cast<Scope>(row.Int(1)), row.Int(2) != 0};
        });
  });
}

absl::StatusOr<std::optional<UsedNonce>> PostgresGateStore::FindNonce(
    uint64_t device, const std::array<uint8_t, 16>& nonce) {
  return state_->Read([&](PostgresSession* session) {
    return First<UsedNonce>(
        session->Bind("SELECT request_hash, leaf_index, time, log FROM nonce "
                      "WHERE device = $1 AND nonce = $2",
                      device, nonce),
        [&](const PostgresStatement& row) {
          const bool is_ours = row.Int(3) == state_->log();
          return UsedNonce{is_ours ? BytesOf<32>(row.Bytes(0)) : Sha256Digest{},
                           is_ours ? IdOf(row, 1) : 0, TimeOf(row, 2)};
        });
  });
}

absl::StatusOr<uint64_t> PostgresGateStore::CountCharged(
    SubjectKind subject_kind, uint64_t subject, QuotaClass quota_class,
    Epoch day) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::optional<uint64_t> count,
      state_->Read([&](PostgresSession* session) {
        return First<uint64_t>(
            session->Bind("SELECT count(*) FROM charged WHERE day = $1 AND "
                          "subject_kind = $2 AND subject = $3 AND class = $4",
                          day, subject_kind, subject, quota_class),
            [](const PostgresStatement& row) { return IdOf(row, 0); });
      }));
  return count.value_or(0);
}

absl::StatusOr<bool> PostgresGateStore::IsHeld(std::string_view record_id) {
  return state_->Read([&](PostgresSession* session) {
    return session->HasRow("SELECT 1 FROM hold WHERE record_id = $1",
                           record_id);
  });
}

absl::StatusOr<std::vector<Approval>> PostgresGateStore::FindApprovals(
    std::string_view subject, absl::Time now) {
  return state_->Read(
      [&](PostgresSession* session) -> absl::StatusOr<std::vector<Approval>> {
        PARCELVEIL_ASSIGN_OR_RETURN(
            const BoundPostgresStatement row,
            session->Bind(
                "SELECT approver, expires FROM approval WHERE subject = "
                "$1 AND expires > $2",
                subject, now));
        std::vector<Approval> approvals;
        while (true) {
          PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
          if (!has_row) break;
          approvals.push_back(
              {IdOf(*row, 0), std::string(subject), TimeOf(*row, 1)});
        }
        std::sort(approvals.begin(), approvals.end(),
                  [](const Approval& a, const Approval& b) {
                    return a.approver < b.approver;
                  });
        return approvals;
      });
}

absl::StatusOr<bool> PostgresGateStore::IsCovered(std::string_view ticket,
                                                  uint64_t principal,
                                                  std::string_view record_id,
                                                  absl::Time now) {
  return state_->Read([&](PostgresSession* session) {
    return session->HasRow(
        "SELECT 1 FROM coverage WHERE ticket = $1 AND principal = $2 AND "
        "record_id = $3 AND expires > $4",
        ticket, principal, record_id, now);
  });
}

absl::StatusOr<std::optional<std::string>> PostgresGateStore::FindValue(
    std::string_view name) {
  return state_->Read([&](PostgresSession* session) {
    return First<std::string>(
        session->Bind("SELECT value FROM value WHERE log = $1 AND name = $2",
                      state_->log(), PostgresText{name}),
        BlobOf);
  });
}

}  // namespace parcelveil
