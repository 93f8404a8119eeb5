// SPDX-License-Identifier: Apache-2.0
// Capabilities: parse, write, the same bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "src/wire/bytes.h"
#include "src/wire/cell.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::Span<const uint8_t> bytes(data, size);
  const auto capability = parcelveil::wire::ParseCapability(bytes);
  if (!capability.ok()) return 0;
  uint8_t encoded[parcelveil::wire::kCapabilitySize];
  parcelveil::wire::EncodeCapability(*capability, encoded);
  if (absl::Span<const uint8_t>(encoded) != bytes) std::abort();
  return 0;
}
