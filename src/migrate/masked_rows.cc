// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/masked_rows.h"

#include <memory>
#include <utility>

#include "src/base/status.h"
#include "src/migrate/sql_name.h"

namespace parcelveil::migrate {

std::string RecordIdOf(const TableMap& map, const SqliteValue& key) {
  return map.record_prefix + key.ToText();
}

std::vector<std::string> ShownColumns(const TableMap& map) {
  std::vector<std::string> columns = {
      Quote(map.record_id), map.version.empty() ? "0" : Quote(map.version)};
  for (const auto& view : map.views) columns.push_back(Quote(view.column));
  for (const auto& shown : map.show) columns.push_back(Quote(shown));
  return columns;
}

UnopenedRow ReadUnopened(const TableMap& map,
                         const TableDatabase::Values& values) {
  UnopenedRow row;
  row.key = values[0].ToText();
  row.record_id = RecordIdOf(map, values[0]);
  row.version = ToU32(values[1]).value_or(0);
  size_t at = 2;
  for (size_t i = 0; i < map.views.size(); ++i) {
    row.views.push_back(values[at++]);
  }
  for (size_t i = 0; i < map.show.size(); ++i) {
    row.shown.push_back(values[at++].ToText());
  }
  return row;
}

absl::StatusOr<std::vector<MaskedRow>> OpenRows(
    const Keyring& keyring, const TableMap& map,
    absl::Span<const UnopenedRow> rows) {
  PARCELVEIL_ASSIGN_OR_RETURN(const auto opener, Opener::Create(&keyring));
  const Schema schema = keyring.schema();
  std::vector<MaskedRow> opened;
  for (const UnopenedRow& row : rows) {
    opened.push_back({row.key, {}, row.shown});
  }
  for (size_t i = 0; i < map.views.size(); ++i) {
    const Slot slot = map.views[i].slot;
    if (schema.FindView(slot) == nullptr) {
      return MakeStatus(
          Reason::kMalformed,
          "list table \"" + map.table + "\": the keyring's schema has no " +
              Describe(slot) + "; correct the table map, or the schema");
    }
    std::vector<SealedView> sealed;
    for (const UnopenedRow& row : rows) {
      if (row.views[i].is_null()) continue;
      sealed.push_back({row.record_id, row.views[i].bytes, row.version});
    }
    auto views = opener->OpenViews(slot, sealed);
    auto next = views.begin();
    for (size_t j = 0; j < rows.size(); ++j) {
      // Nothing was sealed for this party: a view that shows nothing.
      opened[j].views.push_back(rows[j].views[i].is_null()
                                    ? absl::StatusOr<View>(View())
                                    : std::move(*next++));
    }
  }
  return opened;
}

}  // namespace parcelveil::migrate
