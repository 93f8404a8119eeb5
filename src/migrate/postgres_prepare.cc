// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/postgres_prepare.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/migrate/sleep.h"
#include "src/migrate/sql_name.h"
#include "src/migrate/wrap_state.h"

namespace parcelveil::migrate {
namespace {

using State = PostgresMigration::State;

// Whether the map says more than the last run's: then nobody may be at work
// with that one, whose rows would lack the rest.
absl::StatusOr<bool> BeginWrap(const State& state) {
  PARCELVEIL_ASSIGN_OR_RETURN(const State::Wrap wrap, state.Read());
  if (wrap.phase == MigrationPhase::kNotStarted) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        PostgresStatement insert,
        state.Prepare(absl::StrCat("INSERT INTO ",
                                   state.sql.Ours("parcelveil_wrap"),
                                   " (table_name, map, phase) VALUES ($1, $2, "
                                   "$3)")));
    insert.BindText(0, state.table.name);
    insert.BindText(1, MapFingerprint(state.map));
    insert.BindText(2, PhaseName(MigrationPhase::kFilling));
    PARCELVEIL_RETURN_IF_ERROR(insert.Run());
    return false;
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const bool is_extended,
      IsExtended("wrap " + state.Name(), wrap.map, state.map));
  if (!is_extended) return false;
  PARCELVEIL_ASSIGN_OR_RETURN(
      const int64_t num_at_work,
      state.Count(absl::StrCat(
          "SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = "
          "'advisory' AND database = (SELECT oid FROM pg_catalog.pg_database "
          "WHERE datname = current_database()) AND classid = ",
          state.table.oid, " AND (objid = ", State::kMarked,
          " OR objid >= ", State::kFirstRange, ")")));
  if (num_at_work == 0) return true;
  return absl::UnavailableError(
      "wrap " + state.Name() +
      ": another run is at work with an earlier table map; stop it, then run "
      "the same command again");
}

// Every row is looked at once more, and gets what it lacks.
absl::Status StartAgain(const State& state) {
  PARCELVEIL_RETURN_IF_ERROR(state.Execute(
      absl::StrCat("DELETE FROM ", state.sql.Ours("parcelveil_range"),
                   state.sql.OfTable())));
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement update,
      state.Prepare(absl::StrCat(
          "UPDATE ", state.sql.Ours("parcelveil_wrap"),
          " SET map = $1, phase = $2, frontier = NULL, at_end = false, "
          "verified = NULL",
          state.sql.OfTable())));
  update.BindText(0, MapFingerprint(state.map));
  update.BindText(1, PhaseName(MigrationPhase::kFilling));
  return update.Run();
}

// No index keeps the keys of a partitioned table apart: two rows of one key
// would seal the same cells.
absl::Status CheckKeysOfParts(const State& state) {
  if (!state.table.is_partitioned()) return absl::OkStatus();
  const std::string key = Quote(state.map.record_id);
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement twice,
      state.Prepare(absl::StrCat("SELECT 1 FROM ", state.sql.table(),
                                 " GROUP BY ", key,
                                 " HAVING count(*) > 1 LIMIT 1")));
  PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, twice.Step());
  if (!has_row) return absl::OkStatus();
  return MakeStatus(Reason::kMalformed,
                    "wrap " + state.Name() + ": two rows have the same " + key +
                        ", in two partitions; give each its own");
}

absl::Status AddColumnsAndTriggers(State* state, const RunOptions& options,
                                   bool is_extended) {
  PARCELVEIL_RETURN_IF_ERROR(state->ReadTable());
  const std::vector<std::string> missing = state->MissingColumns();
  PARCELVEIL_ASSIGN_OR_RETURN(
      const int64_t num_triggers,
      state->Count(absl::StrCat(
          "SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgrelid = ",
          state->table.oid,
          " AND tgname IN ('parcelveil_clear', 'parcelveil_insert', "
          "'parcelveil_update')")));
  if (missing.empty() && num_triggers == 3 && !is_extended) {
    return absl::OkStatus();
  }
  PARCELVEIL_RETURN_IF_ERROR(
      state->Change(options.lock_timeout, options.stop, [&]() -> absl::Status {
        if (!missing.empty()) {
          PARCELVEIL_RETURN_IF_ERROR(
              state->Execute(state->sql.AddColumns(missing)));
        }
        for (const std::string& sql : state->sql.CreateTriggers()) {
          PARCELVEIL_RETURN_IF_ERROR(state->Execute(sql));
        }
        return is_extended ? StartAgain(*state) : absl::OkStatus();
      }));
  return state->ReadTable();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Turn>> Turn::Wait(
    PostgresConnection* db, int64_t key, const std::atomic<bool>* stop) {
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_ours, db->TryLock(key));
    if (is_ours) return std::unique_ptr<Turn>(new Turn(db, key));
    if (SleepUnlessStopped(absl::Milliseconds(100), stop)) continue;
    return absl::CancelledError("stopped while another run was at work");
  }
}

Turn::~Turn() {
  if (!db_->IsLost()) db_->Unlock(key_).IgnoreError();
}

absl::Status PrepareTable(State* state, const RunOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto turn,
      Turn::Wait(state->db.get(), state->LockKey(State::kTable), options.stop));
  for (const std::string& sql : state->sql.CreateStateTables()) {
    PARCELVEIL_RETURN_IF_ERROR(state->Execute(sql));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const bool is_extended, BeginWrap(*state));
  PARCELVEIL_RETURN_IF_ERROR(CheckKeysOfParts(*state));
  PARCELVEIL_RETURN_IF_ERROR(
      AddColumnsAndTriggers(state, options, is_extended));
  if (options.old_rows == OldRows::kList) return absl::OkStatus();
  return state->Execute(state->sql.MarkOldRows());
}

}  // namespace parcelveil::migrate
