// SPDX-License-Identifier: Apache-2.0
// Names and literals in SQL text, as both databases write them.

#ifndef PARCELVEIL_SRC_MIGRATE_SQL_NAME_H_
#define PARCELVEIL_SRC_MIGRATE_SQL_NAME_H_

#include <string>
#include <string_view>
#include <vector>

#include "parcelveil/table_map.h"

namespace parcelveil::migrate {

// Returns the name as an SQL identifier, the text as an SQL literal.
std::string Quote(std::string_view name);
std::string QuoteText(std::string_view text);

// Whether `name` stands in `sql` as a word, in any case.
bool HasWord(std::string_view sql, std::string_view name);

// Rows with a text whose sealed field is missing; and those that may lack a
// view or an index value. `row` stands in front of columns: "NEW." in a
// trigger.
std::string LacksField(const TableMap& map, const std::string& row);
std::string LacksAny(const TableMap& map, const std::string& row);

// Columns that a run adds, in the order in which a Sealer gives them.
std::vector<std::string> AddedColumns(const TableMap& map);

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_SQL_NAME_H_
