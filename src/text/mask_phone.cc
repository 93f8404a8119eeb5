// SPDX-License-Identifier: Apache-2.0
// Phones: the last digits of a number and, of a mainland mobile, its first.
// SPEC.md section 9.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "src/text/calling_code.h"
#include "src/text/mask.h"
#include "src/text/phone_scanner.h"

namespace parcelveil::text {
namespace {

// At most seven stars: a longer number need not show that it is one, and its
// mask is then masked again to itself.
void AppendNumber(std::string_view digits, size_t head, size_t tail,
                  std::string* out) {
  constexpr size_t kMaxStars = 7;
  out->append(digits.substr(0, head));
  out->append(std::min(digits.size() - head - tail, kMaxStars), '*');
  out->append(digits.substr(digits.size() - tail));
}

// 800, 900, 1800 and the like have sizes of their own; so has a mainland mobile
// behind a wrong code.
bool IsServiceNumber(std::string_view national) {
  for (std::string_view start : {"800", "900", "1"}) {
    if (national.substr(0, start.size()) == start) return true;
  }
  return false;
}

// Appends what may be shown of a number that is no mainland mobile.
void AppendOther(const WrittenPhone& phone, PhoneDigits shown,
                 std::string* out) {
  constexpr size_t kLeastDigits = 7;
  std::string_view digits = phone.Digits();
  size_t country = 0;  // digits of the country code, which hide nobody
  bool certain_end = phone.certain_end;
  if (phone.kind == WrittenPhone::Kind::kOther) {
    certain_end |=
        digits.size() == 10 && digits.substr(0, 2) == "09";  // Taiwan
    if (digits.size() == 11 && digits.substr(0, 2) == "85") country = 3;
    if (digits.size() == 12 && digits.substr(0, 3) == "886") country = 3;
  }
  if (phone.kind == WrittenPhone::Kind::kInternational) {
    const CallingCode code = FindCallingCode(digits);
    country = std::min<size_t>(code.size, digits.size());
    const size_t national = digits.size() - country;
    if (code.max_digits != 0) {
      certain_end = national >= code.min_digits && national <= code.max_digits;
      if (national > code.max_digits && code.min_digits == code.max_digits &&
          !IsServiceNumber(digits.substr(country))) {
        // What follows is an extension, whatever parts it.
        digits = digits.substr(0, country + code.max_digits);
        certain_end = true;
      }
    }
  }
  if (!certain_end || digits.size() < kLeastDigits) return;
  const size_t national = digits.size() - country;
  const size_t spare = national - std::min<size_t>(national, shown.hidden);
  // Without the country code: a mask of this mask must not count its stars as
  // digits hidden.
  AppendNumber(digits.substr(country), 0, std::min<size_t>(shown.tail, spare),
               out);
}

}  // namespace

void MaskWrittenPhone(PhoneDigits shown, std::string_view text,
                      std::string* out) {
  constexpr int kMaxNumbers = 4;
  PhoneScanner scanner(text, {/*china=*/true, /*stars=*/true});
  WrittenPhone phone;
  for (int i = 0; i < kMaxNumbers && scanner.Next(&phone); ++i) {
    if (phone.kind == WrittenPhone::Kind::kMobile) {
      if (!out->empty()) out->push_back(',');
      AppendNumber(phone.Digits(), shown.head, shown.tail, out);
    } else if (out->empty()) {
      // A second number is shown only where its form is beyond doubt.
      AppendOther(phone, shown, out);
    }
  }
  if (out->empty()) out->append(kStars);
}

bool ShowVirtualPhone(std::string_view text, std::string* out) {
  if (LooksMasked(FieldKind::kPhone, text)) return false;
  PhoneScanner scanner(text, {/*china=*/true, /*stars=*/false});
  WrittenPhone phone;
  if (!scanner.Next(&phone)) return false;
  const WrittenPhone first = phone;
  // One number that can be dialled as it stands here; anything else is not what
  // was declared.
  if (first.kind == WrittenPhone::Kind::kInternational ||
      scanner.Next(&phone)) {
    return false;
  }
  if (first.kind == WrittenPhone::Kind::kLandline) out->push_back('0');
  out->append(first.Digits());
  if (first.extension_size != 0) {
    out->push_back('-');
    out->append(first.Extension());
  }
  return true;
}

}  // namespace parcelveil::text
