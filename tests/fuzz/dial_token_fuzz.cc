// SPDX-License-Identifier: Apache-2.0
// Dial tokens and what is sealed in them: parse, write, the same bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "src/wire/bytes.h"
#include "src/wire/dial_token.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace wire = parcelveil::wire;
  const absl::Span<const uint8_t> bytes(data, size);
  const auto token = wire::ParseDialToken(wire::AsText(bytes));
  if (token.ok() && wire::EncodeDialToken(*token) != wire::AsText(bytes))
    std::abort();
  const auto text = wire::ParseDialText(wire::AsText(bytes));
  if (!text.ok()) return 0;
  uint8_t encoded[wire::kDialTextSize];
  if (!wire::EncodeDialText(*text, encoded).ok()) std::abort();
  if (absl::Span<const uint8_t>(encoded) != bytes) std::abort();
  return 0;
}
