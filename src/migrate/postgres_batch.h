// SPDX-License-Identifier: Apache-2.0
// A batch of rows on its way through a run: read, sealed, written.

#ifndef PARCELVEIL_SRC_MIGRATE_POSTGRES_BATCH_H_
#define PARCELVEIL_SRC_MIGRATE_POSTGRES_BATCH_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/postgres.h"
#include "src/migrate/postgres_state.h"
#include "src/migrate/row.h"
#include "src/migrate/row_sealer.h"
#include "src/migrate/sql_name.h"

namespace parcelveil::migrate {

// Reused from batch to batch: buffers stay.
struct PostgresBatch {
  struct MarkWithoutRow {
    std::string key;
    std::string version;
  };

  size_t num_rows = 0;  // of `rows` and `versions`
  std::vector<Row> rows;
  std::vector<std::string> versions;  // "0" takes a row out of the batch
  std::vector<MarkWithoutRow> gone;

  // Indexes of `rows`.
  std::vector<size_t> sealed;
  std::vector<RowCells> cells;  // of `sealed`, kept longer
  std::vector<size_t> listed;
  std::vector<Fault> faults;  // of `listed`
};

// Seals the rows of a batch. Any thread; one batch at a time.
class BatchSealer {
 public:
  explicit BatchSealer(RowSealer sealer) : sealer_(std::move(sealer)) {}

  // `is_marked`: rows are sealed anew though they are sealed.
  // Errors: those of Sealer::Seal that are not about a row.
  absl::Status Seal(bool is_marked, PostgresBatch* batch);

 private:
  RowSealer sealer_;
};

// Writes batches on a connection of its own.
class BatchWriter {
 public:
  // As PostgresText::WriteRows.
  static absl::StatusOr<std::unique_ptr<BatchWriter>> Create(
      const PostgresMigration::State& state, PostgresConnection* db,
      bool mark_sealed);

  // Writes the batch and runs `with` (null: nothing), which changes one row, in
  // one transaction. Returns how many rows were not written, but marked, since
  // somebody changed them meanwhile or holds them locked for long.
  // Errors: kUnavailable, once it has been tried often enough; others of the
  // database. Nothing is written then.
  absl::StatusOr<int64_t> Write(PostgresBatch* batch, PostgresStatement* with);
  // As Write, of rows that the connection's transaction has locked.
  absl::Status WriteLocked(const PostgresBatch& batch);
  // Takes the marks without a row off.
  absl::Status DropGone(const PostgresBatch& batch);

 private:
  struct Statements {
    PostgresStatement write, list, drop_marks, lock, write_unchanged, unmark,
        unlist;
  };

  BatchWriter(const PostgresMigration::State& state, PostgresConnection* db,
              bool mark_sealed, Statements statements)
      : db_(db),
        mark_sealed_(mark_sealed),
        num_columns_(AddedColumns(state.map).size()),
        statements_(std::move(statements)) {}

  // Binds the batch's rows to `write`, and those that are listed.
  void BindRows(const PostgresBatch& batch, PostgresStatement* write);
  void BindListed(const PostgresBatch& batch);
  // The short way, where nobody changed any of the rows: true if so, else
  // nothing was written.
  absl::StatusOr<bool> WriteUnchanged(const PostgresBatch& batch,
                                      PostgresStatement* with);
  absl::StatusOr<int64_t> WriteOnce(const PostgresBatch& batch,
                                    PostgresStatement* with);
  absl::StatusOr<int64_t> WriteUnlocked(PostgresBatch* batch,
                                        PostgresStatement* with);

  PostgresConnection* const db_;
  const bool mark_sealed_;
  const size_t num_columns_;
  Statements statements_;
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_POSTGRES_BATCH_H_
