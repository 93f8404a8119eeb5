// SPDX-License-Identifier: Apache-2.0

#include "src/text/waybill.h"

#include <cstddef>
#include <iterator>

namespace parcelveil::text {
namespace {

struct Form {
  std::u16string_view prefix;
  size_t min_digits;
  size_t max_digits;
};

constexpr Form kForms[] = {
    {u"SF", 12, 13},  {u"YT", 13, 13},   {u"JT", 12, 13},   {u"JDX", 12, 12},
    {u"JDK", 12, 12}, {u"JDVA", 11, 11}, {u"JDVB", 11, 11}, {u"JDVC", 11, 11},
    {u"DPK", 12, 12}, {u"STO", 10, 10}};

bool IsDigit(char16_t c) { return c >= u'0' && c <= u'9'; }
bool IsLetter(char16_t c) { return c >= u'A' && c <= u'Z'; }

// Two letters, eight digits and a check digit, two letters: UPU S10.
bool IsS10(std::u16string_view token) {
  constexpr int kWeights[] = {8, 6, 4, 2, 3, 5, 9, 7};
  constexpr size_t kSize = 13;
  if (token.size() != kSize || !IsLetter(token[0]) || !IsLetter(token[1]) ||
      !IsLetter(token[11]) || !IsLetter(token[12])) {
    return false;
  }
  int sum = 0;
  for (size_t i = 0; i <= std::size(kWeights); ++i) {
    if (!IsDigit(token[2 + i])) return false;
    if (i < std::size(kWeights)) sum += kWeights[i] * (token[2 + i] - u'0');
  }
  int check = 11 - sum % 11;
  if (check == 10) check = 0;
  if (check == 11) check = 5;
  return token[10] - u'0' == check;
}

}  // namespace

bool IsWaybill(std::u16string_view token) {
  for (const Form& form : kForms) {
    if (token.substr(0, form.prefix.size()) != form.prefix) continue;
    const std::u16string_view digits = token.substr(form.prefix.size());
    if (digits.size() < form.min_digits || digits.size() > form.max_digits) {
      continue;
    }
    bool all = true;
    for (char16_t c : digits) all &= IsDigit(c);
    if (all) return true;
  }
  return IsS10(token);
}

}  // namespace parcelveil::text
