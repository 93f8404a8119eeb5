// SPDX-License-Identifier: Apache-2.0
#include "src/store/sqlite/parcel_sql.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace parcelveil {
namespace {

// A column of the row. With the table's name in front, SQLite never takes the
// name of a column that is not there for a text.
std::string Of(const std::string& column) { return "t." + QuoteName(column); }

std::string OfOr(const std::string& column, const char* none) {
  return column.empty() ? none : Of(column);
}

// "?, ?, ?"
std::string Marks(size_t count) {
  return absl::StrJoin(std::vector<std::string>(count, "?"), ", ");
}

}  // namespace

std::string QuoteName(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + "\"";
}

std::string ParcelSql::SelectFrom(absl::Span<const Slot> known_slots) const {
  const TableMap& map = columns_.map();
  std::string sql = absl::StrCat(
      "SELECT ", Of(map.record_id), ", ", Of(map.assigned_to), ", CAST(",
      Of(map.state), " AS TEXT), ", OfOr(map.scope, "0"), ", ",
      OfOr(map.version, "0"), ", ", OfOr(map.no_coverage, "0"), " IS TRUE");
  for (const Slot slot : known_slots) {
    absl::StrAppend(&sql, ", ", Of(columns_.ColumnOf(slot)));
  }
  return absl::StrCat(sql, " FROM ", QuoteName(columns_.map().table),
                      " AS t WHERE ");
}

std::string ParcelSql::KeyCondition() const {
  const std::string key = Of(columns_.map().record_id);
  return absl::StrCat(key, " IN (?1, ?2, ?3) AND CAST(", key,
                      " AS TEXT) COLLATE BINARY = ?1");
}

std::string ParcelSql::Find(absl::Span<const Slot> known_slots) const {
  return SelectFrom(known_slots) + KeyCondition();
}

std::string ParcelSql::FindByIndex(const std::string& column, size_t num_values,
                                   absl::Span<const Slot> known_slots) const {
  return absl::StrCat(SelectFrom(known_slots), Of(column), " IN (",
                      Marks(num_values), ") LIMIT ?");
}

std::string ParcelSql::CountAssigned(size_t num_states) const {
  return absl::StrCat("SELECT COUNT(*) FROM ", QuoteName(columns_.map().table),
                      " AS t WHERE ", Of(columns_.map().assigned_to),
                      " IN (?, ?) AND ", "CAST(", Of(columns_.map().state),
                      " AS TEXT) IN (", Marks(num_states), ")");
}

std::string ParcelSql::Erase(absl::Span<const Slot> slots,
                             const std::set<std::string>& names) const {
  const std::set<std::string> columns =
      columns_.ToErase(slots, [&](const std::string& column) {
        return names.count(absl::AsciiStrToLower(column)) > 0;
      });
  if (columns.empty()) return "";
  const auto clear = [](std::string* out, const std::string& column) {
    absl::StrAppend(out, QuoteName(column), " = NULL");
  };
  return absl::StrCat("UPDATE ", QuoteName(columns_.map().table), " AS t SET ",
                      absl::StrJoin(columns, ", ", clear), " WHERE ",
                      KeyCondition());
}

}  // namespace parcelveil
