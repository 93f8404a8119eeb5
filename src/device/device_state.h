// SPDX-License-Identifier: Apache-2.0
// What a device keeps (type 0x26), inside its key wrap. SPEC.md section 13.

#ifndef PARCELVEIL_SRC_DEVICE_DEVICE_STATE_H_
#define PARCELVEIL_SRC_DEVICE_DEVICE_STATE_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/secret.h"
#include "src/device/known_gate.h"

namespace parcelveil::device {

// With these a state stays below 14 KiB, whatever is in it.
inline constexpr size_t kMaxGates = 8;
inline constexpr size_t kMaxNoteSize = 700;
// A clock that is further off is the user's to set: a reply must not carry the
// device to any day it likes.
inline constexpr absl::Duration kMaxClockOffset = absl::Hours(48);

// 0x26 | 0 | seed 32 | clock_offset_ms 8 (two's complement) | n 1 |
// n x (len 2 | card | len 2 | note | len 2 | fork_note).
struct DeviceState {
  Secret seed;                   // Ed25519, 32 bytes
  absl::Duration clock_offset;   // whole ms, added to the device's clock
  std::vector<KnownGate> gates;  // the one in use first

  // Null where this device never asked it; a gate that it asked is never
  // forgotten.
  KnownGate* FindGate(const GateId& id);
};

// Errors: LOCKED_MEMORY; KEY_UNAVAILABLE in a forked child.
absl::StatusOr<Secret> EncodeDeviceState(const DeviceState& state);
// Errors: MALFORMED; LOCKED_MEMORY.
absl::StatusOr<DeviceState> ParseDeviceState(const Secret& bytes);

}  // namespace parcelveil::device

#endif  // PARCELVEIL_SRC_DEVICE_DEVICE_STATE_H_
