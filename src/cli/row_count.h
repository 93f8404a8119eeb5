// SPDX-License-Identifier: Apache-2.0
// Counting the rows that keys are still needed for.

#ifndef PARCELVEIL_SRC_CLI_ROW_COUNT_H_
#define PARCELVEIL_SRC_CLI_ROW_COUNT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "parcelveil/wrapped_table.h"

namespace parcelveil::cli {

// --db D --map M, repeated: one pair a table.
struct CountFlags {
  std::vector<std::string> dbs;
  std::vector<std::string> maps;
};
void AddCountFlags(CLI::App* command, CountFlags* flags);

// Rows of all the tables by what sealed them; nullopt where no table was given.
// Columns of one name count together.
// Errors: as UsageError for unpaired flags; those of the databases.
absl::StatusOr<std::optional<KeyCounts>> CountRows(const CountFlags& flags);

// One line for each key that rows need, as `wrap reseal --from-key` takes it:
// "2026-11-24.0  5,000 rows"; with the columns where they differ.
std::string KeysText(const KeyCounts& counts);
std::string KeysJson(const KeyCounts& counts);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_ROW_COUNT_H_
