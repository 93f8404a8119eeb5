// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "parcelveil/migrate.h"
#include "src/base/status.h"
#include "src/migrate/row_day.h"
#include "src/migrate/sqlite_state.h"

namespace parcelveil {

std::string_view Describe(MigrationPhase phase) {
  switch (phase) {
    case MigrationPhase::kNotStarted:
      return "not started";
    case MigrationPhase::kFilling:
      return "sealing";
    case MigrationPhase::kFilled:
      return "sealed";
    case MigrationPhase::kDropped:
      return "plaintext removed, file not cleaned yet";
    case MigrationPhase::kFinished:
      return "finished";
  }
  return "unknown";
}

SqliteMigration::SqliteMigration(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
SqliteMigration::~SqliteMigration() = default;

absl::StatusOr<std::unique_ptr<Migration>> SqliteMigration::Open(
    SqliteDatabase* db, const TableMap& map, const Clock* clock) {
  auto state = std::make_unique<State>(
      db, map, clock == nullptr ? SystemClock() : clock);
  PARCELVEIL_RETURN_IF_ERROR(state->CheckColumns());
  PARCELVEIL_RETURN_IF_ERROR(state->CheckKey());
  PARCELVEIL_RETURN_IF_ERROR(
      migrate::RowDay::Create(map.time_zone, absl::UTCTimeZone()).status());
  return std::unique_ptr<Migration>(new SqliteMigration(std::move(state)));
}

absl::StatusOr<std::unique_ptr<Migration>> Migration::Open(SqliteDatabase* db,
                                                           const TableMap& map,
                                                           const Clock* clock) {
  return SqliteMigration::Open(db, map, clock);
}

absl::StatusOr<MigrationStatus> SqliteMigration::Status() {
  MigrationStatus status;
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto snapshot,
      SqliteTransaction::Begin(state_->db, SqliteTransaction::Kind::kRead));
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, state_->Read());
  status.phase = wrap.phase;
  status.verified = wrap.verified;
  PARCELVEIL_ASSIGN_OR_RETURN(status.num_rows,
                              state_->Count(state_->sql.CountRows(false)));
  switch (wrap.phase) {
    case MigrationPhase::kNotStarted:
      status.num_to_go = status.num_rows;
      return status;
    case MigrationPhase::kDropped:
    case MigrationPhase::kFinished:
      status.num_sealed = status.num_rows;
      return status;
    case MigrationPhase::kFilling:
    case MigrationPhase::kFilled:
      break;
  }
  PARCELVEIL_ASSIGN_OR_RETURN(status.num_listed, state_->CountListed());
  PARCELVEIL_ASSIGN_OR_RETURN(status.num_to_go, state_->CountToGo(wrap));
  status.num_sealed = std::max<int64_t>(
      0, status.num_rows - status.num_to_go - status.num_listed);
  return status;
}

absl::Status SqliteMigration::ForEachListed(
    const std::function<void(const UnsealedRow&)>& f) {
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, state_->Read());
  if (wrap.phase != MigrationPhase::kFilling &&
      wrap.phase != MigrationPhase::kFilled) {
    return absl::OkStatus();
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement select,
      state_->Prepare("SELECT row_key, column_name, reason FROM "
                      "parcelveil_unsealed WHERE table_name = ? ORDER BY "
                      "row_key"));
  select.BindText(0, state_->map.table);
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return absl::OkStatus();
    f({select.Value(0).ToText(), std::string(select.Bytes(1)),
       std::string(select.Bytes(2))});
  }
}

}  // namespace parcelveil
