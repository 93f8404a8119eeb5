// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/sqlite_state.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "src/base/status.h"

namespace parcelveil {
namespace {

using migrate::Quote;
using migrate::QuoteText;

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& other) {
    return absl::EqualsIgnoreCase(name, other);
  });
}

absl::Status Unusable(const std::string& table, const std::string& why) {
  return MakeStatus(Reason::kMalformed, "open table \"" + table + "\": " + why);
}

}  // namespace

absl::StatusOr<int64_t> SqliteMigration::State::Count(
    const std::string& text, const SqliteValue* key) const {
  PARCELVEIL_ASSIGN_OR_RETURN(SqliteStatement select, Prepare(text));
  if (key != nullptr) select.BindValue(0, *key);
  PARCELVEIL_RETURN_IF_ERROR(select.Step().status());
  return select.Int(0);
}

absl::StatusOr<std::vector<std::string>> SqliteMigration::State::Columns()
    const {
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement select,
      Prepare("SELECT name FROM pragma_table_xinfo(?)"));
  select.BindText(0, map.table);
  std::vector<std::string> names;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return names;
    names.push_back(std::string(select.Bytes(0)));
  }
}

absl::StatusOr<std::vector<std::string>>
SqliteMigration::State::MissingColumns() const {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<std::string> names, Columns());
  std::vector<std::string> missing;
  for (const std::string& column : migrate::AddedColumns(map)) {
    if (!Contains(names, column)) missing.push_back(column);
  }
  return missing;
}

absl::StatusOr<std::vector<std::string>>
SqliteMigration::State::PlaintextColumns() const {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<std::string> names, Columns());
  std::vector<std::string> there;
  for (const auto& column : map.columns) {
    if (Contains(names, column.name)) there.push_back(column.name);
  }
  return there;
}

absl::Status SqliteMigration::State::CheckColumns() const {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<std::string> names, Columns());
  if (names.empty()) {
    return Unusable(map.table,
                    "there is no such table; correct the table map, or name "
                    "the right database");
  }
  std::vector<std::string> needed = {map.record_id, map.epoch_from};
  for (const auto* column : {&map.scope, &map.version}) {
    if (!column->empty()) needed.push_back(*column);
  }
  needed.insert(needed.end(), map.show.begin(), map.show.end());
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, Read());
  const bool is_dropped = wrap.phase == MigrationPhase::kDropped ||
                          wrap.phase == MigrationPhase::kFinished;
  if (is_dropped) {
    for (const std::string& column : migrate::AddedColumns(map)) {
      needed.push_back(column);
    }
  } else {
    for (const auto& column : map.columns) needed.push_back(column.name);
  }
  for (const std::string& column : needed) {
    if (Contains(names, column)) continue;
    return Unusable(map.table, "it has no column \"" + column +
                                   "\"; correct the table map");
  }
  return absl::OkStatus();
}

absl::Status SqliteMigration::State::CheckKey() const {
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement select,
      Prepare(
          "SELECT 1 FROM pragma_index_list(?1) AS l WHERE l.\"unique\" = 1 AND "
          "l.partial = 0 AND (SELECT COUNT(*) FROM pragma_index_info(l.name)) "
          "= 1 AND (SELECT name FROM pragma_index_info(l.name)) = ?2 COLLATE "
          "NOCASE UNION ALL SELECT 1 FROM pragma_table_info(?1) WHERE pk = 1 "
          "AND name = ?2 COLLATE NOCASE AND (SELECT MAX(pk) FROM "
          "pragma_table_info(?1)) = 1"));
  select.BindText(0, map.table);
  select.BindText(1, map.record_id);
  PARCELVEIL_ASSIGN_OR_RETURN(const bool is_unique, select.Step());
  if (!is_unique) {
    return Unusable(map.table,
                    "its column \"" + map.record_id +
                        "\" is not unique; make a UNIQUE index on it, or name "
                        "another column as record_id");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const int64_t num_null,
      Count("SELECT COUNT(*) FROM " + sql.table() + " WHERE " +
            Quote(map.record_id) + " IS NULL"));
  if (num_null > 0) {
    return Unusable(map.table, std::to_string(num_null) + " rows have no \"" +
                                   map.record_id + "\"; give them one");
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> SqliteMigration::State::CountToGo(
    const migrate::WrapState& wrap) const {
  const std::string dirty =
      "SELECT COUNT(*) FROM parcelveil_dirty WHERE table_name = " +
      QuoteText(map.table);
  if (wrap.phase == MigrationPhase::kFilled) return Count(dirty);
  if (wrap.last_key.is_null()) return Count(sql.CountRows(false));
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t num_after,
                              Count(sql.CountRows(true), &wrap.last_key));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const int64_t num_dirty,
      Count(dirty + " AND row_key <= ?", &wrap.last_key));
  return num_after + num_dirty;
}

absl::StatusOr<int64_t> SqliteMigration::State::CountListed() const {
  return Count("SELECT COUNT(*) FROM parcelveil_unsealed WHERE table_name = " +
               QuoteText(map.table));
}

}  // namespace parcelveil
