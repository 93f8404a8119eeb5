// SPDX-License-Identifier: Apache-2.0

#include "src/cli/table_flags.h"

#include "parcelveil/file.h"

namespace parcelveil::cli {

void AddTableFlags(CLI::App* command, TableFlags* flags) {
  AddKeyringFlags(command, &flags->keyring);
  command
      ->add_option("--db", flags->db,
                   "the database: sqlite:PATH or postgresql://...")
      ->type_name("DB")
      ->required();
  command
      ->add_option("--map", flags->map,
                   "the table map: which columns of which table")
      ->type_name("FILE")
      ->required();
}

bool IsPostgres(const std::string& db) {
  return db.rfind("postgresql://", 0) == 0 || db.rfind("postgres://", 0) == 0;
}

absl::StatusOr<std::unique_ptr<SqliteDatabase>> OpenDatabase(
    const TableFlags& flags, SqliteDatabase::Access access) {
  constexpr std::string_view kPrefix = "sqlite:";
  if (flags.db.compare(0, kPrefix.size(), kPrefix) != 0) {
    return UsageError("--db takes sqlite:PATH");
  }
  return SqliteDatabase::Open(flags.db.substr(kPrefix.size()), access);
}

absl::StatusOr<std::unique_ptr<Keyring>> LoadKeyringAs(const TableFlags& flags,
                                                       Role role,
                                                       Scope outlet) {
  LoadKeyringOptions options;
  options.role_scope = outlet;
  options.passphrase_file = flags.keyring.passphrase_file;
  options.state_dir = flags.keyring.state_dir;
  return LoadKeyring(flags.keyring.keyring, role, options);
}

std::string FormatCount(int64_t number) {
  std::string digits = std::to_string(number);
  const size_t first = number < 0 ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

}  // namespace parcelveil::cli
