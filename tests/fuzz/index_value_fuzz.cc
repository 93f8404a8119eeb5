// SPDX-License-Identifier: Apache-2.0
// Index values: parse, write, the same bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "src/wire/bytes.h"
#include "src/wire/index_value.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto value = parcelveil::wire::ParseIndexValue(bytes);
  if (!value.ok()) return 0;
  const auto encoded = parcelveil::wire::EncodeIndexValue(*value);
  if (parcelveil::wire::AsText(encoded) != bytes) std::abort();
  return 0;
}
