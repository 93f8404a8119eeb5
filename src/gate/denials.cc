// SPDX-License-Identifier: Apache-2.0
#include "src/gate/denials.h"

#include <cstdlib>

namespace parcelveil::gate {

std::optional<uint32_t> Denials::Count(uint64_t device, Reason code,
                                       absl::Time now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (last_.size() >= kMaxDevices) {
    for (auto it = last_.begin(); it != last_.end();) {
      const bool is_over = now - it->second.time >= kPause;
      it = is_over ? last_.erase(it) : std::next(it);
    }
  }
  const auto [found, is_first] = last_.emplace(std::pair(device, code), Last{});
  Last& last = found->second;
  if (!is_first && absl::AbsDuration(now - last.time) < kPause) {
    ++last.left_out;
    return std::nullopt;
  }
  const uint32_t left_out = last.left_out;
  last = {now, 0};
  return left_out;
}

}  // namespace parcelveil::gate
