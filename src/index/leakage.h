// SPDX-License-Identifier: Apache-2.0
// What an index of a planned length gives away, in plain words.

#ifndef PARCELVEIL_SRC_INDEX_LEAKAGE_H_
#define PARCELVEIL_SRC_INDEX_LEAKAGE_H_

#include <string>
#include <vector>

#include "src/index/length_plan.h"

namespace parcelveil::index {

// Returns one sentence a line, for an operator to read: what a thief of the
// table learns, what a thief of the index key does, and what a query costs.
std::vector<std::string> DescribeLeakage(const LengthPlan& plan);

}  // namespace parcelveil::index

#endif  // PARCELVEIL_SRC_INDEX_LEAKAGE_H_
