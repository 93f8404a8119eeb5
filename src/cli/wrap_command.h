// SPDX-License-Identifier: Apache-2.0
// parcelveil wrap plan|run|status|verify|finish|undo

#ifndef PARCELVEIL_SRC_CLI_WRAP_COMMAND_H_
#define PARCELVEIL_SRC_CLI_WRAP_COMMAND_H_

#include <string>

#include "CLI/CLI.hpp"
#include "parcelveil/migrate.h"
#include "parcelveil/table_map.h"
#include "src/cli/command.h"

namespace parcelveil::cli {

void AddWrapCommands(CLI::App* app, Session* session);

// The plan as people read it, and as JSON.
std::string PlanText(const TableMap& map, const MigrationPlan& plan);
std::string PlanJson(const TableMap& map, const MigrationPlan& plan);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_WRAP_COMMAND_H_
