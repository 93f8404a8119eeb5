// SPDX-License-Identifier: Apache-2.0
// A wrapped table in SQLite.

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "src/base/status.h"
#include "src/migrate/sql_name.h"
#include "src/migrate/table_database.h"

namespace parcelveil::migrate {
namespace {

class SqliteTable final : public TableDatabase {
 public:
  SqliteTable(SqliteDatabase* db, const TableMap& map)
      : db_(db),
        name_(map.table),
        what_("table \"" + map.table + "\""),
        table_(Quote(map.table)) {}

  absl::Status ReadColumns();

  const std::string& what() const override { return what_; }
  const std::string& table() const override { return table_; }
  const char* row_lock() const override { return ""; }
  bool Has(const std::string& column) const override {
    return std::any_of(columns_.begin(), columns_.end(), [&](const auto& name) {
      return absl::EqualsIgnoreCase(name, column);
    });
  }
  absl::StatusOr<std::vector<Column>> Columns() override;
  absl::Status ForEach(
      const std::string& sql, absl::Span<const SqliteValue> parameters,
      const std::function<absl::Status(const Values&)>& f) override;
  absl::StatusOr<int64_t> Write(const std::string& sql,
                                absl::Span<const Values> executions) override;
  absl::Status InTransaction(const std::function<absl::Status()>& f) override;
  absl::Status NoteSealed(absl::Span<const SqliteValue> keys) override;
  // What it may have passed is noted.
  absl::Status KeepVerifiesAway() override { return absl::OkStatus(); }

 private:
  SqliteDatabase* const db_;
  const std::string name_;
  const std::string what_;
  const std::string table_;
  std::vector<std::string> columns_;
};

void Bind(absl::Span<const SqliteValue> parameters,
          SqliteStatement* statement) {
  int at = 0;
  for (const SqliteValue& value : parameters) {
    statement->BindValue(at++, value);
  }
}

absl::Status SqliteTable::ReadColumns() {
  PARCELVEIL_RETURN_IF_ERROR(ForEach("SELECT name FROM pragma_table_xinfo($1)",
                                     {TextValue(name_)},
                                     [this](const Values& row) {
                                       columns_.push_back(row[0].bytes);
                                       return absl::OkStatus();
                                     }));
  if (!columns_.empty()) return absl::OkStatus();
  return MakeStatus(Reason::kMalformed,
                    "open " + what_ +
                        ": there is no such table; correct the table map, or "
                        "name the right database");
}

absl::StatusOr<std::vector<TableDatabase::Column>> SqliteTable::Columns() {
  std::vector<Column> columns;
  PARCELVEIL_RETURN_IF_ERROR(
      ForEach("SELECT name FROM pragma_table_info($1)", {TextValue(name_)},
              [&columns](const Values& row) {
                columns.push_back({row[0].bytes, true, ""});
                return absl::OkStatus();
              }));
  return columns;
}

absl::Status SqliteTable::ForEach(
    const std::string& sql, absl::Span<const SqliteValue> parameters,
    const std::function<absl::Status(const Values&)>& f) {
  PARCELVEIL_ASSIGN_OR_RETURN(SqliteStatement select, db_->Prepare(sql, what_));
  Bind(parameters, &select);
  Values row;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return absl::OkStatus();
    row.clear();
    for (int i = 0; i < select.NumColumns(); ++i) {
      row.push_back(select.Value(i));
    }
    PARCELVEIL_RETURN_IF_ERROR(f(row));
  }
}

absl::StatusOr<int64_t> SqliteTable::Write(
    const std::string& sql, absl::Span<const Values> executions) {
  PARCELVEIL_ASSIGN_OR_RETURN(SqliteStatement write, db_->Prepare(sql, what_));
  int64_t num_changed = 0;
  for (const Values& parameters : executions) {
    Bind(parameters, &write);
    PARCELVEIL_RETURN_IF_ERROR(write.Run());
    num_changed += db_->Changes();
  }
  return num_changed;
}

absl::Status SqliteTable::InTransaction(
    const std::function<absl::Status()>& f) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      SqliteTransaction::Begin(db_, SqliteTransaction::Kind::kWrite));
  PARCELVEIL_RETURN_IF_ERROR(f());
  return transaction->Commit();
}

absl::Status SqliteTable::NoteSealed(absl::Span<const SqliteValue> keys) {
  int64_t num_tables = 0;
  PARCELVEIL_RETURN_IF_ERROR(
      ForEach("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = "
              "'parcelveil_wrap'",
              {}, [&](const Values&) {
                ++num_tables;
                return absl::OkStatus();
              }));
  if (num_tables == 0) return absl::OkStatus();
  PARCELVEIL_RETURN_IF_ERROR(
      Write("UPDATE parcelveil_wrap SET verified_ms = NULL, num_batches = "
            "num_batches + 1 WHERE table_name = $1",
            {{TextValue(name_)}})
          .status());
  std::vector<Values> notes;
  for (const SqliteValue& key : keys) notes.push_back({key, TextValue(name_)});
  return Write(
             "INSERT OR REPLACE INTO parcelveil_sealed SELECT table_name, $1, "
             "num_batches FROM parcelveil_wrap WHERE table_name = $2 AND phase "
             "= 'filled'",
             notes)
      .status();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TableDatabase>> OpenSqliteTable(
    SqliteDatabase* db, const TableMap& map) {
  auto table = std::make_unique<SqliteTable>(db, map);
  PARCELVEIL_RETURN_IF_ERROR(table->ReadColumns());
  return std::unique_ptr<TableDatabase>(std::move(table));
}

}  // namespace parcelveil::migrate
