// SPDX-License-Identifier: Apache-2.0
// Leaves: what ParseLeaf takes has one encoding.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "src/wire/leaf.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  parcelveil::Leaf leaf;
  if (!parcelveil::wire::ParseLeaf(bytes, &leaf).ok()) return 0;
  const auto encoded = parcelveil::wire::EncodeLeaf(leaf);
  if (!encoded.ok() || *encoded != bytes) std::abort();
  return 0;
}
