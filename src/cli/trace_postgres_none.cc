// SPDX-License-Identifier: Apache-2.0
#include "src/cli/trace_command.h"

namespace parcelveil::cli {

absl::StatusOr<std::unique_ptr<TraceRecords>> OpenPostgresTraceRecords(
    const std::string&, const TableMap&, const Schema&, const TraceColumns&) {
  return absl::UnimplementedError(
      "open database: this parcelveil was built without PostgreSQL; use one "
      "that was built with it");
}

}  // namespace parcelveil::cli
