// SPDX-License-Identifier: Apache-2.0
#include "src/index/value_counts.h"

#include <algorithm>

namespace parcelveil::index {
namespace {

double OrderedPairs(uint64_t rows) {
  if (rows < 2) return 0;
  return static_cast<double>(rows) * static_cast<double>(rows - 1);
}

}  // namespace

void ValueCounts::Add(uint64_t rows) {
  rows = std::min(rows, UINT64_MAX - rows_);
  rows_ += rows;
  largest_ = std::max(largest_, rows);
  pairs_ += OrderedPairs(rows);
}

Partition ValueCounts::partition() const {
  const double all = OrderedPairs(rows_);
  return {rows_, all == 0 ? 0 : std::min(pairs_ / all, 1.0), largest_};
}

}  // namespace parcelveil::index
