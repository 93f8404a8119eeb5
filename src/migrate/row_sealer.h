// SPDX-License-Identifier: Apache-2.0
// Sealing what a row lacks, wherever the row is kept.

#ifndef PARCELVEIL_SRC_MIGRATE_ROW_SEALER_H_
#define PARCELVEIL_SRC_MIGRATE_ROW_SEALER_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/field.h"
#include "parcelveil/keyring.h"
#include "parcelveil/migrate.h"
#include "parcelveil/table_map.h"
#include "src/migrate/row.h"

namespace parcelveil::migrate {

// What is written to a row. Reused from row to row: buffers stay.
struct RowCells {
  // Of AddedColumns, in their order; absent: NULL. Borrows the row and
  // `sealed`.
  std::vector<std::optional<std::string_view>> columns;
  bool is_partial = false;  // keeps some of what the row had
  SealedRow sealed;
};

// Values copy; copies share the sealers. Thread-safety: one thread a copy.
class RowSealer {
 public:
  enum class Outcome : uint8_t {
    kNothing,  // the row lacks nothing
    kSealed,
    kListed,  // it stays as it is
  };

  // Borrows both. Errors: as Sealer::Create.
  static absl::StatusOr<RowSealer> Create(const TableMap& map,
                                          const Keyring& keyring,
                                          OldRows old_rows);

  // A run may last over midnight.
  void StartBatch();
  const DayRange& days() const { return check_->days(); }
  // Seals what `row` lacks and leaves what it has; or all of it, `anew`. Fills
  // in `cells`, or `fault`.
  // Errors: those of Sealer::Seal that are not about a row.
  absl::StatusOr<Outcome> Seal(const Row& row, bool anew, RowCells* cells,
                               Fault* fault) const;

 private:
  RowSealer(const TableMap& map, const Keyring& keyring, OldRows old_rows,
            std::shared_ptr<const Sealer> sealer,
            std::shared_ptr<const Sealer> old_sealer);

  // Whether one of the view's fields has a text; and one that is not sealed.
  bool HasText(const Row& row, size_t view) const;
  bool IsStale(const Row& row, size_t view) const;
  bool Lacks(const Row& row, bool is_old) const;
  void Fill(const Row& row, bool anew, RowCells* cells) const;

  const TableMap& map_;
  const Keyring& keyring_;
  OldRows old_rows_;
  std::shared_ptr<const Sealer> sealer_;
  std::shared_ptr<const Sealer> old_sealer_;
  std::vector<std::string> columns_;
  std::vector<std::vector<size_t>> shown_;  // fields of each view
  Epoch today_{};
  std::optional<RowCheck> check_;  // as of today_
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_ROW_SEALER_H_
