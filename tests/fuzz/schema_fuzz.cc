// SPDX-License-Identifier: Apache-2.0
// Schemas: what Parse takes is written as text that it takes again, the same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "parcelveil/schema.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto schema = parcelveil::Schema::Parse(text);
  if (!schema.ok()) return 0;
  const auto again = parcelveil::Schema::Parse(schema->ToText());
  if (!again.ok() || again->ToText() != schema->ToText() ||
      again->Hash() != schema->Hash()) {
    std::abort();
  }
  return 0;
}
