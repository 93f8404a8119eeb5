// SPDX-License-Identifier: Apache-2.0
// Counts of a plaintext column, as the planner needs them.

#ifndef PARCELVEIL_SRC_INDEX_VALUE_COUNTS_H_
#define PARCELVEIL_SRC_INDEX_VALUE_COUNTS_H_

#include <cstdint>

#include "src/index/length_plan.h"

namespace parcelveil::index {

// Counts one partition, value by value, without keeping any: feed it what
// `SELECT count(*) ... GROUP BY <normalised value>` yields.
class ValueCounts {
 public:
  // One value that stands in `rows` rows.
  void Add(uint64_t rows);

  // What was added so far. P2 is that of two different rows: a row does not
  // collide with itself.
  Partition partition() const;

 private:
  uint64_t rows_ = 0;
  uint64_t largest_ = 0;
  double pairs_ = 0;  // ordered pairs of different rows with one value
};

}  // namespace parcelveil::index

#endif  // PARCELVEIL_SRC_INDEX_VALUE_COUNTS_H_
