// SPDX-License-Identifier: Apache-2.0
// What a reseal does with one row of a wrapped table.

#ifndef PARCELVEIL_SRC_MIGRATE_ROW_RESEALER_H_
#define PARCELVEIL_SRC_MIGRATE_ROW_RESEALER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/field.h"
#include "parcelveil/keyring.h"
#include "parcelveil/reseal.h"
#include "parcelveil/schema.h"
#include "parcelveil/table_map.h"
#include "parcelveil/wrapped_table.h"
#include "src/migrate/table_database.h"
#include "src/wire/cell.h"

namespace parcelveil::migrate {

// A row with what is sealed of it.
struct SealedTableRow {
  SqliteValue key;
  std::string record_id;
  uint32_t version = 0;
  std::optional<uint32_t> outlet;  // as the scope column says
  std::string state;
  std::vector<SqliteValue> cells;  // of AddedColumns
};
std::vector<std::string> SealedRowColumns(const TableMap& map);
SealedTableRow ReadSealedRow(const TableMap& map,
                             const TableDatabase::Values& values);

// Thread-safety: none. Borrows all.
class RowResealer {
 public:
  // What is to be done with a row.
  enum class Task : uint8_t {
    kNothing,
    kRotate,    // to the newest keys of its day
    kMakeKeys,  // as kRotate, but no key of its day seals
    kMove,      // to its outlet, today
    kLeave,     // it should move, but is signed off
  };

  static absl::StatusOr<std::unique_ptr<RowResealer>> Create(
      const Keyring& keyring, const TableMap& map,
      const ResealOptions& options);

  // Errors: KEY_UNAVAILABLE; those of a row that does not open.
  absl::StatusOr<Task> Judge(const SealedTableRow& row);
  // What to write of the row into AddedColumns. Errors: as Resealer::Rotate.
  absl::StatusOr<TableDatabase::Values> Reseal(const SealedTableRow& row,
                                               Task task) const;
  // The day of the row's first cell.
  static std::optional<Epoch> DayOf(const SealedTableRow& row);
  // A keyring that was reloaded has other newest keys.
  void ForgetKeys() { newest_.clear(); }

 private:
  // The newest gens of a slot's day: that seals, and of all.
  struct Newest {
    std::optional<uint8_t> sealing;
    uint8_t listed = 0;
  };

  RowResealer(const Keyring& keyring, const TableMap& map,
              const ResealOptions& options);

  absl::StatusOr<Newest> NewestOf(Slot slot, const wire::FieldHeader& key);
  // Whether every slot of the row has a key of its day that seals.
  absl::StatusOr<Task> Rotate(const SealedTableRow& row);
  absl::StatusOr<bool> IsOutdated(const SealedTableRow& row);
  bool IsInOtherOutlet(const SealedTableRow& row) const;
  bool IsSignedOff(const SealedTableRow& row) const;
  bool NeedsKey(const SealedTableRow& row,
                const ResealOptions::FromKey& key) const;
  // Whether a view is not what the fields' masks are.
  absl::StatusOr<bool> HasOtherViews(const SealedTableRow& row);
  absl::StatusOr<bool> IsOtherView(const SealedTableRow& row, size_t view);

  const Keyring& keyring_;
  const TableMap& map_;
  const ResealOptions& options_;
  const Schema schema_;
  const std::vector<std::string> columns_;  // AddedColumns
  const std::vector<Slot> slots_;           // of columns_
  std::unique_ptr<Resealer> resealer_;
  std::unique_ptr<Opener> opener_;
  std::map<std::pair<Slot, Epoch>, Newest> newest_;
  Epoch today_{};
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_ROW_RESEALER_H_
