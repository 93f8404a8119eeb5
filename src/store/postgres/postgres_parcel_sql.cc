// SPDX-License-Identifier: Apache-2.0
#include "src/store/postgres/postgres_parcel_sql.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parcelveil/postgres.h"
#include "src/base/status.h"
#include "src/base/utf8.h"

namespace parcelveil {
namespace {

std::string Of(const std::string& column) {
  return "t." + QuotePostgresName(column);
}

std::string TextOf(const std::string& column) {
  return column.empty() ? "NULL" : Of(column) + "::text";
}

// The first column of each row.
absl::StatusOr<std::set<std::string>> Names(PostgresSession* session,
                                            std::string_view sql,
                                            const std::string& table) {
  PARCELVEIL_ASSIGN_OR_RETURN(const BoundPostgresStatement row,
                              session->Bind(sql, PostgresText{table}));
  std::set<std::string> names;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
    if (!has_row) return names;
    names.emplace(row->Bytes(0));
  }
}

}  // namespace

absl::StatusOr<PostgresParcelSql> PostgresParcelSql::Create(
    const gate::ParcelColumns& columns, PostgresSession* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(std::string table,
                              QuotePostgresTable(columns.map().table));
  PARCELVEIL_ASSIGN_OR_RETURN(
      std::set<std::string> integers,
      Names(session,
            "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = "
            "pg_catalog.to_regclass($1) AND attnum > 0 AND atttypid IN "
            "('int2'::regtype, 'int4'::regtype, 'int8'::regtype)",
            table));
  return PostgresParcelSql(columns, std::move(table), std::move(integers));
}

absl::StatusOr<std::set<std::string>> PostgresParcelSql::ColumnsThere(
    PostgresSession* session, const std::string& table) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string quoted,
                              QuotePostgresTable(table));
  return Names(session,
               "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = "
               "pg_catalog.to_regclass($1) AND attnum > 0 AND NOT attisdropped",
               quoted);
}

bool PostgresParcelSql::MayHold(const std::string& column,
                                const std::string& text) const {
  int64_t integer = 0;
  if (integers_.count(column) > 0) return gate::IsInteger(text, &integer);
  return base::IsUtf8(text) && text.find('\0') == std::string::npos;
}

std::string PostgresParcelSql::SelectFrom(
    absl::Span<const Slot> known_slots) const {
  const TableMap& map = columns_.map();
  std::string sql = absl::StrCat(
      "SELECT ", TextOf(map.record_id), ", ", TextOf(map.assigned_to), ", ",
      TextOf(map.state), ", ", TextOf(map.scope), ", ", TextOf(map.version),
      ", ", TextOf(map.no_coverage));
  for (const Slot slot : known_slots) {
    absl::StrAppend(&sql, ", ", Of(columns_.ColumnOf(slot)));
  }
  return absl::StrCat(sql, " FROM ", table_, " AS t WHERE ");
}

std::string PostgresParcelSql::Is(const std::string& column) const {
  const char* const parameter = integers_.count(column) > 0 ? "$1::int8" : "$1";
  return absl::StrCat(Of(column), " = ", parameter, " AND ", TextOf(column),
                      " COLLATE \"C\" = $2::text");
}

std::string PostgresParcelSql::Find(absl::Span<const Slot> known_slots) const {
  return SelectFrom(known_slots) + Is(columns_.map().record_id);
}

std::string PostgresParcelSql::FindByIndex(
    const std::string& column, absl::Span<const Slot> known_slots) const {
  return absl::StrCat(SelectFrom(known_slots), Of(column),
                      " = ANY($1::bytea[]) LIMIT $2");
}

std::string PostgresParcelSql::CountAssigned() const {
  const TableMap& map = columns_.map();
  return absl::StrCat("SELECT count(*) FROM ", table_, " AS t WHERE ",
                      Is(map.assigned_to), " AND ", TextOf(map.state),
                      " = ANY($3::text[])");
}

std::string PostgresParcelSql::Erase(absl::Span<const Slot> slots,
                                     const std::set<std::string>& there) const {
  const std::set<std::string> columns = columns_.ToErase(
      slots,
      [&](const std::string& column) { return there.count(column) > 0; });
  if (columns.empty()) return "";
  const auto clear = [](std::string* out, const std::string& column) {
    absl::StrAppend(out, QuotePostgresName(column), " = NULL");
  };
  return absl::StrCat("UPDATE ", table_, " AS t SET ",
                      absl::StrJoin(columns, ", ", clear), " WHERE ",
                      Is(columns_.map().record_id));
}

}  // namespace parcelveil
