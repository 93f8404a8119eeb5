// SPDX-License-Identifier: Apache-2.0
// Resealing a stored row: a changed field, another outlet, newer keys.
//
// Whatever comes out belongs together: write all of it in one update of the
// row that was read under a lock (SELECT ... FOR UPDATE), so that no view and
// no index value is ever older than its field. SPEC.md section 5.

#ifndef PARCELVEIL_RESEAL_H_
#define PARCELVEIL_RESEAL_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "parcelveil/field.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/table_map.h"

namespace parcelveil {

// A row as it is stored. Borrows everything.
struct StoredRow {
  struct ColumnBytes {
    std::string_view column;
    std::string_view bytes;
  };
  std::string_view record_id;
  // Leave out what is NULL. Columns that the map does not seal are ignored.
  std::vector<ColumnBytes> columns;
  uint32_t version = 0;
};

// What to write, all of it in one update.
struct ResealedRow {
  // In the map's order. Columns that are not named keep what they hold.
  std::vector<SealedRow::ColumnBytes> cells;
  // The day whose keys the row needs from now on: retention counts from it.
  absl::CivilDay day;
};

// Opens what it must of a row and seals it anew. The keyring's role has to open
// full values: GATE.
//
// Thread-safety: const methods may run concurrently.
// Ownership: borrows the keyring, which must outlive it.
class Resealer {
 public:
  // `options`: those that the rows were sealed with, or a hot value would get
  // index values of its own. Errors: as Sealer::Create.
  static absl::StatusOr<std::unique_ptr<Resealer>> Create(
      const Keyring* keyring, const TableMap& map,
      const SealerOptions& options = {});
  ~Resealer();

  // Changes one field's text: its cell, the views that show it and its index
  // values.
  //
  // The row stays within its own day where keys of that day still seal (today,
  // or past days that were given keys for a migration): then nothing else is
  // written. Otherwise the whole row moves to today, in its outlet, and its
  // retention starts anew: `day` of the result tells.
  // Errors:
  //   kInvalidArgument    MALFORMED, ALREADY_MASKED: as Sealer::Seal; a row
  //                       with nothing sealed in it, or whose cells are of
  //                       several days or outlets (Move mends that)
  //   kFailedPrecondition NO_ACTIVE_KEY, KEYRING_STALE
  //   others              as Opener::Open, where a cell does not open
  absl::StatusOr<ResealedRow> Change(const StoredRow& row, Slot slot,
                                     std::string_view text) const;

  // Seals the whole row for outlet `scope` under today's keys, since role
  // retention counts from the assignment. Refuse it for a parcel that has been
  // signed off: its retention would start anew.
  // Errors: as Change.
  absl::StatusOr<ResealedRow> Move(const StoredRow& row, Scope scope) const;

  // Seals the whole row under the newest keys of its own day and outlet, so
  // that its older ones can be destroyed; retention goes on as it was.
  // Errors: as Change; NO_ACTIVE_KEY where no key of that day seals any more:
  // make them with `parcelveil keyring maintain --since`.
  absl::StatusOr<ResealedRow> Rotate(const StoredRow& row) const;

 private:
  class State;
  explicit Resealer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_RESEAL_H_
