// SPDX-License-Identifier: Apache-2.0
// A device's state, as its key wrap gives it back: what is taken is written
// again as the same bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "parcelveil/secret.h"
#include "src/device/device_state.h"

namespace device = parcelveil::device;
using parcelveil::Secret;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<uint8_t> copy(data, data + size);
  const auto bytes = Secret::Take(absl::MakeSpan(copy));
  if (!bytes.ok()) return 0;
  const auto state = device::ParseDeviceState(*bytes);
  if (!state.ok()) return 0;
  if (!(device::EncodeDeviceState(*state).value() == *bytes)) std::abort();
  return 0;
}
