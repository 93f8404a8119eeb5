// SPDX-License-Identifier: Apache-2.0
// Reading several logs: each is verified first, and then read once.

#ifndef PARCELVEIL_SRC_TRACE_READ_LOGS_H_
#define PARCELVEIL_SRC_TRACE_READ_LOGS_H_

#include <vector>

#include "absl/status/status.h"
#include "parcelveil/trace.h"
#include "src/trace/access_log.h"

namespace parcelveil::trace {

// Adds a report a log. Errors: as Trace, of logs.
absl::Status ReadLogs(const TraceOptions& options, AccessLog* accesses,
                      std::vector<TraceLogReport>* reports);

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_READ_LOGS_H_
