// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/postgres_migration.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/migrate/postgres_state.h"
#include "src/migrate/row_day.h"

namespace parcelveil {

PostgresMigration::PostgresMigration(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
PostgresMigration::~PostgresMigration() = default;

absl::StatusOr<std::unique_ptr<Migration>> PostgresMigration::Open(
    const std::string& address, const TableMap& map, const Clock* clock) {
  auto state = std::make_unique<State>(
      address, map, clock == nullptr ? SystemClock() : clock);
  PARCELVEIL_RETURN_IF_ERROR(state->Open());
  PARCELVEIL_RETURN_IF_ERROR(
      migrate::RowDay::Create(map.time_zone, absl::UTCTimeZone()).status());
  return std::unique_ptr<Migration>(new PostgresMigration(std::move(state)));
}

absl::StatusOr<std::unique_ptr<Migration>> Migration::OpenPostgres(
    const std::string& address, const TableMap& map, const Clock* clock) {
  return PostgresMigration::Open(address, map, clock);
}

absl::StatusOr<MigrationStatus> PostgresMigration::Status() {
  MigrationStatus status;
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto snapshot,
      PostgresTransaction::Begin(state_->db.get(),
                                 PostgresTransaction::Kind::kRead));
  PARCELVEIL_ASSIGN_OR_RETURN(const State::Wrap wrap, state_->Read());
  status.phase = wrap.phase;
  status.verified = wrap.verified;
  PARCELVEIL_RETURN_IF_ERROR(state_->ReadTable());
  const bool is_under_way = wrap.phase == MigrationPhase::kFilling ||
                            wrap.phase == MigrationPhase::kFilled;
  if (!is_under_way) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        status.num_rows,
        state_->Count("SELECT count(*) FROM " + state_->sql.table()));
    const bool is_new = wrap.phase == MigrationPhase::kNotStarted;
    (is_new ? status.num_to_go : status.num_sealed) = status.num_rows;
    return status;
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      status.num_listed, state_->Count("SELECT count(*) FROM " +
                                       state_->sql.Ours("parcelveil_unsealed") +
                                       state_->sql.OfTable()));
  if (!state_->MissingColumns().empty()) {  // of a map that says more
    PARCELVEIL_ASSIGN_OR_RETURN(
        status.num_rows,
        state_->Count("SELECT count(*) FROM " + state_->sql.table()));
    status.num_to_go = status.num_rows - status.num_listed;
    return status;
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t num_marked,
                              state_->CountMarks(migrate::kMarksToSeal));
  PARCELVEIL_ASSIGN_OR_RETURN(PostgresStatement count,
                              state_->Prepare(state_->sql.CountRows()));
  PARCELVEIL_RETURN_IF_ERROR(count.Step().status());
  status.num_rows = count.Int(0);
  // A row that is marked may be sealed, as of what it held before.
  status.num_to_go = std::max(count.Int(1) - status.num_listed, num_marked);
  status.num_sealed = std::max<int64_t>(
      0, status.num_rows - status.num_to_go - status.num_listed);
  return status;
}

absl::Status PostgresMigration::ForEachListed(
    const std::function<void(const UnsealedRow&)>& f) {
  PARCELVEIL_ASSIGN_OR_RETURN(const State::Wrap wrap, state_->Read());
  if (wrap.phase == MigrationPhase::kNotStarted) return absl::OkStatus();
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement select,
      state_->Prepare(absl::StrCat(
          "SELECT row_key, column_name, reason FROM ",
          state_->sql.Ours("parcelveil_unsealed"), state_->sql.OfTable(),
          " ORDER BY row_key::", state_->sql.key_type())));
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return absl::OkStatus();
    f({std::string(select.Bytes(0)), std::string(select.Bytes(1)),
       std::string(select.Bytes(2))});
  }
}

}  // namespace parcelveil
