// SPDX-License-Identifier: Apache-2.0
#include "src/store/sqlite/gate_schema.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"

namespace parcelveil {
namespace {

// On disk: never change what a version means.
constexpr int64_t kApplication = 0x70766774;  // "pvgt"
constexpr int64_t kVersion = 1;

// Times are ms since 1970. Ids are 64 bits, those past 2^63 as negative
// numbers. Only request, hold, approval and coverage hold waybill numbers.
constexpr char kTables[] = R"sql(
CREATE TABLE leaf (idx INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE tile (
  level INTEGER NOT NULL, n INTEGER NOT NULL,
  data BLOB NOT NULL CHECK (length(data) = 8192),
  PRIMARY KEY (level, n)) STRICT;
CREATE TABLE note (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  size INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
CREATE TABLE nonce (
  device INTEGER NOT NULL, nonce BLOB NOT NULL CHECK (length(nonce) = 16),
  request_hash BLOB NOT NULL CHECK (length(request_hash) = 32),
  leaf_index INTEGER NOT NULL, time INTEGER NOT NULL,
  PRIMARY KEY (device, nonce)) STRICT, WITHOUT ROWID;
CREATE TABLE quota (
  subject_kind INTEGER NOT NULL, subject INTEGER NOT NULL,
  class INTEGER NOT NULL, window_s INTEGER NOT NULL, bucket INTEGER NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (subject_kind, subject, class, window_s, bucket))
  STRICT, WITHOUT ROWID;
CREATE TABLE charged (
  day INTEGER NOT NULL, subject_kind INTEGER NOT NULL,
  subject INTEGER NOT NULL, class INTEGER NOT NULL,
  record BLOB NOT NULL CHECK (length(record) = 16),
  PRIMARY KEY (day, subject_kind, subject, class, record))
  STRICT, WITHOUT ROWID;
CREATE TABLE device (
  device INTEGER PRIMARY KEY, principal INTEGER NOT NULL,
  key BLOB NOT NULL CHECK (length(key) = 32), expires INTEGER NOT NULL,
  revoked INTEGER NOT NULL) STRICT;
CREATE TABLE principal (
  principal INTEGER PRIMARY KEY, role INTEGER NOT NULL,
  outlet INTEGER NOT NULL, active INTEGER NOT NULL) STRICT;
CREATE TABLE hold (record_id BLOB PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE approval (
  subject BLOB NOT NULL, approver INTEGER NOT NULL, expires INTEGER NOT NULL,
  PRIMARY KEY (subject, approver)) STRICT, WITHOUT ROWID;
CREATE TABLE coverage (
  ticket BLOB NOT NULL, principal INTEGER NOT NULL, record_id BLOB NOT NULL,
  expires INTEGER NOT NULL,
  PRIMARY KEY (ticket, principal, record_id)) STRICT, WITHOUT ROWID;
CREATE TABLE dial_use (
  token_id BLOB PRIMARY KEY NOT NULL CHECK (length(token_id) = 16),
  uses INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE value (
  name TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE request (
  leaf_index INTEGER PRIMARY KEY, day INTEGER NOT NULL,
  bytes BLOB NOT NULL) STRICT;
CREATE INDEX request_day ON request (day);
)sql";

absl::StatusOr<int64_t> Number(SqliteDatabase* db, const std::string& sql,
                               const std::string& what) {
  PARCELVEIL_ASSIGN_OR_RETURN(SqliteStatement select, db->Prepare(sql, what));
  PARCELVEIL_RETURN_IF_ERROR(select.Step().status());
  return select.Int(0);
}

absl::StatusOr<bool> IsEmpty(SqliteDatabase* db, const std::string& what) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const int64_t num_objects,
      Number(db, "SELECT COUNT(*) FROM sqlite_schema", what));
  return num_objects == 0;
}

}  // namespace

absl::Status SetUpGateDatabase(SqliteDatabase* db, const std::string& what) {
  PARCELVEIL_ASSIGN_OR_RETURN(SqliteStatement wal,
                              db->Prepare("PRAGMA journal_mode = WAL", what));
  PARCELVEIL_RETURN_IF_ERROR(wal.Step().status());
  if (wal.Bytes(0) != "wal") {
    return absl::FailedPreconditionError(
        what +
        ": SQLite cannot keep a write-ahead log there; put the store on "
        "a local file system");
  }
  wal.Reset();
  return db->Execute(
      "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; "
      "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON",
      what);
}

absl::Status CreateGateTables(SqliteDatabase* db, const std::string& what) {
  PARCELVEIL_ASSIGN_OR_RETURN(const bool is_empty, IsEmpty(db, what));
  if (!is_empty) {
    return MakeStatus(Reason::kAlreadyExists,
                      what +
                          ": there is a database already; open it, or name a "
                          "new file");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      SqliteTransaction::Begin(db, SqliteTransaction::Kind::kWrite));
  PARCELVEIL_RETURN_IF_ERROR(db->Execute(kTables, what));
  PARCELVEIL_RETURN_IF_ERROR(
      db->Execute(absl::StrCat("PRAGMA application_id = ", kApplication,
                               "; PRAGMA user_version = ", kVersion),
                  what));
  return transaction->Commit();
}

absl::Status CheckGateTables(SqliteDatabase* db, const std::string& what) {
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t application,
                              Number(db, "PRAGMA application_id", what));
  if (application != kApplication) {
    return MakeStatus(Reason::kMalformed,
                      what +
                          ": it is not a gate's store; name the file that was "
                          "made as one");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t version,
                              Number(db, "PRAGMA user_version", what));
  if (version == kVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      what, ": its tables are of version ", version, ", this library knows ",
      kVersion, "; use the library that made it, or a newer one"));
}

}  // namespace parcelveil
