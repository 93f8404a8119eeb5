// SPDX-License-Identifier: Apache-2.0

#include <utility>

#include "parcelveil/migrate.h"
#include "src/base/status.h"
#include "src/migrate/row.h"
#include "src/migrate/row_survey.h"
#include "src/migrate/sqlite_state.h"

namespace parcelveil {
namespace {

using migrate::Row;

}  // namespace

class SqliteMigration::Planner {
 public:
  Planner(const State* state, const Keyring& keyring, migrate::RowDay row_day)
      : state_(state),
        row_day_(std::move(row_day)),
        survey_(state->map, keyring.schema(), keyring.Today(), &plan_) {}

  absl::StatusOr<MigrationPlan> Plan();

 private:
  absl::Status ReadRows();
  absl::Status ListStatements();

  const State* const state_;
  const migrate::RowDay row_day_;
  MigrationPlan plan_;
  migrate::RowSurvey survey_;
};

absl::StatusOr<MigrationPlan> SqliteMigration::Planner::Plan() {
  PARCELVEIL_RETURN_IF_ERROR(survey_.CheckSlots());
  PARCELVEIL_RETURN_IF_ERROR(ReadRows());
  PARCELVEIL_ASSIGN_OR_RETURN(
      plan_.file_size,
      state_->Count("SELECT page_count * page_size FROM pragma_page_count(), "
                    "pragma_page_size()"));
  // With room in pages and indexes; then a copy, and the journal of another.
  plan_.run_disk = plan_.bytes_added + plan_.bytes_added / 4;
  plan_.finish_disk = 2 * (plan_.file_size + plan_.bytes_added);
  PARCELVEIL_ASSIGN_OR_RETURN(plan_.mentions, state_->Mentions());
  PARCELVEIL_RETURN_IF_ERROR(ListStatements());
  return std::move(plan_);
}

absl::Status SqliteMigration::Planner::ReadRows() {
  // Columns that a run adds are not there yet: NULL stands for them.
  PARCELVEIL_ASSIGN_OR_RETURN(const auto missing, state_->MissingColumns());
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement select,
      state_->Prepare(state_->sql.SelectRowsWithout(missing)));
  Row row;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) break;
    migrate::ReadRow(select, state_->map, row_day_, &row);
    survey_.Take(row);
  }
  survey_.End();
  return absl::OkStatus();
}

absl::Status SqliteMigration::Planner::ListStatements() {
  std::vector<std::string>& run = plan_.run_statements;
  PARCELVEIL_ASSIGN_OR_RETURN(run, state_->PrepareStatements());
  run.push_back(state_->sql.UpdateRow());
  PARCELVEIL_ASSIGN_OR_RETURN(plan_.finish_statements,
                              state_->DropStatements());
  return absl::OkStatus();
}

absl::StatusOr<MigrationPlan> SqliteMigration::Plan(const Keyring& keyring) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto snapshot,
      SqliteTransaction::Begin(state_->db, SqliteTransaction::Kind::kRead));
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, state_->Read());
  if (wrap.phase == MigrationPhase::kDropped ||
      wrap.phase == MigrationPhase::kFinished) {
    return MakeStatus(Reason::kWrongState,
                      "plan wrapping " + state_->Name() +
                          ": it is wrapped already; look at it with "
                          "`parcelveil wrap status`");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto row_day,
      migrate::RowDay::Create(state_->map.time_zone, keyring.time_zone()));
  return Planner(state_.get(), keyring, std::move(row_day)).Plan();
}

}  // namespace parcelveil
