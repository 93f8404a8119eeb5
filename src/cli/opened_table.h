// SPDX-License-Identifier: Apache-2.0
// A wrapped table that --db and --map name, and how its masked rows are
// printed.

#ifndef PARCELVEIL_SRC_CLI_OPENED_TABLE_H_
#define PARCELVEIL_SRC_CLI_OPENED_TABLE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/schema.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/table_map.h"
#include "parcelveil/wrapped_table.h"
#include "src/cli/command.h"
#include "src/cli/table_flags.h"

namespace parcelveil::cli {

struct OpenedTable {
  TableMap map;
  std::unique_ptr<SqliteDatabase> db;  // null for one in PostgreSQL
  std::unique_ptr<WrappedTable> table;
};
// Errors: as OpenDatabase, WrappedTable::Open and OpenPostgres.
absl::StatusOr<OpenedTable> OpenWrappedTable(const TableFlags& flags,
                                             SqliteDatabase::Access access);

// Rows, as a handheld shows them: the map's first view. As JSON: all views, an
// object a line. `role` is who opened them.
void PrintRows(const TableMap& map, const Schema& schema, Role role,
               absl::Span<const MaskedRow> rows, Session* session);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_OPENED_TABLE_H_
