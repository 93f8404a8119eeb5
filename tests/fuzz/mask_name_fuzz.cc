// SPDX-License-Identifier: Apache-2.0
// Name masks of any bytes: at most a surname or one letter, then stars.

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
  const std::string mask = Mask(MaskRule::kNameSurname, text).text();
  const std::u32string visible = Visible(mask);
  Require(visible.size() <= 2);
  Require(mask.back() == '*');
  Require(parcelveil::LooksMasked(FieldKind::kName, mask));
  RequireHarmless(visible);
  const std::string again = Mask(MaskRule::kNameSurname, mask).text();
  Require(IsSubsequence(Visible(again), visible));
  return 0;
}
