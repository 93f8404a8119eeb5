// SPDX-License-Identifier: Apache-2.0
// parcelveil trace, and how its results are printed.

#ifndef PARCELVEIL_SRC_CLI_TRACE_COMMAND_H_
#define PARCELVEIL_SRC_CLI_TRACE_COMMAND_H_

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/keyring.h"
#include "parcelveil/table_map.h"
#include "parcelveil/trace.h"
#include "src/cli/command.h"

namespace parcelveil::cli {

void AddTraceCommand(CLI::App* app, Session* session);

// The tables of both levels and what they mean, for people; and all of it.
std::string TraceText(const TraceResult& result, absl::TimeZone zone);
std::string TraceJson(const TraceResult& result, absl::TimeZone zone);

// Errors: kUnimplemented in a build without PostgreSQL; as
// PostgresTraceRecords::Create.
absl::StatusOr<std::unique_ptr<TraceRecords>> OpenPostgresTraceRecords(
    const std::string& address, const TableMap& map, const Schema& schema,
    const TraceColumns& columns);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_TRACE_COMMAND_H_
