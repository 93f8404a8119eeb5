// SPDX-License-Identifier: Apache-2.0
#include "src/trace/trace_table.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "src/base/status.h"
#include "src/wire/bytes.h"

namespace parcelveil::trace {
namespace {

absl::Status Malformed(const TableMap& map, const std::string& what) {
  return MakeStatus(Reason::kMalformed,
                    "trace table \"" + map.table + "\": " + what);
}

}  // namespace

absl::StatusOr<TraceTable> TraceTable::Create(const TableMap& map,
                                              const Schema& schema,
                                              const TraceColumns& columns) {
  if (map.columns.empty()) {
    return Malformed(map, "its map seals no column; correct the table map");
  }
  for (const std::string& column : {columns.segment, columns.merchant}) {
    const bool is_shown =
        std::any_of(map.show.begin(), map.show.end(), [&](const auto& shown) {
          return absl::EqualsIgnoreCase(shown, column);
        });
    if (!column.empty() && !is_shown) {
      return Malformed(map, "its map does not show a column \"" + column +
                                "\"; add it to `show`, which holds what is "
                                "not personal");
    }
  }
  TraceTable table(map, schema, columns);
  table.stratum_column_ = table.ColumnOf(Slot::kRecipientPhone);
  if (table.stratum_column_.empty()) {
    table.stratum_column_ = map.columns[0].sealed_column;
  }
  return table;
}

std::string TraceTable::ColumnOf(Slot slot) const {
  for (const TableMap::Column& column : map_.columns) {
    if (column.slot == slot) return column.sealed_column;
  }
  return "";
}

absl::StatusOr<std::string> TraceTable::IndexColumn(Slot index) const {
  const Schema::IndexSlot* const wanted = schema_.FindIndex(index);
  for (const TableMap::Column& column : map_.columns) {
    if (wanted == nullptr || column.slot != wanted->of) continue;
    for (const TableMap::IndexColumn& made : column.indexes) {
      if (made.rule == wanted->rule) return made.column;
    }
  }
  return Malformed(map_,
                   "its map has no column for an index that leaked numbers are "
                   "looked up by; add it and run `wrap run` again");
}

std::string TraceTable::KeyOf(std::string_view waybill) const {
  const std::string& prefix = map_.record_prefix;
  if (waybill.size() > prefix.size() &&
      waybill.substr(0, prefix.size()) == prefix) {
    waybill.remove_prefix(prefix.size());
  }
  return std::string(waybill);
}

bool TraceTable::ReadStratum(std::string_view bytes, TraceStratum* stratum) {
  wire::Reader reader(bytes);
  stratum->day = Epoch{reader.Get<uint16_t>()};
  stratum->outlet = Scope{reader.Get<uint32_t>()};
  return reader.AtEnd();
}

std::string TraceTable::BytesOf(Epoch day) {
  std::string bytes;
  wire::Appender(&bytes).Put(ToInt(day));
  return bytes;
}

std::string TraceTable::BytesOf(Scope outlet) {
  std::string bytes;
  wire::Appender(&bytes).Put(ToInt(outlet));
  return bytes;
}

}  // namespace parcelveil::trace
