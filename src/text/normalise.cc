// SPDX-License-Identifier: Apache-2.0

#include "src/text/normalise.h"

#include <cstddef>

#include "parcelveil/mask.h"
#include "src/text/phone_scanner.h"
#include "src/text/utf8.h"

namespace parcelveil::text {
namespace {

constexpr std::string_view kChina = "86";

// Writes the number with its country code, as rule 1 says. False where that has
// more than 15 digits.
bool WriteDigits(const WrittenPhone& phone, std::string_view country,
                 std::string* out) {
  std::string_view digits = phone.Digits();
  out->clear();
  switch (phone.kind) {
    case WrittenPhone::Kind::kMobile:
    case WrittenPhone::Kind::kLandline:
    case WrittenPhone::Kind::kService:
      out->append(kChina);
      break;
    case WrittenPhone::Kind::kInternational:
      break;
    case WrittenPhone::Kind::kOther:
      if (digits[0] == '0') digits.remove_prefix(1);
      out->append(country);
      break;
  }
  out->append(digits);
  return out->size() <= kMaxPhoneDigits;
}

// Rule 1 without the extension; `phone` is where the reading goes.
bool FindPhone(std::string_view text, std::string_view country,
               WrittenPhone* phone, std::string* out) {
  out->clear();
  // What a mask has left of a number is not one.
  if (LooksMasked(FieldKind::kPhone, text)) return false;
  PhoneScanner scanner(text, {country == kChina, /*stars=*/false});
  while (scanner.Next(phone)) {
    if (WriteDigits(*phone, country, out)) return true;
  }
  out->clear();
  return false;
}

bool NormalisePhone(std::string_view text, std::string_view country,
                    std::string* out) {
  if (country == kChina && IsPlainMobile(text)) {
    out->assign(kChina);
    out->append(text);
    return true;
  }
  WrittenPhone phone;
  return FindPhone(text, country, &phone, out);
}

bool NormaliseText(std::string_view text, std::string* out) {
  out->clear();
  bool gap = false;
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = Decode(text, i);
    if (c.value == kBad) {
      out->clear();
      return false;
    }
    const size_t start = i;
    i += c.size;
    if (IsInvisible(c.value)) continue;
    if (IsSpace(c.value)) {
      gap = true;
      continue;
    }
    if (gap && !out->empty()) out->push_back(' ');
    gap = false;
    const char32_t folded = FoldWidth(c.value);
    if (folded >= 0x80) {
      out->append(text.substr(start, c.size));
      continue;
    }
    const bool upper = folded >= 'A' && folded <= 'Z';
    out->push_back(static_cast<char>(upper ? folded + ('a' - 'A') : folded));
  }
  return !out->empty();
}

}  // namespace

bool ParsePhone(std::string_view text, std::string_view country,
                PhoneNumber* out) {
  out->extension.clear();
  if (IsPlainMobile(text)) {
    return NormalisePhone(text, country, &out->digits);
  }
  WrittenPhone phone;
  if (!FindPhone(text, country, &phone, &out->digits)) return false;
  out->extension.assign(phone.Extension());
  return true;
}

bool Normalise(NormaliseRule rule, std::string_view text,
               std::string_view country, std::string* out) {
  constexpr size_t kLast = 4;
  switch (rule) {
    case NormaliseRule::kPhone:
      return NormalisePhone(text, country, out);
    case NormaliseRule::kLast4:
      if (!NormalisePhone(text, country, out)) return false;
      out->erase(0, out->size() - kLast);
      return true;
    case NormaliseRule::kText:
      return NormaliseText(text, out);
  }
  out->clear();
  return false;
}

}  // namespace parcelveil::text
