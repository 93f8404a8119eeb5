// SPDX-License-Identifier: Apache-2.0

#include <sqlite3.h>

#include "parcelveil/sqlite.h"
#include "src/base/status.h"
#include "src/store/sqlite/sqlite_error.h"

namespace parcelveil {
namespace {

constexpr int kBusyTimeoutMs = 5000;

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(
    const std::string& path, Access access) {
  const std::string what = "open database \"" + path + "\"";
  const int flags = access == Access::kReadOnly ? SQLITE_OPEN_READONLY
                                                : SQLITE_OPEN_READWRITE;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  std::unique_ptr<SqliteDatabase> db(new SqliteDatabase(raw));
  if (code != SQLITE_OK) return SqliteError(code, raw, what);
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  // Before the first look, so that a database in WAL mode never shares memory.
  if (access == Access::kExclusive) {
    PARCELVEIL_RETURN_IF_ERROR(
        db->Execute("PRAGMA locking_mode = EXCLUSIVE", what));
  }
  // Opening reads nothing yet: a first look tells a database from other files.
  // Sorting never spills values into temporary files.
  PARCELVEIL_RETURN_IF_ERROR(
      db->Execute("PRAGMA temp_store = MEMORY; PRAGMA schema_version", what));
  return db;
}

SqliteDatabase::~SqliteDatabase() { sqlite3_close(db_); }

absl::StatusOr<SqliteStatement> SqliteDatabase::Prepare(
    const std::string& sql, const std::string& what) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(
      db_, sql.c_str(), static_cast<int>(sql.size() + 1), &statement, nullptr);
  if (code != SQLITE_OK) return SqliteError(code, db_, what);
  return SqliteStatement(statement, what);
}

absl::Status SqliteDatabase::Execute(const std::string& sql,
                                     const std::string& what) {
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : SqliteError(code, db_, what);
}

int64_t SqliteDatabase::Changes() const { return sqlite3_changes64(db_); }

absl::StatusOr<std::unique_ptr<SqliteTransaction>> SqliteTransaction::Begin(
    SqliteDatabase* db, Kind kind) {
  const char* sql = kind == Kind::kRead    ? "BEGIN"
                    : kind == Kind::kWrite ? "BEGIN IMMEDIATE"
                                           : "BEGIN EXCLUSIVE";
  PARCELVEIL_RETURN_IF_ERROR(db->Execute(sql, "begin transaction"));
  return std::unique_ptr<SqliteTransaction>(new SqliteTransaction(db));
}

SqliteTransaction::~SqliteTransaction() {
  // Fails only where SQLite has rolled back by itself.
  if (db_ != nullptr) db_->Execute("ROLLBACK", "roll back").IgnoreError();
}

absl::Status SqliteTransaction::Commit() {
  PARCELVEIL_RETURN_IF_ERROR(db_->Execute("COMMIT", "commit transaction"));
  db_ = nullptr;
  return absl::OkStatus();
}

}  // namespace parcelveil
