// SPDX-License-Identifier: Apache-2.0
// Intake cards: what is taken is written again as the same bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "src/wire/intake_card.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parsed = parcelveil::wire::ParseIntakeCard(bytes);
  if (!parsed.ok()) return 0;
  const std::string written =
      parcelveil::wire::EncodeUnsignedCard(parsed->card) +
      std::string(parsed->signature);
  if (written != bytes) std::abort();
  return 0;
}
