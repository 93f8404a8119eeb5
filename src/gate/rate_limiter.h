// SPDX-License-Identifier: Apache-2.0
// How fast one connection may ask: a token bucket each.

#ifndef PARCELVEIL_SRC_GATE_RATE_LIMITER_H_
#define PARCELVEIL_SRC_GATE_RATE_LIMITER_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/time/time.h"

namespace parcelveil::gate {

// Thread-safety: all methods may run concurrently.
class RateLimiter {
 public:
  // `per_second` requests, twice that at once.
  explicit RateLimiter(uint32_t per_second) : per_second_(per_second) {}

  // False where `connection` asks too fast.
  bool Take(std::string_view connection, absl::Time now);

 private:
  static constexpr size_t kMaxConnections = 65536;
  struct Bucket {
    double tokens;
    absl::Time filled;
  };

  double Burst() const { return 2.0 * per_second_; }
  void ForgetIdle(absl::Time now);

  const uint32_t per_second_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_RATE_LIMITER_H_
