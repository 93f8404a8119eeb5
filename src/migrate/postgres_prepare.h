// SPDX-License-Identifier: Apache-2.0
// Bringing a table up to its map: tables of ours, columns, triggers, indexes.

#ifndef PARCELVEIL_SRC_MIGRATE_POSTGRES_PREPARE_H_
#define PARCELVEIL_SRC_MIGRATE_POSTGRES_PREPARE_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/migrate.h"
#include "parcelveil/postgres.h"
#include "src/migrate/postgres_state.h"

namespace parcelveil::migrate {

// Somebody's turn at something that one does at a time, on all machines.
class Turn {
 public:
  // Waits for it. Errors: kCancelled: `stop` was set.
  static absl::StatusOr<std::unique_ptr<Turn>> Wait(
      PostgresConnection* db, int64_t key, const std::atomic<bool>* stop);
  ~Turn();

 private:
  Turn(PostgresConnection* db, int64_t key) : db_(db), key_(key) {}

  PostgresConnection* const db_;
  const int64_t key_;
};

// Errors: WRONG_STATE: an earlier run used another map; MALFORMED: two rows of
// a partitioned table have one key; kUnavailable: no lock was to be had.
absl::Status PrepareTable(PostgresMigration::State* state,
                          const RunOptions& options);

// Makes the indexes of the look-up columns, without keeping anybody out. What a
// run that was killed left half made is made anew.
// Errors: kCancelled: stopped.
absl::Status MakeIndexes(const PostgresMigration::State& state,
                         const RunOptions& options);

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_POSTGRES_PREPARE_H_
