// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/migrate/postgres_state.h"
#include "src/migrate/row_survey.h"
#include "src/migrate/sql_name.h"

namespace parcelveil {
namespace {

using State = PostgresMigration::State;

// A statement behind what others feel of it.
std::string With(const char* lock, const std::string& sql) {
  return absl::StrCat("/* ", lock, " */ ", sql);
}

constexpr char kNone[] = "no lock on the table";
constexpr char kShort[] = "ACCESS EXCLUSIVE, for a moment";
constexpr char kWriters[] = "SHARE ROW EXCLUSIVE: keeps writers, for a moment";
constexpr char kIndex[] = "SHARE UPDATE EXCLUSIVE: keeps nobody";
constexpr char kRows[] = "its rows, until the batch is committed";
constexpr char kExclusive[] = "ACCESS EXCLUSIVE, while it copies the table";

std::vector<std::string> RunStatements(const State& state) {
  std::vector<std::string> run;
  for (const std::string& sql : state.sql.CreateStateTables()) {
    run.push_back(With(kNone, sql));
  }
  const std::vector<std::string> missing = state.MissingColumns();
  if (!missing.empty()) {
    run.push_back(With(kShort, state.sql.AddColumns(missing)));
  }
  for (const std::string& sql : state.sql.CreateTriggers()) {
    const bool is_function = sql.rfind("CREATE OR REPLACE FUNCTION", 0) == 0;
    run.push_back(With(is_function ? kNone : kWriters, sql));
  }
  for (const auto& column : state.map.columns) {
    for (const auto& index : column.indexes) {
      for (const auto& part : state.table.parts) {
        if (!part.is_leaf) continue;
        run.push_back(With(
            kIndex, absl::StrCat("CREATE INDEX CONCURRENTLY ON ", part.sql,
                                 " (", migrate::Quote(index.column), ")")));
      }
    }
  }
  run.push_back(With(kRows, state.sql.WriteRows(/*mark_sealed=*/false)));
  return run;
}

absl::Status ReadRows(const State& state, const migrate::RowDay& row_day,
                      migrate::RowSurvey* survey) {
  // Columns that a run adds are not there yet: NULL stands for them.
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement select,
      state.Prepare(state.sql.SurveyRows(state.MissingColumns())));
  migrate::Row row;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) break;
    state.ReadRow(select, row_day, &row);
    survey->Take(row);
  }
  survey->End();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<MigrationPlan> PostgresMigration::Plan(const Keyring& keyring) {
  // One that only reads will do: a standby can make it, too.
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto snapshot,
      PostgresTransaction::Begin(state_->db.get(),
                                 PostgresTransaction::Kind::kRead));
  PARCELVEIL_ASSIGN_OR_RETURN(const State::Wrap wrap, state_->Read());
  if (wrap.phase == MigrationPhase::kDropped ||
      wrap.phase == MigrationPhase::kFinished) {
    return MakeStatus(Reason::kWrongState,
                      "plan wrapping " + state_->Name() +
                          ": it is wrapped already; look at it with "
                          "`parcelveil wrap status`");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto row_day,
      migrate::RowDay::Create(state_->map.time_zone, keyring.time_zone()));
  MigrationPlan plan;
  migrate::RowSurvey survey(state_->map, keyring.schema(), keyring.Today(),
                            &plan);
  PARCELVEIL_RETURN_IF_ERROR(survey.CheckSlots());
  PARCELVEIL_RETURN_IF_ERROR(ReadRows(*state_, row_day, &survey));
  std::string size = "SELECT 0";
  for (const auto& part : state_->table.parts) {
    absl::StrAppend(&size, " + pg_catalog.pg_total_relation_size(",
                    migrate::QuoteText(part.sql), ")");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(plan.file_size, state_->Count(size));
  // Every row is written anew beside its old version, which VACUUM frees only
  // for use within the table; the log is as large again until it is recycled.
  const int64_t written = plan.file_size + plan.bytes_added;
  plan.run_disk = 2 * written;
  plan.finish_disk = 2 * written;  // the copy, and the log of it
  PARCELVEIL_ASSIGN_OR_RETURN(plan.mentions, state_->Mentions());
  plan.run_statements = RunStatements(*state_);
  PARCELVEIL_ASSIGN_OR_RETURN(const auto drops, state_->DropStatements());
  for (const std::string& sql : drops) {
    plan.finish_statements.push_back(With(kShort, sql));
  }
  plan.finish_statements.push_back(
      With(kExclusive, "VACUUM (FULL, ANALYZE) " + state_->sql.table()));
  return plan;
}

}  // namespace parcelveil
