// SPDX-License-Identifier: Apache-2.0
// Counting the rows that days' keys are still needed for.

#ifndef PARCELVEIL_SRC_CLI_ROW_COUNT_H_
#define PARCELVEIL_SRC_CLI_ROW_COUNT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "parcelveil/ids.h"

namespace parcelveil::cli {

// --db D --map M, repeated: one pair a table.
struct CountFlags {
  std::vector<std::string> dbs;
  std::vector<std::string> maps;
};
void AddCountFlags(CLI::App* command, CountFlags* flags);

// Rows of all the tables by the day that sealed them; nullopt where no table
// was given. Errors: as UsageError for unpaired flags; those of the databases.
absl::StatusOr<std::optional<std::map<Epoch, int64_t>>> CountRows(
    const CountFlags& flags);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_ROW_COUNT_H_
