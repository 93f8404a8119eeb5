// SPDX-License-Identifier: Apache-2.0
// What every step of a migration has at hand.

#ifndef PARCELVEIL_SRC_MIGRATE_SQLITE_STATE_H_
#define PARCELVEIL_SRC_MIGRATE_SQLITE_STATE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/clock.h"
#include "parcelveil/field.h"
#include "parcelveil/keyring.h"
#include "parcelveil/migrate.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/table_map.h"
#include "src/migrate/sqlite_migration.h"
#include "src/migrate/sqlite_text.h"
#include "src/migrate/wrap_state.h"

namespace parcelveil {

class SqliteMigration::State {
 public:
  State(SqliteDatabase* database, const TableMap& table_map, const Clock* c)
      : db(database), map(table_map), sql(map), clock(c) {}

  std::string Name() const { return "table \"" + map.table + "\""; }
  absl::StatusOr<SqliteStatement> Prepare(const std::string& text) const {
    return db->Prepare(text, Name());
  }
  absl::StatusOr<migrate::WrapState> Read() const {
    return migrate::ReadState(db, map.table);
  }
  absl::Status Write(const migrate::WrapState& state) const {
    return migrate::WriteState(db, map.table, state);
  }
  // Runs a statement that gives one number; binds `key` where it is given.
  absl::StatusOr<int64_t> Count(const std::string& text,
                                const SqliteValue* key = nullptr) const;
  // Columns of the table, as they are now.
  absl::StatusOr<std::vector<std::string>> Columns() const;
  // Added columns that are not there yet, or plaintext columns still there.
  absl::StatusOr<std::vector<std::string>> MissingColumns() const;
  absl::StatusOr<std::vector<std::string>> PlaintextColumns() const;
  // Every column that the map reads must be there: SQLite would take the name
  // of one that is not for a text. Rows are walked by the key, so it must be
  // one. Errors: MALFORMED.
  absl::Status CheckColumns() const;
  absl::Status CheckKey() const;
  // Once a run has begun.
  absl::StatusOr<int64_t> CountToGo(const migrate::WrapState& wrap) const;
  absl::StatusOr<int64_t> CountListed() const;
  // What a run executes before its batches, in order; and does that.
  absl::StatusOr<std::vector<std::string>> PrepareStatements() const;
  absl::Status PrepareTable(const RunOptions& options) const;
  // Indexes, triggers and views, but for our triggers, that name one of these
  // columns: by default, the plaintext ones.
  absl::StatusOr<std::vector<MigrationPlan::Mention>> Mentions() const;
  absl::StatusOr<std::vector<MigrationPlan::Mention>> Mentions(
      const std::vector<std::string>& columns) const;
  // The statements that remove the plaintext columns, in order.
  absl::StatusOr<std::vector<std::string>> DropStatements() const;
  // Finish, step by step.
  absl::Status CheckFinish() const;
  absl::Status VerifySealedSince(const Keyring* keyring) const;
  absl::Status OverwriteDeleted() const;
  absl::Status DropPlaintext(const Keyring* keyring) const;
  absl::Status CleanFiles() const;
  // Undo.
  absl::Status RestoreTexts(const Opener& opener,
                            const TableMap::Column& column) const;
  absl::StatusOr<std::vector<std::string>> UndoStatements() const;

  SqliteDatabase* const db;
  const TableMap map;
  const migrate::SqliteText sql;
  const Clock* const clock;
};

// Adds the statement that drops an index or trigger, unless it is there.
void AddDrop(const MigrationPlan::Mention& mention,
             std::vector<std::string>* statements);

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_MIGRATE_SQLITE_STATE_H_
