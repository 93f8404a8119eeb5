// SPDX-License-Identifier: Apache-2.0
#include "src/index/leakage.h"

#include "absl/strings/str_format.h"

namespace parcelveil::index {
namespace {

std::string Percent(double share) {
  const double percent = 100 * share;
  return percent < 1 ? absl::StrFormat("%.2g %%", percent)
                     : absl::StrFormat("%.0f %%", percent);
}

}  // namespace

std::vector<std::string> DescribeLeakage(const LengthPlan& plan) {
  std::vector<std::string> lines;
  lines.push_back(absl::StrFormat(
      "%d bits, limited by the rule of %s; a query opens about %.3g rows of "
      "each day",
      plan.bits, std::string(Describe(plan.rule)), plan.query_rows));
  lines.push_back(
      "a stolen table shows which rows of one day share an index value: two "
      "such rows hold the same value with " +
      Percent(plan.linkage));
  if (plan.linkage_in_stratum.has_value()) {
    lines.push_back(
        "among rows that can be told apart by what is not sealed (one "
        "outlet's): with " +
        Percent(*plan.linkage_in_stratum));
  }
  lines.push_back("rows of different days or outlets share nothing");
  lines.push_back(
      plan.values_per_index_value >= 2
          ? absl::StrFormat(
                "with the index key too, %.3g possible values are left for "
                "each row",
                plan.values_per_index_value)
          : "with the index key too, each row's value is known");
  return lines;
}

}  // namespace parcelveil::index
