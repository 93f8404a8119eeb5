// SPDX-License-Identifier: Apache-2.0
// Ranges of keys, each taken by one worker of all machines.

#ifndef PARCELVEIL_SRC_MIGRATE_POSTGRES_RANGE_H_
#define PARCELVEIL_SRC_MIGRATE_POSTGRES_RANGE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/postgres.h"
#include "src/migrate/postgres_state.h"

namespace parcelveil::migrate {

struct KeyRange {
  int64_t number;
  std::optional<std::string> after;  // absent: from the first row on
  std::optional<std::string> last;   // absent: to the last one
};

// A worker's view of them. Borrows both; the connection holds the claims.
class KeyRanges {
 public:
  static absl::StatusOr<std::unique_ptr<KeyRanges>> Create(
      const PostgresMigration::State& state, PostgresConnection* db);

  // Takes a range whose worker died, or else the next `num_rows` rows of the
  // table. nullopt: all that are left are being worked on.
  absl::StatusOr<std::optional<KeyRange>> Claim(int64_t num_rows);
  // The statement that moves the range's beginning up to `key`.
  PostgresStatement* Advance(const KeyRange& range, std::string_view key);
  // After its last row.
  absl::Status Release(const KeyRange& range);
  // Whether no range is left, and none to be made.
  absl::StatusOr<bool> AllDone();

 private:
  struct Statements {
    PostgresStatement left, get, wrap, bound, insert, take, advance, remove;
  };
  KeyRanges(const PostgresMigration::State& state, PostgresConnection* db,
            Statements statements)
      : state_(state), db_(db), statements_(std::move(statements)) {}

  absl::StatusOr<std::optional<KeyRange>> ClaimLeft();
  absl::StatusOr<std::optional<KeyRange>> ClaimNext(int64_t num_rows);
  int64_t LockOf(int64_t number) const;

  const PostgresMigration::State& state_;
  PostgresConnection* const db_;
  Statements statements_;
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_POSTGRES_RANGE_H_
