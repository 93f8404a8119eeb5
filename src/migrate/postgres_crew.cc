// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/postgres_crew.h"

#include <algorithm>
#include <optional>

#include "absl/time/clock.h"
#include "src/base/status.h"
#include "src/migrate/past_keys.h"
#include "src/migrate/postgres_prepare.h"
#include "src/migrate/row.h"

namespace parcelveil::migrate {
namespace {

constexpr absl::Duration kLagCheckEvery = absl::Milliseconds(500);

}  // namespace

void Crew::Fail(const absl::Status& status) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (status_.ok()) status_ = status;
  is_failed_ = true;
}

absl::Status Crew::status() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

RunResult Crew::result() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return result_;
}

int64_t Crew::num_done() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return num_done_;
}

void Crew::Count(int64_t num_passed, int64_t num_sealed, int64_t num_listed) {
  std::lock_guard<std::mutex> lock(mutex_);
  num_done_ += num_passed;
  result_.num_sealed += num_sealed;
  result_.num_listed += num_listed;
  if (options_.progress) {
    options_.progress(num_done_, std::max(num_done_, total_));
  }
}

absl::Status Crew::AwaitTurn(int64_t num_rows, PostgresConnection* db) {
  if (options_.rows_per_second > 0) {
    absl::Duration pause;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      const absl::Time now = absl::Now();
      next_turn_ = std::max(next_turn_, now);
      pause = next_turn_ - now;
      next_turn_ +=
          absl::Seconds(static_cast<double>(num_rows) /
                        static_cast<double>(options_.rows_per_second));
    }
    SleepUnlessStopped(pause, options_.stop);
  }
  if (options_.max_lag == absl::InfiniteDuration()) return absl::OkStatus();
  while (!IsStopped()) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_lagging, IsLagging(db));
    if (!is_lagging) break;
    SleepUnlessStopped(kLagCheckEvery, options_.stop);
  }
  return absl::OkStatus();
}

// A standby is behind by as long as it is since the log was where the standby
// is now. (Its own replay_lag stands still while nothing is replayed.)
absl::StatusOr<bool> Crew::IsLagging(PostgresConnection* db) {
  std::lock_guard<std::mutex> lock(mutex_);
  const absl::Time now = absl::Now();
  const bool was_behind = lag_checked_ == absl::InfinitePast();
  if (!was_behind && now - lag_checked_ < kLagCheckEvery) return false;
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement select,
      db->Prepare("SELECT pg_catalog.pg_current_wal_lsn() - '0/0'::pg_lsn, "
                  "min(replay_lsn) - '0/0'::pg_lsn, count(*) FILTER (WHERE "
                  "state IS NULL) FROM pg_catalog.pg_stat_replication",
                  "look how far the standbys are"));
  PARCELVEIL_RETURN_IF_ERROR(select.Step().status());
  if (select.Int(2) > 0) {
    return absl::PermissionDeniedError(
        "look how far the standbys are: the database user may not see it; "
        "grant it pg_monitor, or run without --max-lag");
  }
  wal_.push_back({now, select.Int(0)});
  // The newest mark that is old enough, and all after it.
  while (wal_.size() > 1 && now - wal_[1].time >= options_.max_lag) {
    wal_.pop_front();
  }
  const bool is_lagging = !select.IsNull(1) &&
                          now - wal_[0].time >= options_.max_lag &&
                          select.Int(1) < wal_[0].position;
  // Looked at again at once, until it is not.
  lag_checked_ = is_lagging ? absl::InfinitePast() : now;
  return is_lagging;
}

absl::Status Crew::WithKeys(PostgresConnection* db,
                            const std::function<absl::Status()>& seal) {
  absl::Status status = seal();
  if (ReasonOf(status) != Reason::kNoActiveKey) return status;
  std::lock_guard<std::mutex> lock(keys_mutex_);
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto turn,
      Turn::Wait(db, state_.LockKey(PostgresMigration::State::kKeys),
                 options_.stop));
  PARCELVEIL_RETURN_IF_ERROR(keyring_.Reload());
  status = seal();
  if (ReasonOf(status) != Reason::kNoActiveKey) return status;
  PARCELVEIL_RETURN_IF_ERROR(MakeKeys(db, status));
  return seal();
}

absl::Status Crew::MakeKeys(PostgresConnection* db,
                            const absl::Status& missing) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement select,
      db->Prepare(state_.sql.SelectDates(), state_.Name()));
  FirstDay first(sealer_.days());
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) break;
    first.Take(row_day_.Of(state_.DateOf(select, 0)), select.Int(1) == 1);
  }
  if (!first.day().has_value()) return missing;  // today's key is missing
  return MakePastKeys(keyring_, options_, state_.Name(), *first.day());
}

}  // namespace parcelveil::migrate
