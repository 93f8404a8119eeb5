// SPDX-License-Identifier: Apache-2.0
// What the workers of one run share: how far it has come, its pace, its keys.

#ifndef PARCELVEIL_SRC_MIGRATE_POSTGRES_CREW_H_
#define PARCELVEIL_SRC_MIGRATE_POSTGRES_CREW_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "parcelveil/field.h"
#include "parcelveil/keyring.h"
#include "parcelveil/migrate.h"
#include "parcelveil/postgres.h"
#include "src/migrate/postgres_state.h"
#include "src/migrate/row_day.h"
#include "src/migrate/row_sealer.h"

namespace parcelveil::migrate {

// Thread-safety: all calls may run concurrently.
class Crew {
 public:
  // Borrows all.
  Crew(const PostgresMigration::State& state, const Keyring& keyring,
       const RowSealer& sealer, const RowDay& row_day,
       const RunOptions& options)
      : state_(state),
        keyring_(keyring),
        sealer_(sealer),
        row_day_(row_day),
        options_(options) {}
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  const PostgresMigration::State& state() const { return state_; }
  const Keyring& keyring() const { return keyring_; }
  const RowSealer& sealer() const { return sealer_; }
  const RowDay& row_day() const { return row_day_; }
  const RunOptions& options() const { return options_; }

  // Rows to go, as progress shows them.
  void set_total(int64_t total) { total_ = total; }
  // By a signal, or since a worker failed.
  bool IsStopped() const {
    return is_failed_ || (options_.stop != nullptr && options_.stop->load());
  }
  void Fail(const absl::Status& status);
  absl::Status status() const;

  // Waits until so many rows more may be written, and until the standbys that
  // `db` feeds have caught up.
  // Errors: kPermissionDenied: the user may not see how far they are.
  absl::Status AwaitTurn(int64_t num_rows, PostgresConnection* db);
  void Count(int64_t num_passed, int64_t num_sealed, int64_t num_listed);
  RunResult result() const;
  int64_t num_done() const;
  // Calls `seal`, and once more after the keys were made that it misses, by
  // whoever of all runs is first. Errors: of `seal`; as MakePastKeys.
  absl::Status WithKeys(PostgresConnection* db,
                        const std::function<absl::Status()>& seal);

 private:
  struct WalMark {
    absl::Time time;
    int64_t position;
  };
  absl::StatusOr<bool> IsLagging(PostgresConnection* db);
  // `missing`: what a batch said; OK is never returned without keys.
  absl::Status MakeKeys(PostgresConnection* db, const absl::Status& missing);

  const PostgresMigration::State& state_;
  const Keyring& keyring_;
  const RowSealer& sealer_;
  const RowDay& row_day_;
  const RunOptions& options_;

  mutable std::mutex mutex_;
  absl::Status status_;
  RunResult result_;
  int64_t num_done_ = 0;
  int64_t total_ = 0;
  absl::Time next_turn_ = absl::InfinitePast();
  std::deque<WalMark> wal_;  // where the log was when
  absl::Time lag_checked_ = absl::InfinitePast();
  std::mutex keys_mutex_;
  std::atomic<bool> is_failed_{false};
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_POSTGRES_CREW_H_
