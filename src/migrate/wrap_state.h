// SPDX-License-Identifier: Apache-2.0
// How far a table has come: its row in parcelveil_wrap.

#ifndef PARCELVEIL_SRC_MIGRATE_WRAP_STATE_H_
#define PARCELVEIL_SRC_MIGRATE_WRAP_STATE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/migrate.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/table_map.h"

namespace parcelveil::migrate {

struct WrapState {
  MigrationPhase phase = MigrationPhase::kNotStarted;
  std::string map;          // what the run was started with
  SqliteValue last_key;     // of the last row done; NULL before the first
  int64_t num_batches = 0;  // committed so far: a verify must see no new one
  std::optional<absl::Time> verified;
};

// A phase as it is kept. On disk: never rename.
std::string_view PhaseName(MigrationPhase phase);
absl::StatusOr<MigrationPhase> ParsePhase(std::string_view name);

// The parts of a map that sealed fields depend on, a line each. On disk.
std::string MapFingerprint(const TableMap& map);
// Whether `map` has parts more than the run had that left `before`. `what` is
// the operation and the table. Errors: WRONG_STATE: it lacks one of those.
absl::StatusOr<bool> IsExtended(const std::string& what,
                                const std::string& before, const TableMap& map);
// For whoever does not add what is missing. Errors: WRONG_STATE.
absl::Status CheckSameMap(const std::string& what, const std::string& before,
                          const TableMap& map);

// Returns phase kNotStarted where no run has begun.
absl::StatusOr<WrapState> ReadState(SqliteDatabase* db,
                                    const std::string& table);
absl::Status WriteState(SqliteDatabase* db, const std::string& table,
                        const WrapState& state);

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_WRAP_STATE_H_
