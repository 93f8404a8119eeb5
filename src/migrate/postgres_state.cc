// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/postgres_state.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/migrate/sql_name.h"
#include "src/migrate/wrap_state.h"

namespace parcelveil {
namespace {

using migrate::PostgresTable;
using migrate::PostgresText;
using migrate::Quote;

constexpr int kMaxLockTries = 20;

SqliteValue ToValue(const PostgresStatement& statement, int column,
                    PostgresTable::Kind kind) {
  SqliteValue value;
  if (statement.IsNull(column)) return value;
  value.bytes = statement.Bytes(column);
  value.type = kind == PostgresTable::Kind::kOther ? SqliteValue::Type::kBlob
                                                   : SqliteValue::Type::kText;
  if (kind == PostgresTable::Kind::kInteger) {
    value.type = SqliteValue::Type::kInteger;
    value.integer = statement.Int(column);
  }
  return value;
}

}  // namespace

absl::Status PostgresMigration::State::Open() {
  PARCELVEIL_ASSIGN_OR_RETURN(auto opened, PostgresConnection::Open(address));
  db = std::move(opened);
  PARCELVEIL_RETURN_IF_ERROR(ReadTable());
  PARCELVEIL_ASSIGN_OR_RETURN(const Wrap wrap, Read());
  return migrate::CheckTable(db.get(), table, map,
                             wrap.phase == MigrationPhase::kDropped ||
                                 wrap.phase == MigrationPhase::kFinished);
}

absl::Status PostgresMigration::State::ReadTable() {
  PARCELVEIL_ASSIGN_OR_RETURN(table, PostgresTable::Read(db.get(), map.table));
  return absl::OkStatus();
}

absl::StatusOr<PostgresMigration::State::Wrap> PostgresMigration::State::Read()
    const {
  Wrap wrap;
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement exists,
      Prepare("SELECT pg_catalog.to_regclass($1) IS NOT NULL"));
  exists.BindText(0, sql.Ours("parcelveil_wrap"));
  PARCELVEIL_RETURN_IF_ERROR(exists.Step().status());
  if (exists.Int(0) == 0) return wrap;
  exists.Reset();
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement select,
      Prepare(absl::StrCat("SELECT phase, map, frontier, at_end, (extract("
                           "epoch FROM verified) * 1000)::bigint FROM ",
                           sql.Ours("parcelveil_wrap"), sql.OfTable())));
  PARCELVEIL_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) return wrap;
  PARCELVEIL_ASSIGN_OR_RETURN(wrap.phase, migrate::ParsePhase(select.Bytes(0)));
  wrap.map = std::string(select.Bytes(1));
  if (!select.IsNull(2)) wrap.frontier = std::string(select.Bytes(2));
  wrap.at_end = select.Int(3) == 1;
  if (!select.IsNull(4)) wrap.verified = absl::FromUnixMillis(select.Int(4));
  return wrap;
}

absl::Status PostgresMigration::State::SetPhase(MigrationPhase phase) const {
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement update,
      Prepare(absl::StrCat("UPDATE ", sql.Ours("parcelveil_wrap"),
                           " SET phase = $1", sql.OfTable())));
  update.BindText(0, migrate::PhaseName(phase));
  return update.Run();
}

absl::StatusOr<int64_t> PostgresMigration::State::Count(
    const std::string& text) const {
  PARCELVEIL_ASSIGN_OR_RETURN(PostgresStatement select, Prepare(text));
  PARCELVEIL_RETURN_IF_ERROR(select.Step().status());
  return select.Int(0);
}

absl::StatusOr<int64_t> PostgresMigration::State::CountMarks(
    const std::string& states) const {
  return Count(absl::StrCat("SELECT count(*) FROM ",
                            sql.Ours("parcelveil_dirty"), sql.OfTable(),
                            " AND state IN (", states, ")"));
}

absl::StatusOr<bool> PostgresMigration::State::IsStandby() const {
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t is_standby,
                              Count("SELECT pg_catalog.pg_is_in_recovery()"));
  return is_standby == 1;
}

std::vector<std::string> PostgresMigration::State::MissingColumns() const {
  std::vector<std::string> missing;
  for (const std::string& column : migrate::AddedColumns(map)) {
    if (!table.Has(column)) missing.push_back(column);
  }
  return missing;
}

std::vector<std::string> PostgresMigration::State::PlaintextColumns() const {
  std::vector<std::string> there;
  for (const auto& column : map.columns) {
    if (table.Has(column.name)) there.push_back(column.name);
  }
  return there;
}

absl::Status PostgresMigration::State::Change(
    absl::Duration timeout, const std::atomic<bool>* stop,
    const std::function<absl::Status()>& change) const {
  const auto once = [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(
        const auto transaction,
        PostgresTransaction::Begin(db.get(),
                                   PostgresTransaction::Kind::kReadCommitted));
    PARCELVEIL_RETURN_IF_ERROR(Execute(absl::StrCat(
        "SET LOCAL lock_timeout = ",
        std::max<int64_t>(1, absl::ToInt64Milliseconds(timeout)))));
    PARCELVEIL_RETURN_IF_ERROR(change());
    return transaction->Commit();
  };
  absl::Status status;
  for (int i = 0; i < kMaxLockTries; ++i) {
    status = once();
    const bool is_busy = absl::IsAborted(status) || absl::IsUnavailable(status);
    if (!is_busy || db->IsLost()) return status;
    // Whoever queued up behind our wait goes first.
    if (!SleepUnlessStopped(timeout, stop)) break;
  }
  return Annotate(status, absl::StrCat("after ", kMaxLockTries, " tries"));
}

int PostgresMigration::State::StateColumn() const {
  return PostgresText::kTexts + static_cast<int>(map.columns.size()) +
         static_cast<int>(migrate::AddedColumns(map).size());
}

SqliteValue PostgresMigration::State::DateOf(const PostgresStatement& statement,
                                             int column) const {
  SqliteValue date = ToValue(statement, column, table.At(map.epoch_from).kind);
  // Dates and times come as text.
  if (date.type == SqliteValue::Type::kBlob) {
    date.type = SqliteValue::Type::kText;
  }
  return date;
}

void PostgresMigration::State::ReadRow(const PostgresStatement& statement,
                                       const migrate::RowDay& row_day,
                                       migrate::Row* row) const {
  const auto value = [&](int at, const std::string& column) {
    if (column.empty()) return SqliteValue();
    return ToValue(statement, at, table.At(column).kind);
  };
  row->key = ToValue(statement, PostgresText::kKey, PostgresTable::Kind::kText);
  row->record_id = map.record_prefix + row->key.bytes;
  row->day = row_day.Of(DateOf(statement, PostgresText::kDate));
  row->scope = value(PostgresText::kScope, map.scope);
  row->version = value(PostgresText::kVersion, map.version);
  int at = PostgresText::kTexts;
  row->texts.resize(map.columns.size());
  for (size_t i = 0; i < row->texts.size(); ++i) {
    row->texts[i] = value(at++, map.columns[i].name);
    // A phone kept as a number is sealed as its digits.
    if (row->texts[i].type == SqliteValue::Type::kInteger) {
      row->texts[i].type = SqliteValue::Type::kText;
    }
  }
  row->added.resize(static_cast<size_t>(StateColumn() - at));
  for (SqliteValue& added : row->added) {
    added = ToValue(statement, at++, PostgresTable::Kind::kOther);
  }
}

}  // namespace parcelveil
