// SPDX-License-Identifier: Apache-2.0
// Sliding windows in buckets: the arithmetic that every store shares, so that
// all count alike. SPEC.md section 13.

#ifndef PARCELVEIL_SRC_GATE_QUOTA_WINDOW_H_
#define PARCELVEIL_SRC_GATE_QUOTA_WINDOW_H_

#include <cstdint>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "parcelveil/gate_store.h"

namespace parcelveil::gate {

inline constexpr int64_t kBucketsPerWindow = 12;

// The number of the bucket that `time` falls into: of length/12 each, from
// 1970 on.
int64_t BucketAt(absl::Duration window_length, absl::Time time);

// The first bucket that counts at `now`: the one 12 before now's. It and all
// after it count whole, those of the future (a clock was turned back) as well.
int64_t OldestCounted(absl::Duration window_length, absl::Time now);

// What one bucket holds.
struct BucketCount {
  int64_t bucket;
  uint64_t count;
};

// Zero where `added` more fit into `window` now; otherwise how long until they
// do, or a whole window where they never will. `counts` holds the buckets from
// OldestCounted on, ascending; empty ones may be left out.
absl::Duration TimeUntilRoom(const QuotaWindow& window,
                             absl::Span<const BucketCount> counts,
                             uint64_t added, absl::Time now);

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_QUOTA_WINDOW_H_
