// SPDX-License-Identifier: Apache-2.0
// WrappedTable: a table whose fields are sealed, used where it is: its masked
// rows listed and found, its keys counted and renewed. The commands `list`,
// `find`, `wrap reseal` and `wrap prune` are this. Target parcelveil::migrate.

#ifndef PARCELVEIL_WRAPPED_TABLE_H_
#define PARCELVEIL_WRAPPED_TABLE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "parcelveil/field.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/schema.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/table_map.h"
#include "parcelveil/view.h"

namespace parcelveil {

// A row as it may be shown: no full value.
struct MaskedRow {
  std::string key;  // as the table holds it
  // Of the map's views, in its order; not OK where one does not open: expired,
  // foreign, damaged. One that shows nothing where nothing is sealed.
  std::vector<absl::StatusOr<View>> views;
  std::vector<std::string> shown;  // of the map's `show` columns
};

struct ListRows {
  struct Condition {
    std::string column;  // not a sealed one
    std::string value;
  };
  std::vector<Condition> where;
  int64_t limit = 50;
};

struct FindRows {
  // Normalised first: "+86 138 1234 1234" finds 13812341234. For kLast4 a whole
  // number, or its last four digits. Borrowed.
  std::string_view text;
  IndexRule by = IndexRule::kPhone;
  // The outlet, where the index is kept by outlet; else only its rows.
  std::optional<Scope> scope = std::nullopt;
  // Since when they were sealed.
  absl::Duration back = absl::Hours(24) * 366;
  size_t limit = 20;
};
struct FoundMaskedRows {
  std::vector<MaskedRow> rows;  // the newest days first
  int64_t num_matches = 0;      // rows, of which `limit` are given
  int64_t num_closed = 0;       // candidates that do not open
};

// Rows by the keys that they need.
struct KeyCounts {
  struct Key {
    Epoch day;
    uint8_t gen;
    std::string column;  // whose slot the key is of
    bool operator<(const Key& other) const {
      return std::tie(day, gen, column) <
             std::tie(other.day, other.gen, other.column);
    }
  };
  std::map<Epoch, int64_t> rows_of_day;
  std::map<std::pair<Epoch, Scope>, int64_t> rows_of_outlet;
  std::map<Key, int64_t> rows_of_key;
};

struct ResealOptions {
  // One day's keys of one generation, of whatever slot.
  struct FromKey {
    absl::CivilDay day;
    uint8_t gen;
  };
  // Only rows with something sealed under this key; else all rows that are not
  // under the newest keys of their day, or not in their outlet.
  std::optional<FromKey> from_key;
  // Only rows whose views are not what the schema and the map now say.
  bool views = false;
  SealerOptions sealer;  // the hot values that rows were sealed with
  int64_t batch_rows = 500;
  // Set by a signal handler: it ends after the batch. May be null.
  const std::atomic<bool>* stop = nullptr;
  // May be empty.
  std::function<void(int64_t done, int64_t total)> progress;
  // As RunOptions::make_keys, for past days whose keys no longer seal.
  std::function<absl::Status(absl::CivilDay since)> make_keys;
};
struct ResealResult {
  struct Closed {
    std::string row_key;
    std::string reason;  // a name of the design's
  };

  int64_t num_resealed = 0;    // within their day
  int64_t num_moved = 0;       // to their outlet, and to today
  int64_t num_signed_off = 0;  // of another outlet, but not moved any more
  int64_t num_keyless = 0;     // no key of their day seals
  std::optional<absl::CivilDay> first_keyless;
  int64_t num_closed = 0;      // they do not open: left as they are
  std::vector<Closed> closed;  // the first few
  bool was_stopped = false;
};

namespace migrate {
class TableDatabase;
}  // namespace migrate

// Thread-safety: none; other processes may use the table meanwhile.
// Ownership: borrows the database, which must outlive it.
class WrappedTable {
 public:
  static constexpr size_t kMaxRowsFound = 20;  // what `find` ever shows

  // Errors: kInvalidArgument: no such table, or it lacks a column of the map;
  // kFailedPrecondition WRONG_STATE where it is not wrapped yet.
  static absl::StatusOr<std::unique_ptr<WrappedTable>> Open(
      SqliteDatabase* db, const TableMap& map);
  // `address` as PostgresConnection::Open takes it. Errors: as above;
  // those of PostgresConnection::Open; kUnimplemented in a build without
  // PostgreSQL.
  static absl::StatusOr<std::unique_ptr<WrappedTable>> OpenPostgres(
      const std::string& address, const TableMap& map);
  ~WrappedTable();

  // Whether the table has the column, or had it before it was wrapped.
  bool HasColumn(const std::string& column) const;

  // Masked rows, the newest first. `keyring` is of a role that opens views.
  // Errors: kPermissionDenied for a condition on a sealed column; MALFORMED for
  // one on a column that is not there, or a map without views.
  absl::StatusOr<std::vector<MaskedRow>> List(const Keyring& keyring,
                                              const ListRows& list);

  // Masked rows that hold a number, in whichever column of the map has such an
  // index: candidates are opened inside, and only true matches come out.
  // `keyring` is of a role that opens those columns, or, by the last four
  // digits, views that show them.
  // Errors: MALFORMED: as Finder::Values, or the map has no such index; a limit
  // over kMaxRowsFound; others as Finder::Values.
  absl::StatusOr<FoundMaskedRows> Find(const Keyring& keyring,
                                       const FindRows& find);

  // Errors: MALFORMED where a sealed column holds something else.
  absl::StatusOr<KeyCounts> CountKeys();

  // Seals rows anew, each with its views and index values in one update, a
  // batch a transaction: killed in between, it goes on when called again.
  // Rows keep their day, so that retention does not start anew; rows whose
  // scope column names another outlet move there, to today, unless they are
  // signed off. `keyring` is of a role that opens full values: GATE.
  // Errors: kUnavailable: a verify is under way; those of Sealer::Create and
  // the database. What does not open is counted, and left as it is.
  absl::StatusOr<ResealResult> Reseal(const Keyring& keyring,
                                      const ResealOptions& options);

  // Sets what was sealed on `days` to NULL, for days whose keys were destroyed.
  // Returns how many rows. It cannot be undone.
  // Errors: WRONG_STATE while the plaintext is still there.
  absl::StatusOr<int64_t> Prune(absl::Span<const Epoch> days);

 private:
  WrappedTable(TableMap map, std::unique_ptr<migrate::TableDatabase> db);
  static absl::StatusOr<std::unique_ptr<WrappedTable>> Create(
      const TableMap& map, std::unique_ptr<migrate::TableDatabase> db);

  const TableMap map_;
  const std::unique_ptr<migrate::TableDatabase> db_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_WRAPPED_TABLE_H_
