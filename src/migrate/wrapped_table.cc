// SPDX-License-Identifier: Apache-2.0
// WrappedTable: opened, listed.

#include "parcelveil/wrapped_table.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "src/base/status.h"
#include "src/migrate/masked_rows.h"
#include "src/migrate/sql_name.h"
#include "src/migrate/table_database.h"

namespace parcelveil {
namespace {

using migrate::Quote;
using migrate::TableDatabase;

// A column with sealed bytes, or the plaintext that they were made of.
bool IsSealed(const TableMap& map, const std::string& column) {
  std::vector<std::string> sealed = migrate::AddedColumns(map);
  for (const auto& of : map.columns) sealed.push_back(of.name);
  return std::any_of(sealed.begin(), sealed.end(), [&](const auto& name) {
    return absl::EqualsIgnoreCase(name, column);
  });
}

absl::Status CheckCondition(const TableDatabase& db, const TableMap& map,
                            const std::string& column) {
  if (IsSealed(map, column)) {
    return MakeStatus(Reason::kForbidden,
                      "list " + db.what() + ": column \"" + column +
                          "\" is sealed; name one that is not, for personal "
                          "values do not belong in a command line");
  }
  if (db.Has(column)) return absl::OkStatus();
  return MakeStatus(Reason::kMalformed, "list " + db.what() +
                                            ": it has no column \"" + column +
                                            "\"; name another");
}

}  // namespace

WrappedTable::WrappedTable(TableMap map, std::unique_ptr<TableDatabase> db)
    : map_(std::move(map)), db_(std::move(db)) {}
WrappedTable::~WrappedTable() = default;

absl::StatusOr<std::unique_ptr<WrappedTable>> WrappedTable::Create(
    const TableMap& map, std::unique_ptr<TableDatabase> db) {
  PARCELVEIL_RETURN_IF_ERROR(migrate::CheckWrapped(*db, map));
  return std::unique_ptr<WrappedTable>(new WrappedTable(map, std::move(db)));
}

absl::StatusOr<std::unique_ptr<WrappedTable>> WrappedTable::Open(
    SqliteDatabase* db, const TableMap& map) {
  PARCELVEIL_ASSIGN_OR_RETURN(auto table, migrate::OpenSqliteTable(db, map));
  return Create(map, std::move(table));
}

absl::StatusOr<std::unique_ptr<WrappedTable>> WrappedTable::OpenPostgres(
    const std::string& address, const TableMap& map) {
  PARCELVEIL_ASSIGN_OR_RETURN(auto table,
                              migrate::OpenPostgresTable(address, map));
  return Create(map, std::move(table));
}

bool WrappedTable::HasColumn(const std::string& column) const {
  return db_->Has(column) || IsSealed(map_, column);
}

absl::StatusOr<std::vector<MaskedRow>> WrappedTable::List(
    const Keyring& keyring, const ListRows& list) {
  if (map_.views.empty()) {
    return MakeStatus(
        Reason::kMalformed,
        "list " + db_->what() + ": the table map has no view; add one");
  }
  std::vector<std::string> tests;
  TableDatabase::Values parameters;
  for (const ListRows::Condition& condition : list.where) {
    PARCELVEIL_RETURN_IF_ERROR(CheckCondition(*db_, map_, condition.column));
    parameters.push_back(migrate::TextValue(condition.value));
    tests.push_back(
        absl::StrCat(Quote(condition.column), " = $", parameters.size()));
  }
  parameters.push_back(migrate::IntegerValue(list.limit));
  // The newest rows first: they are the ones that still open.
  const std::string sql =
      absl::StrCat("SELECT ", absl::StrJoin(migrate::ShownColumns(map_), ", "),
                   " FROM ", db_->table(), tests.empty() ? "" : " WHERE ",
                   absl::StrJoin(tests, " AND "), " ORDER BY ",
                   Quote(map_.epoch_from), " DESC NULLS LAST, ",
                   Quote(map_.record_id), " LIMIT $", parameters.size());
  std::vector<migrate::UnopenedRow> rows;
  PARCELVEIL_RETURN_IF_ERROR(
      db_->ForEach(sql, parameters, [&](const TableDatabase::Values& values) {
        rows.push_back(migrate::ReadUnopened(map_, values));
        return absl::OkStatus();
      }));
  return migrate::OpenRows(keyring, map_, rows);
}

}  // namespace parcelveil
