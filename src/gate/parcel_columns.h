// SPDX-License-Identifier: Apache-2.0
// ParcelColumns: what a table map says of parcels, for every store that answers
// from a wrapped table.

#ifndef PARCELVEIL_SRC_GATE_PARCEL_COLUMNS_H_
#define PARCELVEIL_SRC_GATE_PARCEL_COLUMNS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "parcelveil/parcels.h"
#include "parcelveil/schema.h"
#include "parcelveil/table_map.h"

namespace parcelveil::gate {

// A principal as a table has it: zero, which is nobody, for anything but a
// number written as numbers are.
uint64_t PrincipalNamed(std::string_view text);
// Whether `text` is how an integer of 64 bits is written.
bool IsInteger(std::string_view text, int64_t* integer);

// Thread-safety: const methods may run concurrently.
class ParcelColumns {
 public:
  ParcelColumns(const TableMap& map, const Schema& schema);

  // Errors: MALFORMED: the map lacks `state` or `assigned_to`.
  absl::Status Check() const;

  const TableMap& map() const { return map_; }
  // `table "waybill"`, for errors.
  std::string What() const { return "table \"" + map_.table + "\""; }

  // Those of `slots` that the map has a column for.
  std::vector<Slot> KnownSlots(absl::Span<const Slot> slots) const;
  // Every slot that has one.
  std::vector<Slot> AllSlots() const;
  // The sealed column of a known slot.
  const std::string& ColumnOf(Slot slot) const { return columns_.at(slot); }
  // The column of an index slot. Errors: MALFORMED: the map has none.
  absl::StatusOr<std::string> IndexColumn(Slot index) const;
  // What an erasure of `slots` clears: the sealed columns, their index values,
  // the views that show them, and the plaintext where the table has it.
  // `is_there` says which of the table's own columns are left.
  std::set<std::string> ToErase(
      absl::Span<const Slot> slots,
      const std::function<bool(const std::string&)>& is_there) const;

  // The row's key in the table; nullopt where no row can have that id.
  std::optional<std::string> KeyOf(std::string_view record_id) const;
  ParcelState StateOf(std::string_view text) const;
  // Texts of the states that are named and not the end.
  std::vector<std::string> OpenStates() const;

 private:
  const TableMap map_;
  const Schema schema_;
  std::map<Slot, std::string> columns_;                     // fields and views
  std::map<std::string, ParcelState, std::less<>> states_;  // by text
};

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_PARCEL_COLUMNS_H_
