// SPDX-License-Identifier: Apache-2.0
// Masks of one free line of any bytes.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "parcelveil/mask.h"
#include "tests/fuzz/mask_checks.h"

using parcelveil::fuzz::IsSubsequence;
using parcelveil::fuzz::Require;
using parcelveil::fuzz::RequireHarmless;
using parcelveil::fuzz::Visible;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (auto preset :
       {parcelveil::MaskPreset::kHandheld, parcelveil::MaskPreset::kLabel}) {
    const std::string mask = parcelveil::MaskLine(preset, text).text();
    const std::u32string visible = Visible(mask);
    RequireHarmless(visible);
    const std::string again = parcelveil::MaskLine(preset, mask).text();
    Require(IsSubsequence(Visible(again), visible));
  }
  return 0;
}
