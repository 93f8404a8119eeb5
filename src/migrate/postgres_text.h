// SPDX-License-Identifier: Apache-2.0
// The SQL that wrapping a table needs, in PostgreSQL's dialect. Text only: what
// runs when is said elsewhere. Values never stand in it; they are bound.

#ifndef PARCELVEIL_SRC_MIGRATE_POSTGRES_TEXT_H_
#define PARCELVEIL_SRC_MIGRATE_POSTGRES_TEXT_H_

#include <string>
#include <vector>

#include "parcelveil/table_map.h"
#include "src/migrate/postgres_table.h"

namespace parcelveil::migrate {

// What a mark in parcelveil_dirty says of its row. A row may have one of each.
// On disk: never renumber.
enum class Mark : int {
  kToSeal = 0,     // by a trigger: written since it was looked at
  kSealed = 1,     // sealed by a run after the table was filled: not verified
  kVerifying = 2,  // as kSealed, and a verify is under way
  kMissed = 3,     // by a run, which found it changed or locked
};
// The marks of rows that are to be sealed, as SQL.
inline constexpr char kMarksToSeal[] = "0, 3";

class PostgresText {
 public:
  // Where the columns of SelectRows stand. After kTexts: the plaintext columns,
  // the added ones, then the row's version (xmin), whether it is listed, and
  // whether it is marked kToSeal.
  enum Column { kKey = 0, kDate = 1, kScope = 2, kVersion = 3, kTexts = 4 };

  PostgresText(const TableMap& map, const PostgresTable& table)
      : map_(map), table_(table) {}

  // Run: our tables, the columns, what marks rows that are written.
  std::vector<std::string> CreateStateTables() const;
  std::string AddColumns(const std::vector<std::string>& columns) const;
  std::vector<std::string> CreateTriggers() const;

  // Finish and undo.
  std::vector<std::string> DropTriggers() const;
  std::string DropColumns(const std::vector<std::string>& columns) const;
  // Ours, for this table.
  std::vector<std::string> ForgetTable() const;

  // Rows in key order; `with_state`: and whether each is listed, and whether it
  // is marked to be sealed. Parameters: after this key, up to that one (either
  // may be NULL), how many. NULL stands for the columns that are not there yet.
  std::string SelectRows(const std::vector<std::string>& missing,
                         bool with_state) const;
  // All rows, as SelectRows gives them; before our tables are there.
  std::string SurveyRows(const std::vector<std::string>& missing) const;
  // The marked rows with the marks' own versions after the columns of
  // SelectRows, by key; without a row: only the mark's key. Parameter: how
  // many.
  std::string SelectMarked() const;
  // One row, as SelectRows gives it, which is locked then. Parameter: its key.
  std::string LockRow() const;
  // The rows marked kSealed or kVerifying.
  std::string SelectSealedSince() const;
  // The dates of rows that may need keys; and whether they do though no role
  // may read them.
  std::string SelectDates() const;
  // Parameters: keys, versions, whether a row is written in part only, then the
  // added columns, an array each. Writes those rows that are still of their
  // version, takes the marks off of those written in full, and marks the
  // others. `mark_sealed`: those that were written get another mark.
  std::string WriteRows(bool mark_sealed) const;
  // As WriteRows, where each row is of its version; else it writes fewer.
  std::string WriteUnchanged() const;
  // Takes marks and entries of the list off. Parameter: keys.
  std::string Unmark() const;
  std::string Unlist() const;
  // Notes a row that was sealed after the table was filled; parameter: its key.
  std::string NoteSealed() const;
  // Before a verify that may count, and after it.
  std::string BeginVerifying() const;
  std::string EndVerifying() const;
  // Marks the rows that are listed as too old.
  std::string MarkOldRows() const;
  // Parameters: keys, versions, columns at fault, reasons.
  std::string ListRows() const;
  // Takes marks off that have no row. Parameters: keys, versions of the marks.
  std::string DropMarks() const;
  // Takes rows off the list that are gone.
  std::string PruneListed() const;
  // The keys of rows that nobody else has locked, which are then locked by us.
  // Parameter: keys.
  std::string LockRows() const;
  // Two numbers: all rows, and those with a text that is not sealed.
  std::string CountRows() const;
  // The key of the n-th row after a key. Parameters: key (may be NULL), n.
  std::string SelectBound() const;

  std::string table() const { return table_.parts[0].sql; }
  // One of our tables, beside the table.
  std::string Ours(const char* name) const;
  std::string MarkFunction() const;
  // ` WHERE table_name = '...'`.
  std::string OfTable() const;
  std::string key_type() const { return table_.At(map_.record_id).type; }

 private:
  enum class With { kRow, kVersion, kState };
  std::string SelectList(const std::vector<std::string>& missing,
                         With with) const;
  std::string Key(const char* row) const;
  std::string UpdateCondition() const;
  std::string ClearCondition() const;
  std::string MarkMissed(const std::string& done) const;
  // `batch`, with the rows' keys, versions and added columns; and what writes
  // them.
  std::string Batch() const;
  std::string WriteBatch() const;

  const TableMap& map_;
  const PostgresTable& table_;
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_POSTGRES_TEXT_H_
