// SPDX-License-Identifier: Apache-2.0
// SQLite: a thin adapter, enough to wrap a table and to list it.
//
// Errors name the file or the SQL object, never a value. Target
// parcelveil::sqlite.

#ifndef PARCELVEIL_SQLITE_H_
#define PARCELVEIL_SQLITE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;
struct sqlite3_stmt;

namespace parcelveil {

// One value as SQLite holds it. Values copy.
struct SqliteValue {
  enum class Type : uint8_t { kNull, kInteger, kReal, kText, kBlob };

  Type type = Type::kNull;
  int64_t integer = 0;
  double real = 0;
  std::string bytes;  // of text or blob

  bool is_null() const { return type == Type::kNull; }
  // The value as text: an integer in decimal, bytes as they are.
  std::string ToText() const;
};

// A prepared statement. Columns and parameters count from 0.
// Thread-safety: none. Ownership: must die before its database.
class SqliteStatement {
 public:
  SqliteStatement(SqliteStatement&& other) noexcept;
  SqliteStatement& operator=(SqliteStatement&& other) = delete;
  ~SqliteStatement();

  // Bound bytes are borrowed until the next Reset; text that was bound reads
  // as SQL text, a blob as a blob.
  void BindNull(int parameter);
  void BindInt(int parameter, int64_t value);
  void BindText(int parameter, std::string_view text);
  void BindBlob(int parameter, std::string_view bytes);
  void BindValue(int parameter, const SqliteValue& value);

  // Returns true where a row is ready, false at the end.
  // Errors: kUnavailable: somebody else holds the database; kDataLoss: the
  // file is damaged; kResourceExhausted: the disk is full; kAlreadyExists: a
  // constraint refused it; kPermissionDenied: the file cannot be written.
  absl::StatusOr<bool> Step();
  // Steps a statement that gives no rows, and resets it. Errors: as Step.
  absl::Status Run();
  // Ready to be bound and stepped again.
  void Reset();

  int NumColumns() const;
  bool IsNull(int column) const;
  int64_t Int(int column) const;
  // Text or blob of the current row, until the next Step or Reset.
  std::string_view Bytes(int column) const;
  SqliteValue Value(int column) const;

 private:
  friend class SqliteDatabase;
  SqliteStatement(sqlite3_stmt* statement, std::string what);

  sqlite3_stmt* statement_;
  std::string what_;
};

// One connection.
// Thread-safety: none: one thread at a time.
class SqliteDatabase {
 public:
  enum class Access : uint8_t {
    kReadOnly,
    kReadWrite,
    kExclusive,  // writes, and no other connection may so much as read
  };

  // Opens a file that is there.
  // Errors: kNotFound; kPermissionDenied; kDataLoss: not a database;
  // kUnavailable: somebody else has it open, where access is exclusive.
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> Open(
      const std::string& path, Access access);
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;
  ~SqliteDatabase();

  // `what` names the thing in errors: `table "waybill"`.
  absl::StatusOr<SqliteStatement> Prepare(const std::string& sql,
                                          const std::string& what);
  // Runs statements that give no rows. Errors: as SqliteStatement::Step.
  absl::Status Execute(const std::string& sql, const std::string& what);
  // Rows that the last statement changed.
  int64_t Changes() const;

 private:
  explicit SqliteDatabase(sqlite3* db) : db_(db) {}

  sqlite3* db_;
};

// A transaction that is undone unless it was committed.
class SqliteTransaction {
 public:
  enum class Kind : uint8_t {
    kRead,       // one unchanging state of the database
    kWrite,      // takes the write lock at once
    kExclusive,  // nobody else reads either, except in WAL mode
  };

  // Errors: as SqliteStatement::Step.
  static absl::StatusOr<std::unique_ptr<SqliteTransaction>> Begin(
      SqliteDatabase* db, Kind kind);
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;
  ~SqliteTransaction();

  absl::Status Commit();

 private:
  explicit SqliteTransaction(SqliteDatabase* db) : db_(db) {}

  SqliteDatabase* db_;  // null once committed
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SQLITE_H_
