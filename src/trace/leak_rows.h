// SPDX-License-Identifier: Apache-2.0
// LeakRows: the whole list read and matched, in an order of its own, so that
// the order of the rows as they leaked changes nothing.

#ifndef PARCELVEIL_SRC_TRACE_LEAK_ROWS_H_
#define PARCELVEIL_SRC_TRACE_LEAK_ROWS_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/trace.h"
#include "src/keyring/calendar.h"

namespace parcelveil::trace {

struct MatchedRow {
  std::vector<TraceRecord> records;  // ascending record ids
  absl::Time seen;
  bool is_masked = false;
};

struct LeakRows {
  std::vector<MatchedRow> rows;  // no two share a record
  TraceMatches matches;          // untraceable is not counted yet
  std::optional<Slot> field;     // as asked, or by the columns of the list
  // In which records were looked for; from the first to the last sighting.
  TraceRecords::Days days;
  absl::Time seen;  // the last sighting
};

// `now`: when rows were seen of which nobody says when.
// Errors: as Trace, of the list, the options and the table.
absl::StatusOr<LeakRows> ReadLeakRows(const ReadLeak& read,
                                      const TraceOptions& options,
                                      keyring::Calendar calendar,
                                      absl::Time now);

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_LEAK_ROWS_H_
