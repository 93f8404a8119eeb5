// SPDX-License-Identifier: Apache-2.0
// The index planner: whatever the numbers, it refuses for a reason it names, or
// plans a length that breaks no rule.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "parcelveil/reason.h"
#include "src/index/leakage.h"
#include "src/index/length_plan.h"

namespace {

using parcelveil::Reason;
using parcelveil::index::LengthOptions;
using parcelveil::index::LengthPlan;
using parcelveil::index::Partition;

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckReason(const absl::Status& status) {
  const Reason reason = parcelveil::ReasonOf(status);
  Check(reason == Reason::kMalformed || reason == Reason::kNoSafeLength);
}

void CheckPlan(const LengthPlan& plan) {
  Check(plan.bits >= 1 && plan.bits <= 32);
  // A last digit may be lost to rounding.
  Check(plan.linkage >= 0 && plan.linkage <= 0.5000001);
  Check(std::isfinite(plan.query_rows) && plan.query_rows >= 1.9999);
  Check(std::isfinite(plan.values_per_index_value));
  if (plan.linkage_in_stratum.has_value()) {
    Check(*plan.linkage_in_stratum >= 0 && *plan.linkage_in_stratum <= 1);
  }
  for (const std::string& line : parcelveil::index::DescribeLeakage(plan)) {
    Check(!line.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  struct {
    uint64_t rows, largest, other_rows;
    double collision, acceptable_rows, domain, stratum_collision, small_share;
  } input;
  if (size != sizeof(input)) return 0;
  std::memcpy(&input, data, size);
  const Partition partitions[] = {
      {input.rows, input.collision, input.largest},
      {input.other_rows, input.collision, input.other_rows == 0 ? 0u : 1u}};
  const LengthOptions options{input.acceptable_rows, input.domain,
                              input.stratum_collision};
  const auto plan = parcelveil::index::PlanLengthOfAll(
      partitions, input.small_share, options);
  if (plan.ok()) {
    CheckPlan(*plan);
  } else {
    CheckReason(plan.status());
  }
  const absl::Status together = parcelveil::index::CheckTogether(
      {{static_cast<int>(input.largest % 40), input.domain}, {9, 1e4}},
      input.rows);
  if (!together.ok()) CheckReason(together);
  return 0;
}
