// SPDX-License-Identifier: Apache-2.0
// Entry bundles: the leaves of a bundle that is taken make that bundle again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "src/wire/tile_path.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bundle(reinterpret_cast<const char*>(data), size);
  const auto leaves = parcelveil::wire::ParseEntryBundle(bundle);
  if (!leaves.ok()) return 0;
  std::string again;
  for (std::string_view leaf : *leaves) {
    parcelveil::wire::AppendBundleEntry(leaf, &again);
  }
  if (again != bundle) std::abort();
  return 0;
}
