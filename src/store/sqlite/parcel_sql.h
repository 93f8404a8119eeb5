// SPDX-License-Identifier: Apache-2.0
// The SQL that answers for parcels from a wrapped table. Text only; values
// never stand in it, they are bound.

#ifndef PARCELVEIL_SRC_STORE_SQLITE_PARCEL_SQL_H_
#define PARCELVEIL_SRC_STORE_SQLITE_PARCEL_SQL_H_

#include <set>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "parcelveil/schema.h"
#include "parcelveil/table_map.h"
#include "src/gate/parcel_columns.h"

namespace parcelveil {

// Returns the name as an SQL identifier.
std::string QuoteName(std::string_view name);

// Thread-safety: const methods may run concurrently.
class ParcelSql {
 public:
  // Where the columns of Find and FindByIndex stand. After kCells: those of
  // KnownSlots.
  enum Column {
    kKey,
    kAssignedTo,
    kState,
    kOutlet,
    kVersion,
    kNoCoverage,
    kCells
  };

  ParcelSql(const TableMap& map, const Schema& schema)
      : columns_(map, schema) {}

  const gate::ParcelColumns& columns() const { return columns_; }

  // Parameters: KeyCondition's.
  std::string Find(absl::Span<const Slot> known_slots) const;
  // Parameters: the values, the limit.
  std::string FindByIndex(const std::string& column, size_t num_values,
                          absl::Span<const Slot> known_slots) const;
  // Parameters: the principal as integer, as text; the states that count.
  std::string CountAssigned(size_t num_states) const;
  // Parameters: KeyCondition's. `names`: the table's columns, in lower case.
  // Empty where there is nothing to clear.
  std::string Erase(absl::Span<const Slot> slots,
                    const std::set<std::string>& names) const;

 private:
  std::string SelectFrom(absl::Span<const Slot> known_slots) const;
  // One row by its key, whatever type the column has, compared exactly.
  // Parameters: the key as text, as blob, as integer or NULL.
  std::string KeyCondition() const;

  const gate::ParcelColumns columns_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_SQLITE_PARCEL_SQL_H_
