// SPDX-License-Identifier: Apache-2.0
// Gate cards: what is taken is written again as the same bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "src/wire/gate_card.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto card = parcelveil::wire::ParseGateCard(bytes);
  if (!card.ok()) return 0;
  if (parcelveil::wire::EncodeGateCard(*card).value() != bytes) std::abort();
  return 0;
}
