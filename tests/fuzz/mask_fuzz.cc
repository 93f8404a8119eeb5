// SPDX-License-Identifier: Apache-2.0
// Masks of any bytes: valid UTF-8, bounded in what they show, and showing
// nothing new when masked again. The first byte of the input is the rule.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "parcelveil/mask.h"
#include "src/text/mask.h"
#include "src/text/utf8.h"
#include "tests/fuzz/mask_checks.h"

namespace {

using parcelveil::FieldKind;
using parcelveil::MaskRule;
using parcelveil::fuzz::IsSubsequence;
using parcelveil::fuzz::Require;
using parcelveil::fuzz::Visible;

void CheckPhone(const std::u32string& visible, std::string_view mask) {
  size_t run = 0;
  for (char c : mask) {
    Require(c == '*' || c == ',' || (c >= '0' && c <= '9'));
    run = c >= '0' && c <= '9' ? run + 1 : 0;
    Require(run <= 4);
  }
  Require(visible.size() <= 4 * 8);  // four numbers of 3 + 4, three commas
  Require(parcelveil::LooksMasked(FieldKind::kPhone, mask));
}

void CheckAddress(const std::u32string& visible, std::string_view mask) {
  for (char32_t c : visible) Require(parcelveil::text::DigitValue(c) < 0);
  Require(parcelveil::LooksMasked(FieldKind::kAddress, mask));
}

void CheckRule(MaskRule rule, const std::u32string& visible,
               std::string_view mask) {
  switch (rule) {
    case MaskRule::kPhone34:
    case MaskRule::kPhone14:
    case MaskRule::kPhoneLast4:
      return CheckPhone(visible, mask);
    case MaskRule::kNameSurname:
      Require(visible.size() <= 2);
      Require(parcelveil::LooksMasked(FieldKind::kName, mask));
      return;
    case MaskRule::kAddressRegion:
    case MaskRule::kAddressStreet:
      return CheckAddress(visible, mask);
    default:
      Require(mask == "***");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto rule = static_cast<MaskRule>(data[0] % 10);  // two do not exist
  const std::string_view text(reinterpret_cast<const char*>(data) + 1,
                              size - 1);
  std::string mask = "left from the call before";
  parcelveil::text::MaskInto(rule, text, &mask);
  Require(mask == parcelveil::Mask(rule, text).text());
  Require(mask.empty() == text.empty());
  if (text.empty()) return 0;
  const std::u32string visible = Visible(mask);
  CheckRule(rule, visible, mask);
  std::string again;
  parcelveil::text::MaskInto(rule, mask, &again);
  Require(IsSubsequence(Visible(again), visible));
  return 0;
}
