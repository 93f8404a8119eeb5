// SPDX-License-Identifier: Apache-2.0
// Address masks of any bytes: no digit, and the region alone shows no more than
// the street does.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "parcelveil/mask.h"
#include "tests/fuzz/mask_checks.h"

using parcelveil::FieldKind;
using parcelveil::Mask;
using parcelveil::MaskRule;
using parcelveil::fuzz::IsSubsequence;
using parcelveil::fuzz::Require;
using parcelveil::fuzz::RequireHarmless;
using parcelveil::fuzz::Visible;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string mask = Mask(MaskRule::kAddressStreet, text).text();
  const std::u32string visible = Visible(mask);
  for (char32_t c : visible) Require(parcelveil::text::DigitValue(c) < 0);
  Require(mask.substr(mask.size() - 3) == "***");
  Require(parcelveil::LooksMasked(FieldKind::kAddress, mask));
  RequireHarmless(visible);
  const std::string again = Mask(MaskRule::kAddressStreet, mask).text();
  Require(IsSubsequence(Visible(again), visible));
  const std::string region = Mask(MaskRule::kAddressRegion, text).text();
  Require(IsSubsequence(Visible(region), visible));
  return 0;
}
