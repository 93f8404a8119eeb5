// SPDX-License-Identifier: Apache-2.0
// The SQL that wrapping a table needs, in SQLite's dialect. Text only: what
// runs when is said elsewhere. Values never stand in it; they are bound.

#ifndef PARCELVEIL_SRC_MIGRATE_SQLITE_TEXT_H_
#define PARCELVEIL_SRC_MIGRATE_SQLITE_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

#include "parcelveil/table_map.h"
#include "src/migrate/sql_name.h"

namespace parcelveil::migrate {

class SqliteText {
 public:
  // Where the columns of SelectRows stand. After kTexts: the plaintext columns,
  // then the added ones.
  enum Column { kKey = 0, kDate = 1, kScope = 2, kVersion = 3, kTexts = 4 };

  explicit SqliteText(const TableMap& map) : map_(map) {}

  // Run: our tables, the columns, their indexes, the triggers.
  std::vector<std::string> CreateStateTables() const;
  std::string AddColumn(const std::string& column) const;
  std::vector<std::string> CreateIndexes() const;
  std::vector<std::string> CreateTriggers() const;

  // Marks the rows that are listed as too old.
  std::string MarkOldRows() const;

  // Finish and undo.
  std::vector<std::string> DropTriggers() const;
  std::string DropColumn(const std::string& column) const;

  // Rows in key order; parameters: [last key,] limit.
  std::string SelectRows(bool after_key) const;
  // All rows, in any order, with NULL for the columns that are not there yet.
  std::string SelectRowsWithout(const std::vector<std::string>& missing) const;
  // One row; parameter: its key.
  std::string SelectRow() const;
  // The dates of rows that may need keys; and whether they do though no role
  // may read them.
  std::string SelectDates() const;
  // Parameters: the added columns in order, then the key.
  std::string UpdateRow() const;
  // How many rows; with `after_key` those behind the bound key.
  std::string CountRows(bool after_key) const;

  // The rows that were sealed since the last verify.
  std::string SelectSealedSince() const;
  // How many rows hold a text without its sealed field.
  std::string CountUnsealed() const;

  bool IsOurTrigger(std::string_view name) const;
  std::string table() const { return Quote(map_.table); }
  // ` WHERE table_name = '...'`.
  std::string OfTable() const {
    return " WHERE table_name = " + QuoteText(map_.table);
  }

 private:
  std::string SelectList(const std::vector<std::string>& missing) const;
  std::string After(bool after_key) const;
  std::string TriggerName(const char* event) const;
  std::string MarkDirty() const;
  std::string UpdateCondition() const;

  const TableMap& map_;
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_SQLITE_TEXT_H_
