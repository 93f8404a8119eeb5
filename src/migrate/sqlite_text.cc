// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/sqlite_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parcelveil/migrate.h"

namespace parcelveil::migrate {

// A row key has no declared type: it is kept as the table holds it. Of what was
// sealed after the table was filled, parcelveil_sealed says in which batch.
std::vector<std::string> SqliteText::CreateStateTables() const {
  return {
      "CREATE TABLE IF NOT EXISTS parcelveil_wrap (table_name TEXT PRIMARY KEY "
      "NOT NULL, map TEXT NOT NULL, phase TEXT NOT NULL, last_key, verified_ms "
      "INTEGER, num_batches INTEGER NOT NULL)",
      "CREATE TABLE IF NOT EXISTS parcelveil_unsealed (table_name TEXT NOT "
      "NULL, row_key NOT NULL, column_name TEXT NOT NULL, reason TEXT NOT "
      "NULL, PRIMARY KEY (table_name, row_key)) WITHOUT ROWID",
      "CREATE TABLE IF NOT EXISTS parcelveil_dirty (table_name TEXT NOT NULL, "
      "row_key NOT NULL, PRIMARY KEY (table_name, row_key)) WITHOUT ROWID",
      "CREATE TABLE IF NOT EXISTS parcelveil_sealed (table_name TEXT NOT NULL, "
      "row_key NOT NULL, batch INTEGER NOT NULL, PRIMARY KEY (table_name, "
      "row_key)) WITHOUT ROWID"};
}

std::string SqliteText::AddColumn(const std::string& column) const {
  return absl::StrCat("ALTER TABLE ", table(), " ADD COLUMN ", Quote(column),
                      " BLOB");
}

std::vector<std::string> SqliteText::CreateIndexes() const {
  std::vector<std::string> statements;
  for (const auto& column : map_.columns) {
    for (const auto& index : column.indexes) {
      statements.push_back(
          absl::StrCat("CREATE INDEX IF NOT EXISTS ",
                       Quote(absl::StrCat(map_.table, "_", index.column)),
                       " ON ", table(), " (", Quote(index.column), ")"));
    }
  }
  return statements;
}

std::string SqliteText::TriggerName(const char* event) const {
  return absl::StrCat("parcelveil_", map_.table, "_", event);
}

bool SqliteText::IsOurTrigger(std::string_view name) const {
  return name == TriggerName("insert") || name == TriggerName("update") ||
         name == TriggerName("delete");
}

std::string SqliteText::MarkDirty() const {
  return absl::StrCat("INSERT OR IGNORE INTO parcelveil_dirty VALUES (",
                      QuoteText(map_.table), ", NEW.", Quote(map_.record_id),
                      ")");
}

std::string SqliteText::UpdateCondition() const {
  const auto differs = [](const std::string& column) {
    return absl::StrCat("NEW.", Quote(column), " IS NOT OLD.", Quote(column));
  };
  const auto same = [](const std::string& column) {
    return absl::StrCat("NEW.", Quote(column), " IS OLD.", Quote(column));
  };
  std::vector<std::string> texts, sealed, other;
  for (const auto& column : map_.columns) {
    texts.push_back(absl::StrCat("(", differs(column.name), " AND ",
                                 same(column.sealed_column), ")"));
    sealed.push_back(same(column.sealed_column));
  }
  for (const auto* column : {&map_.epoch_from, &map_.scope, &map_.version}) {
    if (!column->empty()) other.push_back(differs(*column));
  }
  return absl::StrCat(absl::StrJoin(texts, " OR "), " OR ((",
                      absl::StrJoin(other, " OR "), ") AND ",
                      absl::StrJoin(sealed, " AND "), ")");
}

std::vector<std::string> SqliteText::CreateTriggers() const {
  std::vector<std::string> watched, cleared;
  for (const auto& column : map_.columns) {
    const std::string name = Quote(column.name);
    const std::string sealed = Quote(column.sealed_column);
    watched.push_back(name);
    // A text that was cleared takes its sealed field along, so that a sealed
    // field without a text is one that never had any.
    cleared.push_back(absl::StrCat(sealed, " = CASE WHEN NEW.", name,
                                   " IS NULL AND OLD.", name,
                                   " IS NOT NULL AND NEW.", sealed, " IS OLD.",
                                   sealed, " THEN NULL ELSE ", sealed, " END"));
  }
  for (const auto* column : {&map_.epoch_from, &map_.scope, &map_.version}) {
    if (!column->empty()) watched.push_back(Quote(*column));
  }
  const std::string key = Quote(map_.record_id);
  // Who writes a text and its sealed field together is left alone.
  return {
      absl::StrCat("CREATE TRIGGER IF NOT EXISTS ",
                   Quote(TriggerName("insert")), " AFTER INSERT ON ", table(),
                   " WHEN ", LacksField(map_, "NEW."), " BEGIN ", MarkDirty(),
                   "; END"),
      absl::StrCat("CREATE TRIGGER IF NOT EXISTS ",
                   Quote(TriggerName("update")), " AFTER UPDATE OF ",
                   absl::StrJoin(watched, ", "), " ON ", table(), " WHEN ",
                   UpdateCondition(), " BEGIN ", MarkDirty(), "; UPDATE ",
                   table(), " SET ", absl::StrJoin(cleared, ", "), " WHERE ",
                   key, " = NEW.", key, "; END"),
      absl::StrCat("CREATE TRIGGER IF NOT EXISTS ",
                   Quote(TriggerName("delete")), " AFTER DELETE ON ", table(),
                   " BEGIN DELETE FROM parcelveil_dirty WHERE table_name = ",
                   QuoteText(map_.table), " AND row_key = OLD.", key,
                   "; DELETE FROM parcelveil_unsealed WHERE table_name = ",
                   QuoteText(map_.table), " AND row_key = OLD.", key, "; END")};
}

std::string SqliteText::MarkOldRows() const {
  return absl::StrCat(
      "INSERT OR IGNORE INTO parcelveil_dirty SELECT table_name, row_key FROM "
      "parcelveil_unsealed",
      OfTable(),
      " AND reason = ", QuoteText(UnsealedReasonName(UnsealedReason::kTooOld)));
}

std::vector<std::string> SqliteText::DropTriggers() const {
  std::vector<std::string> statements;
  for (const char* event : {"insert", "update", "delete"}) {
    statements.push_back(
        absl::StrCat("DROP TRIGGER IF EXISTS ", Quote(TriggerName(event))));
  }
  return statements;
}

std::string SqliteText::DropColumn(const std::string& column) const {
  return absl::StrCat("ALTER TABLE ", table(), " DROP COLUMN ", Quote(column));
}

std::string SqliteText::SelectList(
    const std::vector<std::string>& missing) const {
  std::vector<std::string> columns = {Quote(map_.record_id),
                                      Quote(map_.epoch_from)};
  for (const auto* column : {&map_.scope, &map_.version}) {
    columns.push_back(column->empty() ? "NULL" : Quote(*column));
  }
  for (const auto& column : map_.columns) columns.push_back(Quote(column.name));
  for (const auto& column : AddedColumns(map_)) {
    const bool is_missing =
        std::find(missing.begin(), missing.end(), column) != missing.end();
    columns.push_back(is_missing ? "NULL" : Quote(column));
  }
  return absl::StrJoin(columns, ", ");
}

std::string SqliteText::After(bool after_key) const {
  const std::string key = Quote(map_.record_id);
  return absl::StrCat(" FROM ", table(), after_key ? " WHERE " : "",
                      after_key ? key + " > ?" : "", " ORDER BY ", key,
                      " LIMIT ?");
}

std::string SqliteText::SelectRows(bool after_key) const {
  return absl::StrCat("SELECT ", SelectList({}), After(after_key));
}

std::string SqliteText::SelectRowsWithout(
    const std::vector<std::string>& missing) const {
  return absl::StrCat("SELECT ", SelectList(missing), " FROM ", table());
}

std::string SqliteText::SelectRow() const {
  return absl::StrCat("SELECT ", SelectList({}), " FROM ", table(), " WHERE ",
                      Quote(map_.record_id), " = ?");
}

std::string SqliteText::SelectDates() const {
  const std::string must = absl::StrCat(
      "(", LacksField(map_, ""), " OR ", Quote(map_.record_id),
      " IN (SELECT row_key FROM parcelveil_dirty", OfTable(), "))");
  return absl::StrCat("SELECT ", Quote(map_.epoch_from), ", ", must, " FROM ",
                      table(), " WHERE ", must, " OR ", LacksAny(map_, ""));
}

std::string SqliteText::UpdateRow() const {
  const std::string assignments = absl::StrJoin(
      AddedColumns(map_), ", ", [](std::string* out, const auto& column) {
        absl::StrAppend(out, Quote(column), " = ?");
      });
  return absl::StrCat("UPDATE ", table(), " SET ", assignments, " WHERE ",
                      Quote(map_.record_id), " = ?");
}

std::string SqliteText::CountRows(bool after_key) const {
  return absl::StrCat(
      "SELECT COUNT(*) FROM ", table(),
      after_key ? " WHERE " + Quote(map_.record_id) + " > ?" : "");
}

std::string SqliteText::SelectSealedSince() const {
  return absl::StrCat("SELECT ", SelectList({}), " FROM ", table(), " WHERE ",
                      Quote(map_.record_id),
                      " IN (SELECT row_key FROM parcelveil_sealed", OfTable(),
                      ")");
}

std::string SqliteText::CountUnsealed() const {
  return absl::StrCat("SELECT COUNT(*) FROM ", table(), " WHERE ",
                      LacksField(map_, ""));
}

}  // namespace parcelveil::migrate
