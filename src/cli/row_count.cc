// SPDX-License-Identifier: Apache-2.0
#include "src/cli/row_count.h"

#include <memory>
#include <utility>

#include "parcelveil/file.h"
#include "parcelveil/migrate.h"
#include "parcelveil/sqlite.h"
#include "src/base/status.h"
#include "src/cli/command.h"
#include "src/cli/table_flags.h"

namespace parcelveil::cli {

void AddCountFlags(CLI::App* command, CountFlags* flags) {
  command
      ->add_option("--db", flags->dbs,
                   "count the rows of this database; once a table")
      ->type_name("DB");
  command->add_option("--map", flags->maps, "the table map that goes with --db")
      ->type_name("FILE");
}

absl::StatusOr<std::optional<std::map<Epoch, int64_t>>> CountRows(
    const CountFlags& flags) {
  if (flags.dbs.size() != flags.maps.size()) {
    return UsageError("--db and --map go together, one pair a table");
  }
  if (flags.dbs.empty()) return std::nullopt;
  std::map<Epoch, int64_t> all;
  for (size_t i = 0; i < flags.dbs.size(); ++i) {
    PARCELVEIL_ASSIGN_OR_RETURN(TableMap map, LoadTableMap(flags.maps[i]));
    TableFlags table;
    table.db = flags.dbs[i];
    PARCELVEIL_ASSIGN_OR_RETURN(
        std::unique_ptr<SqliteDatabase> db,
        OpenDatabase(table, SqliteDatabase::Access::kReadOnly));
    PARCELVEIL_ASSIGN_OR_RETURN(auto counts, CountRowsByDay(db.get(), map));
    for (const auto& [day, num_rows] : counts) all[day] += num_rows;
  }
  return all;
}

}  // namespace parcelveil::cli
