// SPDX-License-Identifier: Apache-2.0
// When a tenant's days begin and end. SPEC.md section 2.

#ifndef PARCELVEIL_SRC_KEYRING_CALENDAR_H_
#define PARCELVEIL_SRC_KEYRING_CALENDAR_H_

#include <algorithm>
#include <cstdint>

#include "parcelveil/ids.h"

namespace parcelveil::keyring {

inline constexpr int64_t kDayMs = 86'400'000;

// Days of a fixed offset from UTC. Times are milliseconds since 1970.
struct Calendar {
  int32_t utc_offset_s;

  uint64_t StartMs(Epoch epoch) const {
    return static_cast<uint64_t>((kFirstDay + ToInt(epoch)) * kDayMs -
                                 int64_t{utc_offset_s} * 1000);
  }
  uint64_t EndMs(Epoch epoch) const { return StartMs(epoch) + kDayMs; }
  // Clamped to the days that an Epoch can name.
  Epoch At(uint64_t time_ms) const {
    const int64_t local_ms =
        static_cast<int64_t>(time_ms) + int64_t{utc_offset_s} * 1000;
    return Epoch{static_cast<uint16_t>(
        std::clamp<int64_t>(local_ms / kDayMs - kFirstDay, 0, UINT16_MAX))};
  }

 private:
  static constexpr int64_t kFirstDay = 18262;  // 2020-01-01, since 1970-01-01
};

// The day `days` after `epoch`; the last nameable day where there is none.
inline Epoch AddDays(Epoch epoch, int days) {
  return Epoch{static_cast<uint16_t>(
      std::clamp<int64_t>(int64_t{ToInt(epoch)} + days, 0, UINT16_MAX))};
}

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_CALENDAR_H_
