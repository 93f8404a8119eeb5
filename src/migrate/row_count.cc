// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "parcelveil/migrate.h"
#include "src/base/status.h"
#include "src/migrate/sqlite_text.h"

namespace parcelveil {

absl::StatusOr<std::map<Epoch, int64_t>> CountRowsByDay(SqliteDatabase* db,
                                                        const TableMap& map) {
  // All cells of a row are sealed under one day, which their header names.
  std::string first_cell = "coalesce(NULL";
  for (const TableMap::Column& column : map.columns) {
    first_cell += ", " + migrate::Quote(column.sealed_column);
  }
  first_cell += ")";
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement select,
      db->Prepare("SELECT substr(" + first_cell + ", 3, 2), count(*) FROM " +
                      migrate::Quote(map.table) + " WHERE " + first_cell +
                      " IS NOT NULL GROUP BY 1",
                  "table " + map.table));
  std::map<Epoch, int64_t> counts;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(bool is_row, select.Step());
    if (!is_row) return counts;
    const std::string_view day = select.Bytes(0);
    if (day.size() != 2) {
      return MakeStatus(Reason::kMalformed,
                        "count rows of table " + map.table +
                            ": a sealed column holds something else; run "
                            "`parcelveil wrap verify`");
    }
    const auto epoch = static_cast<uint16_t>(static_cast<uint8_t>(day[0]) << 8 |
                                             static_cast<uint8_t>(day[1]));
    counts[Epoch{epoch}] += select.Int(1);
  }
}

}  // namespace parcelveil
