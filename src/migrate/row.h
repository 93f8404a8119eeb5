// SPDX-License-Identifier: Apache-2.0
// One row of the table as it was read, and whether it can be sealed.

#ifndef PARCELVEIL_SRC_MIGRATE_ROW_H_
#define PARCELVEIL_SRC_MIGRATE_ROW_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "parcelveil/field.h"
#include "parcelveil/ids.h"
#include "parcelveil/migrate.h"
#include "parcelveil/schema.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/table_map.h"
#include "src/migrate/row_day.h"
#include "src/wire/cell.h"

namespace parcelveil::migrate {

struct Row {
  SqliteValue key;
  std::string record_id;  // with the map's prefix
  SqliteValue scope;
  SqliteValue version;
  std::optional<absl::CivilDay> day;
  std::vector<SqliteValue> texts;  // of the map's columns
  std::vector<SqliteValue> added;  // of AddedColumns

  bool HasText() const;
  // The key header of the row's first sealed field; nullopt where it has none.
  std::optional<wire::FieldHeader> sealed_header() const;
  Scope scope_id() const { return static_cast<Scope>(scope.integer); }
  uint32_t version_id() const { return static_cast<uint32_t>(version.integer); }
};

// Reads the current row of a SqliteText::SelectRows; reuses the buffers of
// `row`.
void ReadRow(const SqliteStatement& statement, const TableMap& map,
             const RowDay& row_day, Row* row);

// What is sealed of a row without a fault. Borrows its texts.
Record ToRecord(const Row& row, const TableMap& map);

// Which days may be sealed. A row that no role could read is old: it has no
// views and no index values.
struct DayRange {
  absl::CivilDay first;           // may be sealed
  absl::CivilDay first_readable;  // not old
  absl::CivilDay today;
};
DayRange SealableDays(const Schema& schema, const TableMap& map, Epoch today,
                      OldRows old_rows);

// Why a row is left as it is, and the column at fault.
struct Fault {
  std::string column;
  UnsealedReason reason;
};

class RowCheck {
 public:
  // Borrows `map`. `schema` has every slot of it.
  RowCheck(const TableMap& map, const Schema& schema, const DayRange& days);

  std::optional<Fault> FindFault(const Row& row) const;
  const DayRange& days() const { return days_; }

 private:
  std::optional<UnsealedReason> DayFault(const Row& row) const;
  std::optional<UnsealedReason> TextFault(const Row& row, size_t column) const;

  const TableMap& map_;
  std::vector<FieldKind> kinds_;  // of the map's columns
  DayRange days_;
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_ROW_H_
