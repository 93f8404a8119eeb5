// SPDX-License-Identifier: Apache-2.0
// WrappedTable: its rows by the keys they need, and those that need none any
// more.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parcelveil/wrapped_table.h"
#include "src/base/status.h"
#include "src/migrate/cell_key.h"
#include "src/migrate/sql_name.h"
#include "src/migrate/table_database.h"
#include "src/wire/bytes.h"

namespace parcelveil {
namespace {

using migrate::Quote;
using migrate::TableDatabase;

// Takes in `num_rows` rows whose columns begin as `keys`.
absl::Status Take(const std::vector<std::string>& columns,
                  const TableDatabase::Values& keys, int64_t num_rows,
                  KeyCounts* counts) {
  bool is_counted = false;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (keys[i].is_null()) continue;
    const auto key = migrate::CellKeyOf(keys[i].bytes);
    if (!key.has_value()) {
      return MakeStatus(Reason::kMalformed,
                        "column \"" + columns[i] +
                            "\" holds something that was not sealed; run "
                            "`parcelveil wrap verify`");
    }
    counts->rows_of_key[{key->epoch, key->gen, columns[i]}] += num_rows;
    if (is_counted) continue;
    // The cells of a row are sealed for one day and outlet.
    is_counted = true;
    counts->rows_of_day[key->epoch] += num_rows;
    counts->rows_of_outlet[{key->epoch, key->scope}] += num_rows;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<KeyCounts> WrappedTable::CountKeys() {
  const std::vector<std::string> columns = migrate::AddedColumns(map_);
  std::vector<std::string> keys, positions;
  for (size_t i = 0; i < columns.size(); ++i) {
    keys.push_back(absl::StrCat("substr(", Quote(columns[i]), ", 1, ",
                                migrate::kCellKeySize, ")"));
    positions.push_back(std::to_string(i + 1));
  }
  KeyCounts counts;
  const absl::Status status = db_->ForEach(
      absl::StrCat("SELECT ", absl::StrJoin(keys, ", "), ", count(*) FROM ",
                   db_->table(), " GROUP BY ", absl::StrJoin(positions, ", ")),
      {}, [&](const TableDatabase::Values& row) {
        int64_t num_rows = 0;
        if (!absl::SimpleAtoi(row.back().ToText(), &num_rows)) num_rows = 0;
        return Take(columns, row, num_rows, &counts);
      });
  if (!status.ok()) return Annotate(status, "count rows of " + db_->what());
  return counts;
}

absl::StatusOr<int64_t> WrappedTable::Prune(absl::Span<const Epoch> days) {
  for (const TableMap::Column& column : map_.columns) {
    if (!db_->Has(column.name)) continue;
    return MakeStatus(Reason::kWrongState,
                      "prune " + db_->what() + ": its plaintext column \"" +
                          column.name +
                          "\" is still there; run `parcelveil wrap finish` "
                          "first");
  }
  if (days.empty()) return 0;
  TableDatabase::Values parameters;
  for (const Epoch day : days) {
    std::string bytes;
    wire::Appender(&bytes).Put(ToInt(day));
    parameters.push_back(migrate::BlobValue(bytes));
  }
  std::vector<std::string> assignments, tests;
  for (const std::string& name : migrate::AddedColumns(map_)) {
    const std::string column = Quote(name);
    const std::string test =
        absl::StrCat("substr(", column, ", 3, 2) IN (",
                     migrate::Parameters(1, days.size()), ")");
    assignments.push_back(absl::StrCat(column, " = CASE WHEN ", test,
                                       " THEN NULL ELSE ", column, " END"));
    tests.push_back(test);
  }
  int64_t num_rows = 0;
  PARCELVEIL_RETURN_IF_ERROR(db_->InTransaction([&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(
        num_rows,
        db_->Write(absl::StrCat("UPDATE ", db_->table(), " SET ",
                                absl::StrJoin(assignments, ", "), " WHERE ",
                                absl::StrJoin(tests, " OR ")),
                   {parameters}));
    return absl::OkStatus();
  }));
  return num_rows;
}

}  // namespace parcelveil
