// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/postgres_trace.h"
#include "src/cli/trace_command.h"

namespace parcelveil::cli {

absl::StatusOr<std::unique_ptr<TraceRecords>> OpenPostgresTraceRecords(
    const std::string& address, const TableMap& map, const Schema& schema,
    const TraceColumns& columns) {
  return PostgresTraceRecords::Create(address, map, schema, columns);
}

}  // namespace parcelveil::cli
