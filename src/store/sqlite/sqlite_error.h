// SPDX-License-Identifier: Apache-2.0
// SQLite's result codes as statuses.

#ifndef PARCELVEIL_SRC_STORE_SQLITE_SQLITE_ERROR_H_
#define PARCELVEIL_SRC_STORE_SQLITE_SQLITE_ERROR_H_

#include <sqlite3.h>

#include <string>

#include "absl/status/status.h"

namespace parcelveil {

// `code` is an (extended) result code other than OK, ROW and DONE. SQLite's own
// message is left out where it could quote a value; `db` may be null.
absl::Status SqliteError(int code, sqlite3* db, const std::string& what);

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_SQLITE_SQLITE_ERROR_H_
