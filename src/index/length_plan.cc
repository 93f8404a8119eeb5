// SPDX-License-Identifier: Apache-2.0
#include "src/index/length_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "src/base/status.h"

namespace parcelveil::index {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMaxBits = 32;

// Everything is computed as log2, so that nothing overflows; of 0 it is
// -infinity, which every rule below takes as it is meant.
double Log2(uint64_t count) {
  return count == 0 ? -kInfinity : std::log2(static_cast<double>(count));
}

bool IsShare(double value) { return value >= 0 && value <= 1; }  // not of NaN

absl::Status Malformed(const char* why) {
  return MakeStatus(Reason::kMalformed,
                    std::string("plan index: ") + why + "; count again");
}

absl::Status CheckPartition(const Partition& partition) {
  if (!IsShare(partition.collision)) {
    return Malformed("the chance that two rows share a value is not 0 to 1");
  }
  if (partition.largest > partition.rows ||
      (partition.largest == 0) != (partition.rows == 0)) {
    return Malformed("the most frequent value has more rows than there are");
  }
  return absl::OkStatus();
}

absl::Status CheckOptions(const LengthOptions& options) {
  if (!(options.acceptable_rows > 0) || !(options.domain >= 1) ||
      std::isinf(options.domain)) {
    return Malformed(
        "the acceptable rows or the number of possible values is not positive "
        "or has no end");
  }
  if (options.stratum_collision.has_value() &&
      !IsShare(*options.stratum_collision)) {
    return Malformed("the stratum's chance of a shared value is not 0 to 1");
  }
  return absl::OkStatus();
}

// The largest number of bits, before it is cut to a whole number.
struct Bound {
  LengthRule rule;
  double bits;
};

Bound LargestLength(const Partition& partition) {
  const double log_rows = Log2(partition.rows);
  const double log_largest = Log2(partition.largest);
  const Bound bounds[] = {
      {LengthRule::kCoincidence, log_rows - 1},
      {LengthRule::kLinkage, -std::log2(partition.collision)},
      // c <= 3 * sqrt(N / 2^b): within three sigma of its index value's rows.
      {LengthRule::kFrequency,
       partition.rows == 0 ? -kInfinity
                           : std::log2(9.0) + log_rows - 2 * log_largest},
      {LengthRule::kLargest, kMaxBits},
  };
  return *std::min_element(
      std::begin(bounds), std::end(bounds),
      [](const Bound& a, const Bound& b) { return a.bits < b.bits; });
}

double SmallestLength(const Partition& partition,
                      const LengthOptions& options) {
  return std::ceil(Log2(partition.rows) - std::log2(options.acceptable_rows));
}

// P2 * 2^b / (1 + P2 * 2^b).
double Linkage(double collision, int bits) {
  return 1 / (1 + std::exp2(-std::log2(collision) - bits));
}

absl::Status NoSafeLength(const Bound& bound, double needed) {
  std::string text =
      "plan index: the rule of " + std::string(Describe(bound.rule)) +
      (bound.bits < 1
           ? " allows no bit"
           : absl::StrFormat(" allows %.0f bits", std::floor(bound.bits)));
  if (needed > 1)
    absl::StrAppendFormat(&text, " and a query needs %.0f", needed);
  return MakeStatus(Reason::kNoSafeLength,
                    text +
                        "; leave it out, put its most frequent values on the "
                        "hot list, or accept more rows per query");
}

// A partition's plan where `needed` bits are asked for.
absl::StatusOr<LengthPlan> Plan(const Partition& partition, double needed,
                                const LengthOptions& options) {
  const Bound bound = LargestLength(partition);
  const double bits = std::floor(bound.bits);
  if (!(bits >= std::max(1.0, needed))) return NoSafeLength(bound, needed);
  LengthPlan plan{};
  plan.bits = static_cast<int>(bits);
  plan.rule = bound.rule;
  plan.query_rows = std::exp2(Log2(partition.rows) - plan.bits);
  plan.linkage = Linkage(partition.collision, plan.bits);
  if (options.stratum_collision.has_value()) {
    plan.linkage_in_stratum = Linkage(*options.stratum_collision, plan.bits);
  }
  plan.values_per_index_value =
      std::exp2(std::log2(options.domain) - plan.bits);
  return plan;
}

}  // namespace

std::string_view Describe(LengthRule rule) {
  switch (rule) {
    case LengthRule::kCoincidence:
      return "coincidence";
    case LengthRule::kLinkage:
      return "linkage";
    case LengthRule::kFrequency:
      return "frequency";
    case LengthRule::kLargest:
      return "largest length";
  }
  return "unknown rule";
}

absl::StatusOr<LengthPlan> PlanLength(const Partition& partition,
                                      const LengthOptions& options) {
  return PlanLengthOfAll({&partition, 1}, 0, options);
}

absl::StatusOr<LengthPlan> PlanLengthOfAll(
    absl::Span<const Partition> partitions, double small_share,
    const LengthOptions& options) {
  PARCELVEIL_RETURN_IF_ERROR(CheckOptions(options));
  if (partitions.empty() || !IsShare(small_share)) {
    return Malformed("there is no partition, or the share is not 0 to 1");
  }
  double num_rows = 0;
  for (const Partition& partition : partitions) {
    PARCELVEIL_RETURN_IF_ERROR(CheckPartition(partition));
    num_rows += static_cast<double>(partition.rows);
  }
  std::vector<Partition> by_size(partitions.begin(), partitions.end());
  std::sort(
      by_size.begin(), by_size.end(),
      [](const Partition& a, const Partition& b) { return a.rows < b.rows; });
  auto first = by_size.begin();
  double left_out = static_cast<double>(first->rows);
  while (first + 1 != by_size.end() && left_out <= small_share * num_rows) {
    ++first;
    left_out += static_cast<double>(first->rows);
  }
  const auto binding = std::min_element(
      first, by_size.end(), [](const Partition& a, const Partition& b) {
        return LargestLength(a).bits < LargestLength(b).bits;
      });
  return Plan(*binding, SmallestLength(by_size.back(), options), options);
}

absl::Status CheckTogether(absl::Span<const IndexLength> indexes,
                           uint64_t rows) {
  double sum = 0;
  for (const IndexLength& index : indexes) {
    if (index.bits < 1 || index.bits > kMaxBits || !(index.domain >= 1)) {
      return Malformed("an index has no length of 1 to 32 bits, or no values");
    }
    sum += std::min<double>(index.bits, std::log2(index.domain));
  }
  const double allowed = Log2(rows) - 1;
  if (sum <= allowed) return absl::OkStatus();
  return MakeStatus(
      Reason::kNoSafeLength,
      absl::StrFormat("plan indexes: together they show %.1f bits of one value "
                      "and %.1f are safe; leave one out, or shorten them",
                      sum, std::max(allowed, 0.0)));
}

}  // namespace parcelveil::index
