// SPDX-License-Identifier: Apache-2.0
// Normal forms of any bytes: digits of the right number, and their own normal
// form. The first byte of the input chooses the tenant's country.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "src/text/normalise.h"
#include "src/text/utf8.h"

namespace {

using parcelveil::text::Normalise;
using parcelveil::text::NormaliseRule;

void Require(bool holds) {
  if (!holds) std::abort();
}

bool AllDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

void CheckPhone(std::string_view text, std::string_view country) {
  parcelveil::text::PhoneNumber number;
  const bool found = parcelveil::text::ParsePhone(text, country, &number);
  std::string digits;
  std::string last4;
  Require(Normalise(NormaliseRule::kPhone, text, country, &digits) == found);
  Require(Normalise(NormaliseRule::kLast4, text, country, &last4) == found);
  Require(digits == number.digits);
  if (!found) {
    Require(digits.empty() && last4.empty() && number.extension.empty());
    return;
  }
  Require(digits.size() >= 5 && digits.size() <= 15 && AllDigits(digits));
  Require(number.extension.size() <= 6 && AllDigits(number.extension));
  Require(last4 == digits.substr(digits.size() - 4));
  // Written out in full it is the same number, whatever the tenant.
  std::string again;
  Require(Normalise(NormaliseRule::kPhone, "+" + digits, "44", &again));
  Require(again == digits);
}

void CheckText(std::string_view text) {
  std::string normal;
  if (!Normalise(NormaliseRule::kText, text, "86", &normal)) {
    Require(normal.empty());
    return;
  }
  Require(!normal.empty() && normal.front() != ' ' && normal.back() != ' ');
  for (size_t i = 0; i < normal.size();) {
    const parcelveil::text::CodePoint c = parcelveil::text::Decode(normal, i);
    Require(c.value != parcelveil::text::kBad);
    Require(!parcelveil::text::IsInvisible(c.value));
    i += c.size;
  }
  std::string again;
  Require(Normalise(NormaliseRule::kText, normal, "86", &again));
  Require(again == normal);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::string_view kCountries[] = {"86", "852", "44", "1"};
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1,
                              size - 1);
  CheckPhone(text, kCountries[data[0] % 4]);
  CheckText(text);
  return 0;
}
