// SPDX-License-Identifier: Apache-2.0
// parcelveil find

#ifndef PARCELVEIL_SRC_CLI_FIND_COMMAND_H_
#define PARCELVEIL_SRC_CLI_FIND_COMMAND_H_

#include "CLI/CLI.hpp"
#include "src/cli/command.h"

namespace parcelveil::cli {

void AddFindCommand(CLI::App* app, Session* session);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_FIND_COMMAND_H_
