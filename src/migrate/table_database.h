// SPDX-License-Identifier: Apache-2.0
// A table in either database, as statements that both understand reach it:
// names in double quotes, parameters $1, $2, ... in the order of their first
// use.

#ifndef PARCELVEIL_SRC_MIGRATE_TABLE_DATABASE_H_
#define PARCELVEIL_SRC_MIGRATE_TABLE_DATABASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/table_map.h"

namespace parcelveil::migrate {

class TableDatabase {
 public:
  using Values = std::vector<SqliteValue>;
  struct Column {
    std::string name;
    bool is_text;  // its values that come as text are text, not numbers or so
    std::string next;  // SQL for the number that the database gives; or empty
  };

  virtual ~TableDatabase() = default;

  // `table "waybill"`, for errors; and the table as SQL.
  virtual const std::string& what() const = 0;
  virtual const std::string& table() const = 0;
  // What follows a SELECT whose rows are to be kept from others.
  virtual const char* row_lock() const = 0;
  // Whether the table had the column when it was opened.
  virtual bool Has(const std::string& column) const = 0;
  // Those that a row can be inserted with: not those that are computed.
  virtual absl::StatusOr<std::vector<Column>> Columns() = 0;

  // Calls `f` with each row as it comes. Numbers may come as text. `f` uses no
  // other statement. Errors: those of the database and of `f`.
  virtual absl::Status ForEach(
      const std::string& sql, absl::Span<const SqliteValue> parameters,
      const std::function<absl::Status(const Values&)>& f) = 0;
  // Runs the statement once for each of `executions`, in as few round trips as
  // the database allows. Returns how many rows it changed.
  virtual absl::StatusOr<int64_t> Write(
      const std::string& sql, absl::Span<const Values> executions) = 0;
  // Commits what `f` wrote, or undoes it where it failed.
  virtual absl::Status InTransaction(
      const std::function<absl::Status()>& f) = 0;

  // In a transaction that sealed these rows: what a verify has found is to be
  // found again. A verify that is under way may have passed them, so that a
  // finish checks them, unless another verify does.
  virtual absl::Status NoteSealed(absl::Span<const SqliteValue> keys) = 0;
  // Keeps verifies away until this object dies. Errors: kUnavailable: one is
  // under way.
  virtual absl::Status KeepVerifiesAway() = 0;
};

// Errors: MALFORMED: no such table.
absl::StatusOr<std::unique_ptr<TableDatabase>> OpenSqliteTable(
    SqliteDatabase* db, const TableMap& map);
absl::StatusOr<std::unique_ptr<TableDatabase>> OpenPostgresTable(
    const std::string& address, const TableMap& map);

// Errors: MALFORMED, WRONG_STATE: it has not the columns of a wrapped table.
absl::Status CheckWrapped(const TableDatabase& db, const TableMap& map);

// "$2, $3, $4" for first 2 and count 3.
std::string Parameters(size_t first, size_t count);
// A value to bind.
SqliteValue TextValue(std::string_view text);
SqliteValue BlobValue(std::string_view bytes);
SqliteValue IntegerValue(int64_t integer);
// The number that a column holds; nullopt where it is none of 32 bits. NULL is
// 0.
std::optional<uint32_t> ToU32(const SqliteValue& value);

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_TABLE_DATABASE_H_
