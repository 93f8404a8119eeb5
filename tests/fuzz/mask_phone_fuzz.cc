// SPDX-License-Identifier: Apache-2.0
// Phone masks of any bytes: never five digits in a row, stricter rules show
// less, and a number declared virtual is digits and one dash.

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
  const std::string mask = Mask(MaskRule::kPhone34, text).text();
  size_t run = 0;
  for (char c : mask) {
    Require(c == '*' || c == ',' || (c >= '0' && c <= '9'));
    run = c >= '0' && c <= '9' ? run + 1 : 0;
    Require(run <= 4);
  }
  Require(mask.find('*') != std::string::npos);
  Require(parcelveil::LooksMasked(FieldKind::kPhone, mask));
  const std::u32string visible = Visible(mask);
  for (MaskRule stricter : {MaskRule::kPhone14, MaskRule::kPhoneLast4}) {
    const std::u32string less = Visible(Mask(stricter, text).text());
    Require(IsSubsequence(less, visible));
    Require(IsSubsequence(Visible(Mask(stricter, mask).text()), visible));
  }
  const std::string whole = MaskPhoneOf(parcelveil::NumberOwner::kVirtual,
                                        parcelveil::MaskPreset::kLabel, text)
                                .text();
  for (char c : whole) {
    Require(c == '*' || c == ',' || c == '-' || (c >= '0' && c <= '9'));
  }
  return 0;
}
