// SPDX-License-Identifier: Apache-2.0
// The tables of a gate's store: made once, checked at every start.

#ifndef PARCELVEIL_SRC_STORE_SQLITE_GATE_SCHEMA_H_
#define PARCELVEIL_SRC_STORE_SQLITE_GATE_SCHEMA_H_

#include <string>

#include "absl/status/status.h"
#include "parcelveil/sqlite.h"

namespace parcelveil {

// How a gate's store uses its database: WAL, every commit on the disk before it
// is acknowledged, what is deleted overwritten. Errors: the database's;
// kFailedPrecondition where its file system cannot do WAL.
absl::Status SetUpGateDatabase(SqliteDatabase* db, const std::string& what);

// Makes the tables. Errors: ALREADY_EXISTS where the database is not empty.
absl::Status CreateGateTables(SqliteDatabase* db, const std::string& what);

// Errors: kFailedPrecondition for tables of another version of this library;
// kInvalidArgument MALFORMED for another program's database.
absl::Status CheckGateTables(SqliteDatabase* db, const std::string& what);

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_SQLITE_GATE_SCHEMA_H_
