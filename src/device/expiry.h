// SPDX-License-Identifier: Apache-2.0
// Times of the wire, and when something shown is over.

#ifndef PARCELVEIL_SRC_DEVICE_EXPIRY_H_
#define PARCELVEIL_SRC_DEVICE_EXPIRY_H_

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"
#include "parcelveil/clock.h"

namespace parcelveil::device {

// True at `until`, and where the clock was turned back since `opened`: that
// must not make text stay.
inline bool IsOver(const Clock& clock, absl::Time opened, absl::Time until) {
  constexpr absl::Duration kSlack = absl::Minutes(1);  // a clock being set
  const absl::Time now = clock.Now();
  return now >= until || now < opened - kSlack;
}

// A time of the wire. None past the year 9999: later is as good as never.
inline absl::Time FromMillis(uint64_t ms) {
  constexpr uint64_t kMax = 253402300799999;
  return absl::FromUnixMillis(static_cast<int64_t>(std::min(ms, kMax)));
}

}  // namespace parcelveil::device

#endif  // PARCELVEIL_SRC_DEVICE_EXPIRY_H_
