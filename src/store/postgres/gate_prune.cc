// SPDX-License-Identifier: Apache-2.0
// PostgresGateStore: what it forgets. In portions: all gates wait for each.
#include <algorithm>

#include "absl/time/civil_time.h"
#include "src/base/status.h"
#include "src/gate/quota_window.h"
#include "src/store/postgres/gate_store_state.h"

namespace parcelveil {
namespace {

// Charges of the day before yesterday may still count for a tenant whose day
// is behind UTC's.
constexpr uint16_t kDaysCharged = 2;

absl::Status DeleteOldBuckets(PostgresSession* session, absl::Time now) {
  std::vector<int64_t> windows;
  {
    PARCELVEIL_ASSIGN_OR_RETURN(
        const BoundPostgresStatement row,
        session->Bind("SELECT DISTINCT window_s FROM quota"));
    while (true) {
      PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
      if (!has_row) break;
      windows.push_back(row->Int(0));
    }
  }
  for (const int64_t window_s : windows) {
    PARCELVEIL_RETURN_IF_ERROR(session->Run(
        "DELETE FROM quota WHERE window_s = $1 AND bucket < $2", window_s,
        gate::OldestCounted(absl::Seconds(window_s), now)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status PostgresGateStore::Prune(absl::Time now, absl::Time nonces) {
  PARCELVEIL_RETURN_IF_ERROR(state_->InTransaction(
      State::Rows::kLogAndStore,
      [&](PostgresSession* session, PostgresGateTransaction* /*writes*/) {
        PARCELVEIL_RETURN_IF_ERROR(
            session->Run("DELETE FROM nonce WHERE time < $1", nonces));
        for (const char* text : {"DELETE FROM approval WHERE expires <= $1",
                                 "DELETE FROM coverage WHERE expires <= $1",
                                 "DELETE FROM dial_use WHERE expires <= $1"}) {
          PARCELVEIL_RETURN_IF_ERROR(session->Run(text, now));
        }
        return DeleteOldBuckets(session, now);
      }));
  const uint16_t today =
      ToInt(EpochOf(absl::ToCivilDay(now, absl::UTCTimeZone())));
  const int64_t first_kept = std::max(today, kDaysCharged) - kDaysCharged;
  bool are_left = true;
  while (are_left) {
    PARCELVEIL_RETURN_IF_ERROR(state_->InTransaction(
        State::Rows::kLogAndStore,
        [&](PostgresSession* session, PostgresGateTransaction* /*writes*/) {
          const absl::Status deleted = session->Run(
              "DELETE FROM charged WHERE (day, subject_kind, subject, class, "
              "record) IN (SELECT day, subject_kind, subject, class, record "
              "FROM charged WHERE day < $1 LIMIT 2000)",
              first_kept);
          are_left = deleted.ok() && session->db()->Changes() > 0;
          return deleted;
        }));
  }
  return absl::OkStatus();
}

absl::Status PostgresGateStore::DeleteRequestsBefore(Epoch day) {
  return state_->InTransaction(
      State::Rows::kLog,
      [&](PostgresSession* session, PostgresGateTransaction* /*writes*/) {
        return session->Run("DELETE FROM request WHERE log = $1 AND day < $2",
                            state_->log(), day);
      });
}

}  // namespace parcelveil
