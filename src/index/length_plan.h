// SPDX-License-Identifier: Apache-2.0
// How many bits of an index value may be stored: enough that a query is cheap,
// so few that a stolen table tells little. SPEC.md section 8.
//
// Pure functions. Everything is counted in one partition: the rows that share
// one index key, such as a nation's day or an outlet's day.

#ifndef PARCELVEIL_SRC_INDEX_LENGTH_PLAN_H_
#define PARCELVEIL_SRC_INDEX_LENGTH_PLAN_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace parcelveil::index {

// What the planner must know of a partition.
struct Partition {
  uint64_t rows;     // N
  double collision;  // P2: that two different rows share their value; 0 to 1
  uint64_t largest;  // c: rows of the most frequent value; 0 to `rows`
};

// What an operator decides.
struct LengthOptions {
  double acceptable_rows = 64;  // F: candidates that a query may yield
  double domain = 1e10;         // D: how many values there are at all
  // P2 among the rows that a thief can tell apart by what is not sealed, such
  // as the outlet; nullopt where rows cannot be told apart.
  std::optional<double> stratum_collision;
};

// What keeps a length from being larger.
enum class LengthRule : uint8_t {
  kCoincidence,  // at least two rows to an index value
  kLinkage,      // equal index values mean equal values in half of the cases
  kFrequency,    // the most frequent value does not stand out
  kLargest,      // an index value has 32 bits
};
// Returns "frequency".
std::string_view Describe(LengthRule rule);

struct LengthPlan {
  int bits;           // b
  LengthRule rule;    // why it is not more
  double query_rows;  // N / 2^b: candidates of a query over one partition
  double linkage;     // Pr[same value | same index value]
  std::optional<double> linkage_in_stratum;
  double values_per_index_value;  // D / 2^b: what the index key leaves open
};

// Returns the largest safe length.
// Errors: kFailedPrecondition NO_SAFE_LENGTH naming the rule that binds and
// what the query needs; kInvalidArgument MALFORMED for numbers that no
// partition has.
absl::StatusOr<LengthPlan> PlanLength(const Partition& partition,
                                      const LengthOptions& options);

// Returns the largest length that is safe in every partition: one index has one
// length. The smallest partitions are left out as long as they hold no more
// than `small_share` (0 to 1) of all rows together: an outlet of three parcels
// hides nothing at any length. The figures are those of the partition that
// binds.
// Errors: as PlanLength; MALFORMED where `partitions` is empty.
absl::StatusOr<LengthPlan> PlanLengthOfAll(
    absl::Span<const Partition> partitions, double small_share,
    const LengthOptions& options);

// One of several indexes over the same plaintext.
struct IndexLength {
  int bits;
  double domain;  // D: how many values it can tell apart
};
// Checks what all indexes over one plaintext show together in a partition of
// `rows`: the sum of min(b, log2 D) is at most log2 N - 1.
// Errors: kFailedPrecondition NO_SAFE_LENGTH; kInvalidArgument MALFORMED.
absl::Status CheckTogether(absl::Span<const IndexLength> indexes,
                           uint64_t rows);

}  // namespace parcelveil::index

#endif  // PARCELVEIL_SRC_INDEX_LENGTH_PLAN_H_
