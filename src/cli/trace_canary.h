// SPDX-License-Identifier: Apache-2.0
// parcelveil trace canary add, list, hit, control

#ifndef PARCELVEIL_SRC_CLI_TRACE_CANARY_H_
#define PARCELVEIL_SRC_CLI_TRACE_CANARY_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/keyring.h"
#include "parcelveil/trace.h"
#include "src/cli/command.h"

namespace parcelveil::cli {

// What a canary command does; empty where none was given.
using CanaryRun = std::function<absl::Status(Session*)>;
// The result is set once the command line was parsed.
std::shared_ptr<const CanaryRun> AddCanaryCommands(CLI::App* trace);

// The canaries of the list at `path`, for a trace: none, with a note, where
// the numbers never given out do not show that an unsolicited contact is as
// rare as the score takes it to be. `dispute` opens the list.
// Errors: those of the file; MALFORMED; as Opener::Open.
absl::StatusOr<std::vector<TraceCanary>> LoadCanaries(const std::string& path,
                                                      const Keyring& dispute,
                                                      Session* session);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_TRACE_CANARY_H_
