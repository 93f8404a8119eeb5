// SPDX-License-Identifier: Apache-2.0
// A wrapped table in PostgreSQL.

#include <utility>

#include "absl/strings/str_cat.h"
#include "parcelveil/postgres.h"
#include "src/base/status.h"
#include "src/migrate/postgres_state.h"
#include "src/migrate/sql_name.h"
#include "src/migrate/table_database.h"

namespace parcelveil::migrate {
namespace {

class PostgresWrapped final : public TableDatabase {
 public:
  PostgresWrapped(const std::string& address, const TableMap& map)
      : state_(address, map, SystemClock()), what_(state_.Name()) {}

  absl::Status Open();

  const std::string& what() const override { return what_; }
  const std::string& table() const override { return table_; }
  const char* row_lock() const override { return " FOR NO KEY UPDATE"; }
  bool Has(const std::string& column) const override {
    return state_.table.Has(column);
  }
  absl::StatusOr<std::vector<Column>> Columns() override;
  absl::Status ForEach(
      const std::string& sql, absl::Span<const SqliteValue> parameters,
      const std::function<absl::Status(const Values&)>& f) override;
  absl::StatusOr<int64_t> Write(const std::string& sql,
                                absl::Span<const Values> executions) override;
  absl::Status InTransaction(const std::function<absl::Status()>& f) override;
  absl::Status NoteSealed(absl::Span<const SqliteValue> keys) override;
  absl::Status KeepVerifiesAway() override;

 private:
  PostgresMigration::State state_;
  const std::string what_;
  std::string table_;
};

void Bind(absl::Span<const SqliteValue> parameters,
          PostgresStatement* statement) {
  int at = 0;
  for (const SqliteValue& value : parameters) {
    switch (value.type) {
      case SqliteValue::Type::kNull:
        statement->BindNull(at++);
        break;
      case SqliteValue::Type::kInteger:
        statement->BindInt(at++, value.integer);
        break;
      case SqliteValue::Type::kBlob:
        statement->BindBlob(at++, value.bytes);
        break;
      case SqliteValue::Type::kReal:
      case SqliteValue::Type::kText:
        statement->BindText(at++, value.ToText());
        break;
    }
  }
}

absl::Status PostgresWrapped::Open() {
  PARCELVEIL_ASSIGN_OR_RETURN(state_.db,
                              PostgresConnection::Open(state_.address));
  PARCELVEIL_RETURN_IF_ERROR(state_.ReadTable());
  table_ = state_.sql.table();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TableDatabase::Column>> PostgresWrapped::Columns() {
  std::vector<Column> columns;
  const std::string text =
      "SELECT attname, pg_catalog.pg_get_serial_sequence($1, attname) FROM "
      "pg_catalog.pg_attribute WHERE attrelid = $2::oid AND attnum > 0 AND NOT "
      "attisdropped AND attgenerated = ''";
  PARCELVEIL_RETURN_IF_ERROR(ForEach(
      text, {TextValue(table_), IntegerValue(state_.table.oid)},
      [&](const Values& row) {
        const std::string& name = row[0].bytes;
        columns.push_back(
            {name, state_.table.At(name).kind == PostgresTable::Kind::kText,
             row[1].is_null() ? ""
                              : absl::StrCat("pg_catalog.nextval(",
                                             QuoteText(row[1].bytes), ")")});
        return absl::OkStatus();
      }));
  return columns;
}

absl::Status PostgresWrapped::ForEach(
    const std::string& sql, absl::Span<const SqliteValue> parameters,
    const std::function<absl::Status(const Values&)>& f) {
  PARCELVEIL_ASSIGN_OR_RETURN(PostgresStatement select, state_.Prepare(sql));
  Bind(parameters, &select);
  Values row;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return absl::OkStatus();
    row.clear();
    for (int i = 0; i < select.NumColumns(); ++i) {
      row.push_back(select.IsNull(i) ? SqliteValue()
                                     : TextValue(select.Bytes(i)));
    }
    PARCELVEIL_RETURN_IF_ERROR(f(row));
  }
}

absl::StatusOr<int64_t> PostgresWrapped::Write(
    const std::string& sql, absl::Span<const Values> executions) {
  PARCELVEIL_ASSIGN_OR_RETURN(PostgresStatement write, state_.Prepare(sql));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto pipeline,
                              PostgresPipeline::Begin(state_.db.get()));
  for (const Values& parameters : executions) {
    Bind(parameters, &write);
    PARCELVEIL_RETURN_IF_ERROR(pipeline->Queue(&write));
  }
  return pipeline->Finish();
}

absl::Status PostgresWrapped::InTransaction(
    const std::function<absl::Status()>& f) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      PostgresTransaction::Begin(state_.db.get(),
                                 PostgresTransaction::Kind::kReadCommitted));
  PARCELVEIL_RETURN_IF_ERROR(f());
  return transaction->Commit();
}

absl::Status PostgresWrapped::NoteSealed(absl::Span<const SqliteValue> keys) {
  PARCELVEIL_ASSIGN_OR_RETURN(const auto wrap, state_.Read());
  if (wrap.phase == MigrationPhase::kNotStarted) return absl::OkStatus();
  PARCELVEIL_RETURN_IF_ERROR(state_.Execute(
      absl::StrCat("UPDATE ", state_.sql.Ours("parcelveil_wrap"),
                   " SET verified = NULL", state_.sql.OfTable())));
  if (wrap.phase != MigrationPhase::kFilled) return absl::OkStatus();
  std::vector<Values> notes;
  for (const SqliteValue& key : keys) notes.push_back({key});
  return Write(state_.sql.NoteSealed(), notes).status();
}

absl::Status PostgresWrapped::KeepVerifiesAway() {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const bool is_ours,
      state_.db->TryLock(state_.LockKey(PostgresMigration::State::kVerify)));
  if (is_ours) return absl::OkStatus();
  return absl::UnavailableError(
      "reseal " + what_ +
      ": somebody verifies it, or reseals it; try again when that has ended");
}

}  // namespace

absl::StatusOr<std::unique_ptr<TableDatabase>> OpenPostgresTable(
    const std::string& address, const TableMap& map) {
  auto table = std::make_unique<PostgresWrapped>(address, map);
  PARCELVEIL_RETURN_IF_ERROR(table->Open());
  return std::unique_ptr<TableDatabase>(std::move(table));
}

}  // namespace parcelveil::migrate
