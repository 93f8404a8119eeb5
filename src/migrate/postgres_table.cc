// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/postgres_table.h"

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/migrate/sql_name.h"

namespace parcelveil::migrate {
namespace {

constexpr size_t kMaxNameSize = 63;  // bytes; PostgreSQL cuts longer ones off

absl::Status Unusable(const std::string& table, const std::string& why) {
  return MakeStatus(Reason::kMalformed,
                    absl::StrCat("open table \"", table, "\": ", why));
}

PostgresTable::Kind KindOf(std::string_view base_type) {
  for (const char* type : {"text", "varchar", "bpchar", "uuid"}) {
    if (base_type == type) return PostgresTable::Kind::kText;
  }
  for (const char* type : {"int2", "int4", "int8"}) {
    if (base_type == type) return PostgresTable::Kind::kInteger;
  }
  return PostgresTable::Kind::kOther;
}

absl::Status ReadColumns(PostgresConnection* db, PostgresTable* table) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement select,
      db->Prepare(
          "SELECT a.attname, pg_catalog.format_type(a.atttypid, CASE WHEN "
          "a.atttypid = 'bpchar'::regtype THEN -1 ELSE a.atttypmod END), "
          "b.typname FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t "
          "ON t.oid = a.atttypid JOIN pg_catalog.pg_type b ON b.oid = CASE "
          "WHEN t.typbasetype = 0 THEN t.oid ELSE t.typbasetype END WHERE "
          "a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped",
          "table \"" + table->name + "\""));
  select.BindInt(0, table->oid);
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return absl::OkStatus();
    table->columns[std::string(select.Bytes(0))] = {
        std::string(select.Bytes(1)), KindOf(select.Bytes(2))};
  }
}

// A partitioned parent is one table: its partitions come along.
absl::Status ReadParts(PostgresConnection* db, PostgresTable* table) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement select,
      db->Prepare("WITH p AS (SELECT $1::oid AS relid, NULL::oid AS parent, "
                  "c.relkind <> 'p' AS is_leaf, 0 AS level FROM "
                  "pg_catalog.pg_class c WHERE c.oid = $1::oid UNION SELECT "
                  "relid, parentrelid, isleaf, level FROM "
                  "pg_catalog.pg_partition_tree($1::oid::regclass) WHERE level "
                  "> 0) SELECT n.nspname, c.relname, pn.nspname, pc.relname, "
                  "p.is_leaf FROM p JOIN pg_catalog.pg_class c ON c.oid = "
                  "p.relid JOIN pg_catalog.pg_namespace n ON n.oid = "
                  "c.relnamespace LEFT JOIN pg_catalog.pg_class pc ON pc.oid = "
                  "p.parent LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = "
                  "pc.relnamespace ORDER BY p.level, p.relid",
                  "table \"" + table->name + "\""));
  select.BindInt(0, table->oid);
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return absl::OkStatus();
    PostgresTable::Part part;
    part.sql = Quote(select.Bytes(0)) + "." + Quote(select.Bytes(1));
    if (!select.IsNull(3)) {
      part.parent = Quote(select.Bytes(2)) + "." + Quote(select.Bytes(3));
    }
    part.is_leaf = select.Int(4) == 1;
    table->parts.push_back(std::move(part));
  }
}

// A partitioned table cannot have an index on the key alone: one that ends in
// the columns which it is partitioned by says as much as there can be said.
absl::StatusOr<bool> HasKeyIndex(PostgresConnection* db,
                                 const PostgresTable& table,
                                 const std::string& key) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement select,
      db->Prepare(
          "SELECT 1 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a "
          "ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] LEFT JOIN "
          "pg_catalog.pg_partitioned_table p ON p.partrelid = i.indrelid WHERE "
          "i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND "
          "i.indpred IS NULL AND a.attname = $2 AND (i.indnkeyatts = 1 OR NOT "
          "EXISTS (SELECT FROM pg_catalog.generate_series(1, i.indnkeyatts - "
          "1) AS n WHERE p.partattrs IS NULL OR NOT i.indkey[n] = ANY "
          "(p.partattrs::int2[])))",
          "table \"" + table.name + "\""));
  select.BindInt(0, table.oid);
  select.BindText(1, key);
  return select.Step();
}

absl::Status CheckKey(PostgresConnection* db, const PostgresTable& table,
                      const std::string& key) {
  if (table.At(key).kind == PostgresTable::Kind::kOther) {
    return Unusable(
        table.name,
        absl::StrCat("its column \"", key, "\" is of type ", table.At(key).type,
                     "; a record_id is an integer, text or uuid"));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const bool has_index,
                              HasKeyIndex(db, table, key));
  if (!has_index) {
    return Unusable(table.name,
                    absl::StrCat("its column \"", key,
                                 "\" is not unique; make a UNIQUE index on it, "
                                 "or name another column as record_id"));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement select,
      db->Prepare(absl::StrCat("SELECT count(*) FROM ", table.parts[0].sql,
                               " WHERE ", Quote(key), " IS NULL"),
                  "table \"" + table.name + "\""));
  PARCELVEIL_RETURN_IF_ERROR(select.Step().status());
  if (select.Int(0) == 0) return absl::OkStatus();
  return Unusable(table.name, absl::StrCat(select.Int(0), " rows have no \"",
                                           key, "\"; give them one"));
}

}  // namespace

absl::StatusOr<PostgresTable> PostgresTable::Read(PostgresConnection* db,
                                                  const std::string& name) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string quoted,
                              QuotePostgresTable(name));
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement select,
      db->Prepare("SELECT c.oid::bigint, n.nspname, c.relname, c.relkind FROM "
                  "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON "
                  "n.oid = c.relnamespace WHERE c.oid = "
                  "pg_catalog.to_regclass($1)",
                  "table \"" + name + "\""));
  select.BindText(0, quoted);
  PARCELVEIL_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) {
    return Unusable(name,
                    "there is no such table; correct the table map, or name "
                    "the right database");
  }
  PostgresTable table;
  table.oid = select.Int(0);
  table.schema = std::string(select.Bytes(1));
  table.name = std::string(select.Bytes(2));
  if (select.Bytes(3) != "r" && select.Bytes(3) != "p") {
    return Unusable(name, "it is not a table; name the table itself");
  }
  select.Reset();
  PARCELVEIL_RETURN_IF_ERROR(ReadColumns(db, &table));
  PARCELVEIL_RETURN_IF_ERROR(ReadParts(db, &table));
  return table;
}

absl::Status CheckTable(PostgresConnection* db, const PostgresTable& table,
                        const TableMap& map, bool is_wrapped) {
  std::vector<std::string> needed = {map.record_id, map.epoch_from};
  for (const auto* column : {&map.scope, &map.version}) {
    if (!column->empty()) needed.push_back(*column);
  }
  needed.insert(needed.end(), map.show.begin(), map.show.end());
  for (const std::string& column : AddedColumns(map)) {
    if (is_wrapped) needed.push_back(column);
    if (column.size() <= kMaxNameSize) continue;
    return Unusable(table.name,
                    absl::StrCat("the column to add, \"", column,
                                 "\", has a name over 63 bytes; give it a "
                                 "shorter one in the table map"));
  }
  for (const auto& column : map.columns) {
    if (!is_wrapped) needed.push_back(column.name);
  }
  for (const std::string& column : needed) {
    if (table.Has(column)) continue;
    return Unusable(table.name, "it has no column \"" + column +
                                    "\"; correct the table map");
  }
  return CheckKey(db, table, map.record_id);
}

}  // namespace parcelveil::migrate
