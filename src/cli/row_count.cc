// SPDX-License-Identifier: Apache-2.0
#include "src/cli/row_count.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/cli/command.h"
#include "src/cli/json.h"
#include "src/cli/keyring_signer.h"
#include "src/cli/opened_table.h"
#include "src/cli/table_flags.h"

namespace parcelveil::cli {
namespace {

template <typename Map>
void AddTo(const Map& from, Map* to) {
  for (const auto& [key, num_rows] : from) (*to)[key] += num_rows;
}

std::string KeyName(Epoch day, uint8_t gen) {
  return absl::StrCat(Describe(day), ".", gen);
}

}  // namespace

void AddCountFlags(CLI::App* command, CountFlags* flags) {
  command
      ->add_option("--db", flags->dbs,
                   "count the rows of this database; once a table")
      ->type_name("DB");
  command->add_option("--map", flags->maps, "the table map that goes with --db")
      ->type_name("FILE");
}

absl::StatusOr<std::optional<KeyCounts>> CountRows(const CountFlags& flags) {
  if (flags.dbs.size() != flags.maps.size()) {
    return UsageError("--db and --map go together, one pair a table");
  }
  if (flags.dbs.empty()) return std::nullopt;
  KeyCounts all;
  for (size_t i = 0; i < flags.dbs.size(); ++i) {
    TableFlags table;
    table.db = flags.dbs[i];
    table.map = flags.maps[i];
    PARCELVEIL_ASSIGN_OR_RETURN(
        const OpenedTable opened,
        OpenWrappedTable(table, SqliteDatabase::Access::kReadOnly));
    PARCELVEIL_ASSIGN_OR_RETURN(const KeyCounts counts,
                                opened.table->CountKeys());
    AddTo(counts.rows_of_day, &all.rows_of_day);
    AddTo(counts.rows_of_outlet, &all.rows_of_outlet);
    AddTo(counts.rows_of_key, &all.rows_of_key);
  }
  return all;
}

std::string KeysText(const KeyCounts& counts) {
  // The columns of a key mostly have as many rows.
  using ColumnsOf = std::map<int64_t, std::string>;  // by rows
  std::map<std::pair<Epoch, uint8_t>, ColumnsOf> lines;
  std::map<Epoch, int> num_lines;
  for (const auto& [key, num_rows] : counts.rows_of_key) {
    std::string& columns = lines[{key.day, key.gen}][num_rows];
    if (columns.empty()) ++num_lines[key.day];
    absl::StrAppend(&columns, columns.empty() ? "" : ", ", key.column);
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& [key, columns_of] : lines) {
    for (const auto& [num_rows, columns] : columns_of) {
      rows.push_back({KeyName(key.first, key.second),
                      absl::StrCat(FormatCount(num_rows),
                                   num_rows == 1 ? " row" : " rows")});
      if (num_lines[key.first] > 1) rows.back().push_back(columns);
    }
  }
  return FormatTable(rows);
}

std::string KeysJson(const KeyCounts& counts) {
  JsonList list;
  for (const auto& [key, num_rows] : counts.rows_of_key) {
    list.AddRaw(JsonObject()
                    .Add("key", KeyName(key.day, key.gen))
                    .Add("column", key.column)
                    .Add("rows", num_rows)
                    .Take());
  }
  return list.Take();
}

}  // namespace parcelveil::cli
