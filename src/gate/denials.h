// SPDX-License-Identifier: Apache-2.0
// Which refusals get a leaf: one a device, code and ten seconds, with the count
// of those left out, so that a device gone wild cannot fill the log.

#ifndef PARCELVEIL_SRC_GATE_DENIALS_H_
#define PARCELVEIL_SRC_GATE_DENIALS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "parcelveil/reason.h"

namespace parcelveil::gate {

// Thread-safety: all methods may run concurrently.
class Denials {
 public:
  // How many were left out since this device's last leaf of this code, where it
  // is time for another; nullopt where this one is left out.
  std::optional<uint32_t> Count(uint64_t device, Reason code, absl::Time now);

 private:
  static constexpr absl::Duration kPause = absl::Seconds(10);
  static constexpr size_t kMaxDevices = 65536;
  struct Last {
    absl::Time time;
    uint32_t left_out = 0;
  };

  std::mutex mutex_;
  std::map<std::pair<uint64_t, Reason>, Last> last_;
};

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_DENIALS_H_
