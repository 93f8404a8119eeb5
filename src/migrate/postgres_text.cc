// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/postgres_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parcelveil/migrate.h"
#include "src/migrate/sql_name.h"

namespace parcelveil::migrate {
namespace {

std::string State(Mark mark) { return std::to_string(static_cast<int>(mark)); }

}  // namespace

std::string PostgresText::Ours(const char* name) const {
  return absl::StrCat(Quote(table_.schema), ".", name);
}

std::string PostgresText::OfTable() const {
  return absl::StrCat(" WHERE table_name = ", QuoteText(table_.name));
}

std::string PostgresText::Key(const char* row) const {
  return absl::StrCat(row, Quote(map_.record_id));
}

std::vector<std::string> PostgresText::CreateStateTables() const {
  return {
      absl::StrCat("CREATE TABLE IF NOT EXISTS ", Ours("parcelveil_wrap"),
                   " (table_name text PRIMARY KEY, map text NOT NULL, phase "
                   "text NOT NULL, frontier text, at_end boolean NOT NULL "
                   "DEFAULT false, num_ranges bigint NOT NULL DEFAULT 0, "
                   "verified timestamptz)"),
      absl::StrCat("CREATE TABLE IF NOT EXISTS ", Ours("parcelveil_range"),
                   " (table_name text, range_no bigint, after_key text, "
                   "last_key text, PRIMARY KEY (table_name, range_no))"),
      absl::StrCat("CREATE TABLE IF NOT EXISTS ", Ours("parcelveil_unsealed"),
                   " (table_name text, row_key text, column_name text NOT "
                   "NULL, reason text NOT NULL, PRIMARY KEY (table_name, "
                   "row_key))"),
      absl::StrCat("CREATE TABLE IF NOT EXISTS ", Ours("parcelveil_dirty"),
                   " (table_name text, row_key text, state smallint, PRIMARY "
                   "KEY (table_name, row_key, state))")};
}

std::string PostgresText::AddColumns(
    const std::vector<std::string>& columns) const {
  return absl::StrCat(
      "ALTER TABLE ", table(), " ",
      absl::StrJoin(columns, ", ", [](std::string* out, const auto& column) {
        absl::StrAppend(out, "ADD COLUMN ", Quote(column), " bytea");
      }));
}

std::string PostgresText::DropColumns(
    const std::vector<std::string>& columns) const {
  return absl::StrCat(
      "ALTER TABLE ", table(), " ",
      absl::StrJoin(columns, ", ", [](std::string* out, const auto& column) {
        absl::StrAppend(out, "DROP COLUMN IF EXISTS ", Quote(column));
      }));
}

std::vector<std::string> PostgresText::ForgetTable() const {
  std::vector<std::string> statements;
  for (const char* name :
       {"parcelveil_dirty", "parcelveil_unsealed", "parcelveil_range"}) {
    statements.push_back(absl::StrCat("DELETE FROM ", Ours(name), OfTable()));
  }
  return statements;
}

std::string PostgresText::SelectList(const std::vector<std::string>& missing,
                                     With with) const {
  std::vector<std::string> columns = {
      Key("t.") + "::text", absl::StrCat("t.", Quote(map_.epoch_from))};
  for (const auto* column : {&map_.scope, &map_.version}) {
    columns.push_back(column->empty() ? "NULL" : "t." + Quote(*column));
  }
  for (const auto& column : map_.columns) {
    columns.push_back("t." + Quote(column.name) + "::text");
  }
  for (const auto& column : AddedColumns(map_)) {
    const bool is_missing =
        std::find(missing.begin(), missing.end(), column) != missing.end();
    columns.push_back(is_missing ? "NULL" : "t." + Quote(column));
  }
  if (with != With::kRow) columns.push_back("t.xmin::text");
  if (with == With::kState) {
    const std::string of_row =
        absl::StrCat(OfTable(), " AND row_key = ", Key("t."), "::text");
    columns.push_back(absl::StrCat("EXISTS (SELECT FROM ",
                                   Ours("parcelveil_unsealed"), of_row, ")"));
    columns.push_back(absl::StrCat("EXISTS (SELECT FROM ",
                                   Ours("parcelveil_dirty"), of_row,
                                   " AND state IN (", kMarksToSeal, "))"));
  }
  return absl::StrJoin(columns, ", ");
}

std::string PostgresText::SelectRows(const std::vector<std::string>& missing,
                                     bool with_state) const {
  const std::string type = key_type();
  return absl::StrCat(
      "SELECT ",
      SelectList(missing, with_state ? With::kState : With::kVersion), " FROM ",
      table(), " t WHERE ($1::", type, " IS NULL OR ", Key("t."),
      " > $1::", type, ") AND ($2::", type, " IS NULL OR ", Key("t."),
      " <= $2::", type, ") ORDER BY ", Key("t."), " LIMIT $3");
}

std::string PostgresText::SurveyRows(
    const std::vector<std::string>& missing) const {
  return absl::StrCat("SELECT ", SelectList(missing, With::kRow), " FROM ",
                      table(), " t");
}

std::string PostgresText::SelectMarked() const {
  return absl::StrCat("SELECT ", SelectList({}, With::kVersion),
                      ", d.row_key, d.xmin::text FROM ",
                      Ours("parcelveil_dirty"), " d LEFT JOIN ", table(),
                      " t ON ", Key("t."), " = d.row_key::", key_type(),
                      " WHERE d.table_name = ", QuoteText(table_.name),
                      " AND d.state IN (", kMarksToSeal,
                      ") ORDER BY d.row_key LIMIT $1");
}

std::string PostgresText::LockRow() const {
  return absl::StrCat("SELECT ", SelectList({}, With::kVersion), " FROM ",
                      table(), " t WHERE ", Key("t."), " = $1::", key_type(),
                      " FOR NO KEY UPDATE OF t");
}

std::string PostgresText::SelectSealedSince() const {
  return absl::StrCat("SELECT ", SelectList({}, With::kVersion), " FROM ",
                      Ours("parcelveil_dirty"), " d JOIN ", table(), " t ON ",
                      Key("t."), " = d.row_key::", key_type(),
                      " WHERE d.table_name = ", QuoteText(table_.name),
                      " AND d.state IN (", State(Mark::kSealed), ", ",
                      State(Mark::kVerifying), ")");
}

std::string PostgresText::SelectDates() const {
  const std::string must = absl::StrCat(
      "(", LacksField(map_, "t."), " OR EXISTS (SELECT FROM ",
      Ours("parcelveil_dirty"), OfTable(), " AND row_key = ", Key("t."),
      "::text AND state IN (", kMarksToSeal, ")))");
  return absl::StrCat("SELECT t.", Quote(map_.epoch_from), ", ", must, " FROM ",
                      table(), " t WHERE ", must, " OR ", LacksAny(map_, "t."));
}

// Not by the trigger's mark: whoever holds the row locked may have set that
// one, and take it back.
std::string PostgresText::MarkMissed(const std::string& done) const {
  return absl::StrCat(
      " INSERT INTO ", Ours("parcelveil_dirty"),
      " (table_name, row_key, state) SELECT ", QuoteText(table_.name),
      ", k::text, ", State(Mark::kMissed), " FROM (SELECT k FROM batch EXCEPT ",
      "SELECT k FROM ", done,
      ") missed ON CONFLICT (table_name, row_key, state) DO UPDATE SET state = "
      "EXCLUDED.state");
}

std::string PostgresText::BeginVerifying() const {
  const std::string dirty = Ours("parcelveil_dirty");
  const std::string sealed =
      absl::StrCat(OfTable(), " AND state = ", State(Mark::kSealed));
  return absl::StrCat("WITH sealed AS (DELETE FROM ", dirty, sealed,
                      " RETURNING table_name, row_key) INSERT INTO ", dirty,
                      " SELECT table_name, row_key, ", State(Mark::kVerifying),
                      " FROM sealed ON CONFLICT DO NOTHING");
}

std::string PostgresText::NoteSealed() const {
  return absl::StrCat("INSERT INTO ", Ours("parcelveil_dirty"), " VALUES (",
                      QuoteText(table_.name), ", $1::text, ",
                      State(Mark::kSealed), ") ON CONFLICT DO NOTHING");
}

std::string PostgresText::EndVerifying() const {
  return absl::StrCat("DELETE FROM ", Ours("parcelveil_dirty"), OfTable(),
                      " AND state = ", State(Mark::kVerifying));
}

std::string PostgresText::Batch() const {
  const size_t num_added = AddedColumns(map_).size();
  std::string arrays, names;
  for (size_t i = 0; i < num_added; ++i) {
    absl::StrAppend(&arrays, ", $", i + 4, "::bytea[]");
    absl::StrAppend(&names, ", c", i);
  }
  return absl::StrCat("unnest($1::", key_type(),
                      "[], $2::xid[], "
                      "$3::boolean[]",
                      arrays, ") AS b(k, x, p", names, ")");
}

// A row that somebody changed since it was read has another version: what was
// sealed of it is out of date. While this statement is under way, whoever
// changes a row that it wrote waits for it, and marks the row after it.
std::string PostgresText::WriteBatch() const {
  const std::vector<std::string> added = AddedColumns(map_);
  std::string assignments;
  for (size_t i = 0; i < added.size(); ++i) {
    absl::StrAppend(&assignments, i == 0 ? "" : ", ", Quote(added[i]), " = b.c",
                    i);
  }
  return absl::StrCat("UPDATE ", table(), " t SET ", assignments, " FROM ");
}

std::string PostgresText::WriteUnchanged() const {
  return absl::StrCat(WriteBatch(), Batch(), " WHERE ", Key("t."),
                      " = b.k AND t.xmin = b.x");
}

std::string PostgresText::Unmark() const {
  const std::string dirty = Ours("parcelveil_dirty");
  return absl::StrCat("DELETE FROM ", dirty, OfTable(),
                      " AND EXISTS (SELECT FROM ", dirty, OfTable(),
                      ") AND state IN (", kMarksToSeal,
                      ") AND row_key = ANY ($1::text[])");
}

std::string PostgresText::Unlist() const {
  const std::string unsealed = Ours("parcelveil_unsealed");
  return absl::StrCat("DELETE FROM ", unsealed, OfTable(),
                      " AND EXISTS (SELECT FROM ", unsealed, OfTable(),
                      ") AND row_key = ANY ($1::text[])");
}

std::string PostgresText::WriteRows(bool mark_sealed) const {
  const auto if_any = [this](const char* ours) {
    return absl::StrCat(" WHERE EXISTS (SELECT FROM ", Ours(ours), OfTable(),
                        ") AND o.table_name = ", QuoteText(table_.name),
                        " AND o.row_key = done.k::text");
  };
  const std::string dirty = Ours("parcelveil_dirty");
  return absl::StrCat(
      "WITH batch AS (SELECT * FROM ", Batch(), "), done AS (", WriteBatch(),
      "batch b WHERE ", Key("t."), " = b.k AND t.xmin = b.x RETURNING ",
      Key("t."), " AS k, b.p), unmarked AS (DELETE FROM ", dirty,
      " o USING done", if_any("parcelveil_dirty"),
      " AND NOT done.p AND o.state IN (", kMarksToSeal, ")), noted AS (",
      mark_sealed ? absl::StrCat("INSERT INTO ", dirty, " SELECT ",
                                 QuoteText(table_.name), ", k::text, ",
                                 State(Mark::kSealed),
                                 " FROM done ON CONFLICT DO NOTHING")
                  : "SELECT",
      "), unlisted AS (DELETE FROM ", Ours("parcelveil_unsealed"),
      " o USING done", if_any("parcelveil_unsealed"), ")", MarkMissed("done"));
}

std::string PostgresText::ListRows() const {
  return absl::StrCat(
      "WITH batch AS (SELECT * FROM unnest($1::", key_type(),
      "[], $2::xid[], $3::text[], $4::text[]) AS b(k, x, c, r)), done AS "
      "(SELECT b.k, b.c, b.r FROM ",
      table(), " t JOIN batch b ON ", Key("t."),
      " = b.k AND t.xmin = b.x FOR NO KEY UPDATE OF t), listed AS (INSERT "
      "INTO ",
      Ours("parcelveil_unsealed"),
      " (table_name, row_key, column_name, reason) SELECT ",
      QuoteText(table_.name),
      ", k::text, c, r FROM done ON CONFLICT (table_name, row_key) DO UPDATE "
      "SET column_name = EXCLUDED.column_name, reason = EXCLUDED.reason), "
      "unmarked AS (DELETE FROM ",
      Ours("parcelveil_dirty"),
      " o USING done WHERE o.table_name = ", QuoteText(table_.name),
      " AND o.row_key = done.k::text)", MarkMissed("done"));
}

std::string PostgresText::MarkOldRows() const {
  return absl::StrCat(
      "INSERT INTO ", Ours("parcelveil_dirty"), " SELECT table_name, row_key, ",
      State(Mark::kMissed), " FROM ", Ours("parcelveil_unsealed"), OfTable(),
      " AND reason = ", QuoteText(UnsealedReasonName(UnsealedReason::kTooOld)),
      " ON CONFLICT DO NOTHING");
}

std::string PostgresText::DropMarks() const {
  return absl::StrCat("DELETE FROM ", Ours("parcelveil_dirty"),
                      " d USING unnest($1::text[], $2::xid[]) AS m(k, x) WHERE "
                      "d.table_name = ",
                      QuoteText(table_.name),
                      " AND d.row_key = m.k AND d.xmin = m.x");
}

std::string PostgresText::PruneListed() const {
  return absl::StrCat("DELETE FROM ", Ours("parcelveil_unsealed"), " u",
                      OfTable(), " AND NOT EXISTS (SELECT FROM ", table(),
                      " t WHERE ", Key("t."), " = u.row_key::", key_type(),
                      ")");
}

std::string PostgresText::LockRows() const {
  return absl::StrCat("SELECT ", Key("t."), "::text FROM ", table(),
                      " t JOIN unnest($1::", key_type(), "[]) AS b(k) ON ",
                      Key("t."), " = b.k FOR NO KEY UPDATE OF t SKIP LOCKED");
}

std::string PostgresText::CountRows() const {
  return absl::StrCat("SELECT count(*), count(*) FILTER (WHERE ",
                      LacksField(map_, ""), ") FROM ", table());
}

std::string PostgresText::SelectBound() const {
  return absl::StrCat("SELECT ", Key("t."), "::text FROM ", table(),
                      " t WHERE ($1::", key_type(), " IS NULL OR ", Key("t."),
                      " > $1::", key_type(), ") ORDER BY ", Key("t."),
                      " OFFSET $2 LIMIT 1");
}

}  // namespace parcelveil::migrate
