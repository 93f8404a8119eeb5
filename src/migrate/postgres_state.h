// SPDX-License-Identifier: Apache-2.0
// What every step of a migration in PostgreSQL has at hand.

#ifndef PARCELVEIL_SRC_MIGRATE_POSTGRES_STATE_H_
#define PARCELVEIL_SRC_MIGRATE_POSTGRES_STATE_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/clock.h"
#include "parcelveil/migrate.h"
#include "parcelveil/postgres.h"
#include "parcelveil/table_map.h"
#include "src/migrate/postgres_migration.h"
#include "src/migrate/postgres_table.h"
#include "src/migrate/postgres_text.h"
#include "src/migrate/row.h"
#include "src/migrate/sleep.h"

namespace parcelveil {

class PostgresMigration::State {
 public:
  // The table's row in parcelveil_wrap.
  struct Wrap {
    MigrationPhase phase = MigrationPhase::kNotStarted;
    std::string map;                      // what the run was started with
    std::optional<std::string> frontier;  // ranges are taken up to here
    bool at_end = false;                  // and there is nothing behind
    std::optional<absl::Time> verified;
  };
  // Advisory locks, one each a table: who changes the table, who seals marked
  // rows, who verifies, who makes keys. Ranges count from kFirstRange.
  enum Lock : int64_t { kTable, kMarked, kVerify, kKeys, kFirstRange = 16 };

  State(const std::string& address, const TableMap& table_map, const Clock* c)
      : address(address), map(table_map), clock(c), sql(map, table) {}

  // Connects, and reads the table's description.
  absl::Status Open();
  absl::Status ReadTable();

  std::string Name() const { return "table \"" + map.table + "\""; }
  absl::StatusOr<PostgresStatement> Prepare(const std::string& text) const {
    return db->Prepare(text, Name());
  }
  absl::Status Execute(const std::string& text) const {
    return db->Execute(text, Name());
  }
  // Phase kNotStarted where no run has begun.
  absl::StatusOr<Wrap> Read() const;
  absl::Status SetPhase(MigrationPhase phase) const;
  absl::StatusOr<int64_t> Count(const std::string& text) const;
  // Marks of the table; `states` as SQL: "0" or "1, 2".
  absl::StatusOr<int64_t> CountMarks(const std::string& states) const;
  absl::StatusOr<bool> IsStandby() const;
  std::vector<std::string> MissingColumns() const;
  std::vector<std::string> PlaintextColumns() const;
  int64_t LockKey(int64_t lock) const { return table.oid << 32 | lock; }

  // Runs `change` in a transaction that waits for its locks no longer than
  // `timeout`, then lets others pass and tries again.
  // Errors: kUnavailable: it never got them, or `stop` was set.
  absl::Status Change(absl::Duration timeout, const std::atomic<bool>* stop,
                      const std::function<absl::Status()>& change) const;
  // Things that hold or move what the plaintext columns hold.
  absl::StatusOr<std::vector<MigrationPlan::Mention>> Mentions() const;
  absl::StatusOr<std::vector<std::string>> DropStatements() const;
  absl::Status CheckFinish() const;
  absl::Status DropPlaintext(const FinishOptions& options);
  absl::Status VerifySealedSince(const FinishOptions& options) const;
  absl::Status Rewrite() const;
  absl::StatusOr<std::vector<std::string>> Remains(bool is_rewritten) const;

  // The row of a PostgresText::SelectRows; reuses the buffers of `row`.
  void ReadRow(const PostgresStatement& statement,
               const migrate::RowDay& row_day, migrate::Row* row) const;
  // The date of a row, in that column of `statement`, as RowDay takes it.
  SqliteValue DateOf(const PostgresStatement& statement, int column) const;
  int StateColumn() const;  // where xmin stands in SelectRows

  const std::string address;
  const TableMap map;
  const Clock* const clock;
  migrate::PostgresTable table;
  const migrate::PostgresText sql;
  std::unique_ptr<PostgresConnection> db;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_MIGRATE_POSTGRES_STATE_H_
