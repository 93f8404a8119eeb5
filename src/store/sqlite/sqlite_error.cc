// SPDX-License-Identifier: Apache-2.0

#include "src/store/sqlite/sqlite_error.h"

#include "src/base/status.h"

namespace parcelveil {

absl::Status SqliteError(int code, sqlite3* db, const std::string& what) {
  const std::string why = what + ": " + sqlite3_errstr(code);
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return MakeStatus(Reason::kUnavailable,
                        why +
                            "; somebody else is using the database, run the "
                            "same command again");
    case SQLITE_INTERRUPT:
    case SQLITE_IOERR:
    case SQLITE_PROTOCOL:
      return MakeStatus(Reason::kUnavailable,
                        why +
                            "; look at the disk, then run the same command "
                            "again");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(
          why + "; restore the database from a backup, do not go on with it");
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(
          why + "; make room on the disk, then run the same command again");
    case SQLITE_NOMEM:
      return absl::ResourceExhaustedError(why + "; free some memory");
    case SQLITE_CONSTRAINT:
      return absl::AlreadyExistsError(why +
                                      "; look at the constraints of the table");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return absl::PermissionDeniedError(
          why + "; the file and its folder must be writable");
    case SQLITE_CANTOPEN:
      return absl::NotFoundError(
          why + "; name a database file that is there and readable");
    case SQLITE_ERROR: {
      // Only about the SQL text, which holds no values: they are always bound.
      const std::string message = db == nullptr ? "" : sqlite3_errmsg(db);
      return absl::InvalidArgumentError(
          what + ": " + message + "; look at the table map and the table");
    }
    default:
      return absl::InternalError(why);
  }
}

}  // namespace parcelveil
