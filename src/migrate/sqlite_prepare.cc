// SPDX-License-Identifier: Apache-2.0
// Bringing a table up to its map: tables of ours, columns, indexes, triggers.

#include <string>
#include <vector>

#include "src/base/status.h"
#include "src/migrate/sqlite_state.h"

namespace parcelveil {

absl::StatusOr<std::vector<std::string>>
SqliteMigration::State::PrepareStatements() const {
  std::vector<std::string> statements = sql.CreateStateTables();
  PARCELVEIL_ASSIGN_OR_RETURN(const auto missing, MissingColumns());
  for (const std::string& column : missing) {
    statements.push_back(sql.AddColumn(column));
  }
  for (auto& text : sql.CreateIndexes()) statements.push_back(std::move(text));
  for (auto& text : sql.CreateTriggers()) statements.push_back(std::move(text));
  return statements;
}

absl::Status SqliteMigration::State::PrepareTable(
    const RunOptions& options) const {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      SqliteTransaction::Begin(db, SqliteTransaction::Kind::kWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(migrate::WrapState wrap, Read());
  bool is_changed = wrap.phase == MigrationPhase::kNotStarted;
  if (!is_changed) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        is_changed, migrate::IsExtended("wrap " + Name(), wrap.map, map));
  }
  if (is_changed) {
    // Every row is looked at, and gets what it lacks.
    wrap.phase = MigrationPhase::kFilling;
    wrap.map = migrate::MapFingerprint(map);
    wrap.last_key = SqliteValue();
    wrap.verified.reset();
    for (const std::string& drop : sql.DropTriggers()) {
      PARCELVEIL_RETURN_IF_ERROR(db->Execute(drop, Name()));
    }
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const auto statements, PrepareStatements());
  for (const std::string& statement : statements) {
    PARCELVEIL_RETURN_IF_ERROR(db->Execute(statement, Name()));
  }
  if (options.old_rows == OldRows::kSeal) {
    PARCELVEIL_RETURN_IF_ERROR(db->Execute(sql.MarkOldRows(), Name()));
  }
  PARCELVEIL_RETURN_IF_ERROR(Write(wrap));
  return transaction->Commit();
}

}  // namespace parcelveil
