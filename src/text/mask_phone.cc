// SPDX-License-Identifier: Apache-2.0
// Phones: the last digits of a number and, of a mainland mobile, its first.
// SPEC.md section 9.

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "src/text/mask.h"
#include "src/text/phone_scanner.h"

namespace parcelveil::text {
namespace {

// How much of a number a rule shows.
struct Visible {
  size_t head;  // digits of a mobile before the stars
  size_t tail;
  size_t hidden;  // at least so many digits are hidden of any other number
};

Visible VisibleOf(MaskRule rule) {
  if (rule == MaskRule::kPhone34) return {3, 4, 4};
  if (rule == MaskRule::kPhone14) return {1, 4, 6};
  return {0, 4, 4};
}

// At most seven stars: a longer number need not show that it is one, and its
// mask is then masked again to itself.
void AppendNumber(std::string_view digits, size_t head, size_t tail,
                  std::string* out) {
  constexpr size_t kMaxStars = 7;
  out->append(digits.substr(0, head));
  out->append(std::min(digits.size() - head - tail, kMaxStars), '*');
  out->append(digits.substr(digits.size() - tail));
}

}  // namespace

void MaskPhone(MaskRule rule, std::string_view text, std::string* out) {
  constexpr int kMaxNumbers = 4;
  constexpr size_t kLeastDigits = 7;
  const Visible visible = VisibleOf(rule);
  if (IsPlainMobile(text)) {
    out->append(text);
    const size_t stars = kMobileSize - visible.head - visible.tail;
    std::memset(out->data() + visible.head, '*', stars);
    return;
  }
  PhoneScanner scanner(text, {/*china=*/true, /*stars=*/true});
  WrittenPhone phone;
  for (int i = 0; i < kMaxNumbers && scanner.Next(&phone); ++i) {
    const std::string_view digits = phone.Digits();
    if (phone.kind == WrittenPhone::Kind::kMobile) {
      if (!out->empty()) out->push_back(',');
      AppendNumber(digits, visible.head, visible.tail, out);
      continue;
    }
    // A second number is shown only where its form is beyond doubt.
    if (!out->empty() || !phone.certain_end || digits.size() < kLeastDigits) {
      continue;
    }
    const size_t spare =
        digits.size() - std::min(digits.size(), visible.hidden);
    AppendNumber(digits, 0, std::min(visible.tail, spare), out);
  }
  if (out->empty()) out->append(kStars);
}

}  // namespace parcelveil::text
