// SPDX-License-Identifier: Apache-2.0
// Sources: what the table and the logs say of each link and each account, put
// into the numbers that evidence is made of.

#ifndef PARCELVEIL_SRC_TRACE_SOURCES_H_
#define PARCELVEIL_SRC_TRACE_SOURCES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/trace.h"
#include "src/trace/access_log.h"
#include "src/trace/evidence.h"
#include "src/trace/leak_rows.h"
#include "src/trace/record_refs.h"

namespace parcelveil::trace {

// The records that leaked rows are compared with: every one of the strata that
// rows are of. Those of rows come first, in the order of the rows; canaries
// come last, and are of no stratum.
struct Population {
  RecordSet records;
  Comparison comparison;               // its strata are numbered as here
  std::vector<uint32_t> stratum_of;    // by record; kNoStratum
  std::vector<uint32_t> row_of;        // by record, of those in rows
  std::vector<Scope> outlets;          // ascending; that rows are of
  std::vector<std::string> merchants;  // by record, of those in rows
  std::vector<Scope> outlet_of;        // the same
  uint32_t first_canary = 0;
  std::vector<size_t> canaries;  // positions in the options; by record

  static constexpr uint32_t kNoStratum = UINT32_MAX;
};

// Errors: the table's.
absl::StatusOr<Population> ReadPopulation(const LeakRows& leaked,
                                          const TraceOptions& options);

// Level 1 as the table tells it, in one national stratum of the days that rows
// are of: channels and their exposures, position by position.
struct TableChannels {
  Comparison comparison;
  std::vector<ChannelScore> channels;
  std::vector<Exposure> exposures;
};
// Errors: the table's.
absl::StatusOr<TableChannels> ReadTableChannels(const LeakRows& leaked,
                                                const Population& population,
                                                const TraceOptions& options);

// What logs tell: accounts of people, and channels that are none, compared in
// the population's strata.
struct LogSources {
  std::vector<PrincipalScore> principals;
  std::vector<Exposure> principal_exposures;
  std::vector<ChannelScore> channels;
  std::vector<Exposure> channel_exposures;
};
LogSources GatherLogSources(const Population& population, const AccessLog& log,
                            const TraceOptions& options);

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_SOURCES_H_
