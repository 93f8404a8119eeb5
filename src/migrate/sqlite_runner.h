// SPDX-License-Identifier: Apache-2.0
// A run over a table in SQLite.

#ifndef PARCELVEIL_SRC_MIGRATE_SQLITE_RUNNER_H_
#define PARCELVEIL_SRC_MIGRATE_SQLITE_RUNNER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/keyring.h"
#include "parcelveil/migrate.h"
#include "parcelveil/sqlite.h"
#include "src/migrate/row.h"
#include "src/migrate/row_day.h"
#include "src/migrate/row_sealer.h"
#include "src/migrate/sqlite_state.h"
#include "src/migrate/wrap_state.h"

namespace parcelveil {

// One run: its batches.
class SqliteMigration::Runner {
 public:
  // Of a table that is prepared.
  static absl::StatusOr<std::unique_ptr<Runner>> Create(
      State* state, const Keyring& keyring, const RunOptions& options,
      migrate::RowSealer sealer);

  absl::StatusOr<RunResult> Run();

 private:
  // A row on its way through a batch.
  struct Item {
    migrate::Row row;
    bool is_marked = false;  // written since it was looked at
    migrate::RowSealer::Outcome outcome{};
    migrate::RowCells cells;
    migrate::Fault fault;
  };
  struct Statements {
    SqliteStatement first_rows, next_rows, one_row, update, dirty, is_dirty,
        clean, list_row, unlist_row, note_sealed;
  };

  Runner(State* state, const Keyring& keyring, const RunOptions& options,
         migrate::RowSealer sealer, migrate::RowDay row_day,
         Statements statements)
      : state_(state),
        keyring_(keyring),
        options_(options),
        sealer_(std::move(sealer)),
        row_day_(std::move(row_day)),
        map_(migrate::MapFingerprint(state->map)),
        statements_(std::move(statements)) {}

  static absl::StatusOr<Statements> PrepareStatements(State* state);

  bool IsStopped() const {
    return options_.stop != nullptr && options_.stop->load();
  }
  // All three return false when there is nothing left for them.
  absl::StatusOr<bool> FillBatch();
  absl::StatusOr<bool> DrainBatch();
  absl::StatusOr<bool> FollowBatch();
  // Repeats `batch` after keys were made, where keys are all that is missing.
  absl::StatusOr<bool> WithKeys(absl::StatusOr<bool> (Runner::*batch)());
  absl::Status MakeKeys(const absl::Status& missing);

  // The table's state, under the batch's lock.
  absl::StatusOr<migrate::WrapState> StartBatch();
  // Rows after a key, or those that are marked: returns how many marks it took.
  absl::Status ReadRows(const SqliteValue& last_key);
  absl::StatusOr<size_t> ReadMarkedRows();
  Item& AddItem(const SqliteStatement& row);
  // Whether one of our tables holds a row of the table's.
  absl::StatusOr<bool> Holds(const char* ours) const;
  // Seals the batch's rows and writes them, the one while the other.
  absl::Status SealAndWrite(const migrate::WrapState& wrap);
  absl::Status SealChunk(size_t at);
  absl::Status Write(const Item& item, const migrate::WrapState& wrap);
  absl::Status RunForKey(SqliteStatement* statement, const SqliteValue& key);

  State* const state_;
  const Keyring& keyring_;
  const RunOptions& options_;
  migrate::RowSealer sealer_;
  const migrate::RowDay row_day_;
  const std::string map_;
  Statements statements_;
  std::vector<Item> items_;
  size_t num_items_ = 0;  // of the batch under way; the others are buffers
  bool has_listed_ = false;
  RunResult pending_;  // of the batch under way
  RunResult result_;
  int64_t num_done_ = 0;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_MIGRATE_SQLITE_RUNNER_H_
