// SPDX-License-Identifier: Apache-2.0
// Rows as a list or a search shows them, from what a table holds.

#ifndef PARCELVEIL_SRC_MIGRATE_MASKED_ROWS_H_
#define PARCELVEIL_SRC_MIGRATE_MASKED_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/keyring.h"
#include "parcelveil/table_map.h"
#include "parcelveil/wrapped_table.h"
#include "src/migrate/table_database.h"

namespace parcelveil::migrate {

// A row as it was read: its view cells are still sealed.
struct UnopenedRow {
  std::string key;
  std::string record_id;
  uint32_t version = 0;
  std::vector<SqliteValue> views;
  std::vector<std::string> shown;
};

// What a SELECT of such rows names, in the order of ReadUnopened.
std::vector<std::string> ShownColumns(const TableMap& map);
UnopenedRow ReadUnopened(const TableMap& map,
                         const TableDatabase::Values& values);

// Opens the views of `rows`. Errors: MALFORMED where the keyring's schema lacks
// a view of the map.
absl::StatusOr<std::vector<MaskedRow>> OpenRows(
    const Keyring& keyring, const TableMap& map,
    absl::Span<const UnopenedRow> rows);

// A row's record id. `key` is of the column record_id.
std::string RecordIdOf(const TableMap& map, const SqliteValue& key);

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_MASKED_ROWS_H_
