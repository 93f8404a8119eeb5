// SPDX-License-Identifier: Apache-2.0
#include "src/gate/rate_limiter.h"

#include <algorithm>

namespace parcelveil::gate {

bool RateLimiter::Take(std::string_view connection, absl::Time now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (buckets_.size() >= kMaxConnections) ForgetIdle(now);
  Bucket& bucket =
      buckets_.emplace(std::string(connection), Bucket{Burst(), now})
          .first->second;
  const double passed = absl::ToDoubleSeconds(now - bucket.filled);
  bucket.tokens =
      std::min(Burst(), bucket.tokens + std::max(0.0, passed) * per_second_);
  bucket.filled = now;
  if (bucket.tokens < 1) return false;
  --bucket.tokens;
  return true;
}

// A bucket that is full again says no more than none. Where all are busy, all
// start anew: memory is bounded, and a flood has other limits before it.
void RateLimiter::ForgetIdle(absl::Time now) {
  const absl::Duration time_to_fill = absl::Seconds(2);
  for (auto it = buckets_.begin(); it != buckets_.end();) {
    it = now - it->second.filled >= time_to_fill ? buckets_.erase(it)
                                                 : std::next(it);
  }
  if (buckets_.size() >= kMaxConnections) buckets_.clear();
}

}  // namespace parcelveil::gate
