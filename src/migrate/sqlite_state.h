// SPDX-License-Identifier: Apache-2.0
// What every step of a migration has at hand.

#ifndef PARCELVEIL_SRC_MIGRATE_SQLITE_STATE_H_
#define PARCELVEIL_SRC_MIGRATE_SQLITE_STATE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/clock.h"
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
  // Indexes, triggers and views, but for ours, that name a plaintext column.
  absl::StatusOr<std::vector<MigrationPlan::Mention>> Mentions() const;
  // The statements that remove the plaintext columns, in order.
  absl::StatusOr<std::vector<std::string>> DropStatements() const;
  // Finish, step by step.
  absl::Status CheckFinish() const;
  absl::Status OverwriteDeleted() const;
  absl::Status DropPlaintext() const;
  absl::Status CleanFiles() const;

  SqliteDatabase* const db;
  const TableMap map;
  const migrate::SqliteText sql;
  const Clock* const clock;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_MIGRATE_SQLITE_STATE_H_
