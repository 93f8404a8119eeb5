// SPDX-License-Identifier: Apache-2.0
// parcelveil trace canary add, list, hit, control

#ifndef PARCELVEIL_SRC_CLI_TRACE_CANARY_H_
#define PARCELVEIL_SRC_CLI_TRACE_CANARY_H_

#include <functional>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/trace.h"
#include "src/cli/command.h"

namespace parcelveil::cli {

// What a canary command does; empty where none was given.
using CanaryRun = std::function<absl::Status(Session*)>;
// The result is set once the command line was parsed.
std::shared_ptr<const CanaryRun> AddCanaryCommands(CLI::App* trace);

// Puts the canaries of the list at `path` into a trace, and how often numbers
// never given out are contacted, with a note of that. Its keyring opens the
// list. Errors: those of the file; MALFORMED; as Opener::Open.
absl::Status LoadCanaries(const std::string& path, Session* session,
                          TraceOptions* options);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_TRACE_CANARY_H_
