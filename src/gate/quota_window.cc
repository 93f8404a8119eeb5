// SPDX-License-Identifier: Apache-2.0
#include "src/gate/quota_window.h"

namespace parcelveil::gate {
namespace {

int64_t BucketMs(absl::Duration window_length) {
  return absl::ToInt64Milliseconds(window_length) / kBucketsPerWindow;
}

}  // namespace

int64_t BucketAt(absl::Duration window_length, absl::Time time) {
  const int64_t bucket_ms = BucketMs(window_length);
  const int64_t time_ms = absl::ToUnixMillis(time);
  const int64_t bucket = time_ms / bucket_ms;
  return time_ms % bucket_ms < 0 ? bucket - 1 : bucket;
}

int64_t OldestCounted(absl::Duration window_length, absl::Time now) {
  return BucketAt(window_length, now) - kBucketsPerWindow;
}

absl::Duration TimeUntilRoom(const QuotaWindow& window,
                             absl::Span<const BucketCount> counts,
                             uint64_t added, absl::Time now) {
  uint64_t counted = 0;
  for (const BucketCount& bucket : counts) counted += bucket.count;
  if (added == 0 || counted + added <= window.limit) {
    return absl::ZeroDuration();
  }
  for (const BucketCount& bucket : counts) {
    counted -= bucket.count;
    if (counted + added > window.limit) continue;
    // A bucket counts until 12 whole ones have passed after it.
    const int64_t leaves_ms =
        (bucket.bucket + kBucketsPerWindow + 1) * BucketMs(window.length);
    return absl::FromUnixMillis(leaves_ms) - now;
  }
  return window.length;
}

}  // namespace parcelveil::gate
