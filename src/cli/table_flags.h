// SPDX-License-Identifier: Apache-2.0
// Flags of the commands that work on one table of a database.

#ifndef PARCELVEIL_SRC_CLI_TABLE_FLAGS_H_
#define PARCELVEIL_SRC_CLI_TABLE_FLAGS_H_

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/table_map.h"
#include "src/cli/command.h"

namespace parcelveil::cli {

struct TableFlags {
  KeyringFlags keyring;
  std::string db;
  std::string map;
};
void AddTableFlags(CLI::App* command, TableFlags* flags);

// Whether --db names a database in PostgreSQL: postgresql://...
bool IsPostgres(const std::string& db);
// Opens the database that --db names. Errors: as UsageError for anything but
// sqlite:PATH; those of SqliteDatabase::Open.
absl::StatusOr<std::unique_ptr<SqliteDatabase>> OpenDatabase(
    const TableFlags& flags, SqliteDatabase::Access access);
// `outlet`: of a role that has one secret an outlet.
absl::StatusOr<std::unique_ptr<Keyring>> LoadKeyringAs(
    const TableFlags& flags, Role role, Scope outlet = Scope::kNational);

// "20,000".
std::string FormatCount(int64_t number);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_TABLE_FLAGS_H_
