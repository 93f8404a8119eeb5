// SPDX-License-Identifier: Apache-2.0
// Clock: where the library asks what time it is.

#ifndef PARCELVEIL_CLOCK_H_
#define PARCELVEIL_CLOCK_H_

#include "absl/time/time.h"

namespace parcelveil {

// Thread-safety: Now() is called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

// Returns the host's wall clock. Never null; lives as long as the process.
// Its resolution is that of the kernel's tick (about 4 ms), enough for days.
const Clock* SystemClock();

}  // namespace parcelveil

#endif  // PARCELVEIL_CLOCK_H_
