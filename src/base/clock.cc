// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/clock.h"

#include <time.h>

namespace parcelveil {
namespace {

class WallClock : public Clock {
 public:
  absl::Time Now() const override {
    // The coarse clock is read without a system call in a few nanoseconds,
    // which matters once a field.
    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return absl::TimeFromTimespec(now);
  }
};

}  // namespace

const Clock* SystemClock() {
  static const WallClock* const clock = new WallClock;
  return clock;
}

}  // namespace parcelveil
