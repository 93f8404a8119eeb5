// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/sleep.h"

#include <algorithm>

#include "absl/time/clock.h"

namespace parcelveil {

bool SleepUnlessStopped(absl::Duration duration,
                        const std::atomic<bool>* stop) {
  constexpr absl::Duration kStep = absl::Milliseconds(50);
  while (duration > absl::ZeroDuration()) {
    if (stop != nullptr && stop->load()) return false;
    absl::SleepFor(std::min(duration, kStep));
    duration -= kStep;
  }
  return true;
}

}  // namespace parcelveil
