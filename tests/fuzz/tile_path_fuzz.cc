// SPDX-License-Identifier: Apache-2.0
// Tile paths: what ParseTilePath takes has one spelling.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "src/wire/tile_path.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto path = parcelveil::wire::ParseTilePath(text);
  if (path.ok() && parcelveil::wire::EncodeTilePath(*path) != text) {
    std::abort();
  }
  return 0;
}
