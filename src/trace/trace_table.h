// SPDX-License-Identifier: Apache-2.0
// TraceTable: what a table map says of a table that is traced, for every store
// that answers from one.

#ifndef PARCELVEIL_SRC_TRACE_TRACE_TABLE_H_
#define PARCELVEIL_SRC_TRACE_TRACE_TABLE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "parcelveil/schema.h"
#include "parcelveil/table_map.h"
#include "parcelveil/trace_records.h"

namespace parcelveil::trace {

// Thread-safety: const methods may run concurrently.
class TraceTable {
 public:
  // Where a sealed field says of which day it is and whose outlet's, counted
  // from 1 as SQL does.
  static constexpr int kDayAt = 3;     // 2 bytes
  static constexpr int kOutletAt = 5;  // 4 bytes, behind it
  static constexpr int kStratumSize = 6;

  // Errors: MALFORMED: the map seals nothing, or shows no such column.
  static absl::StatusOr<TraceTable> Create(const TableMap& map,
                                           const Schema& schema,
                                           const TraceColumns& columns);

  const TableMap& map() const { return map_; }
  const TraceColumns& columns() const { return columns_; }
  // `table "waybill"`, for errors.
  std::string What() const { return "table \"" + map_.table + "\""; }

  // The sealed column whose headers tell the stratum: the recipient's phone, or
  // the first there is.
  const std::string& stratum_column() const { return stratum_column_; }
  // The column of a field; empty where the map has none.
  std::string ColumnOf(Slot slot) const;
  // The column of an index slot. Errors: MALFORMED: the map has none.
  absl::StatusOr<std::string> IndexColumn(Slot index) const;
  // The key of a row by its record id, or by its number alone.
  std::string KeyOf(std::string_view waybill) const;
  // Of these 6 bytes; false for others.
  static bool ReadStratum(std::string_view bytes, TraceStratum* stratum);

  // The bytes that SQL compares headers with.
  static std::string BytesOf(Epoch day);
  static std::string BytesOf(Scope outlet);

 private:
  TraceTable(const TableMap& map, const Schema& schema,
             const TraceColumns& columns)
      : map_(map), schema_(schema), columns_(columns) {}

  TableMap map_;
  Schema schema_;
  TraceColumns columns_;
  std::string stratum_column_;
};

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_TRACE_TABLE_H_
