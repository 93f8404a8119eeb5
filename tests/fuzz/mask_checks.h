// SPDX-License-Identifier: Apache-2.0
// What must hold of every mask; shared by the fuzz targets of the kinds.

#ifndef PARCELVEIL_TESTS_FUZZ_MASK_CHECKS_H_
#define PARCELVEIL_TESTS_FUZZ_MASK_CHECKS_H_

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

#include "src/text/utf8.h"

namespace parcelveil::fuzz {

inline void Require(bool holds) {
  if (!holds) std::abort();
}

// The characters of a mask that are not stars; the mask must be UTF-8.
inline std::u32string Visible(std::string_view mask) {
  std::u32string visible;
  for (size_t i = 0; i < mask.size();) {
    const text::CodePoint c = text::Decode(mask, i);
    Require(c.value != text::kBad);
    if (c.value != '*') visible.push_back(c.value);
    i += c.size;
  }
  return visible;
}

inline bool IsSubsequence(const std::u32string& part,
                          const std::u32string& whole) {
  size_t found = 0;
  for (char32_t c : whole) {
    if (found < part.size() && part[found] == c) ++found;
  }
  return found == part.size();
}

// Marks, controls, invisible characters and private ones are in no mask.
inline void RequireHarmless(const std::u32string& visible) {
  for (char32_t c : visible) {
    Require(!text::IsInvisible(c) && !text::IsMark(c));
    Require(c >= 0x20 || text::IsSpace(c));
    Require(c < 0xE000 || c > 0xF8FF);
  }
}

}  // namespace parcelveil::fuzz

#endif  // PARCELVEIL_TESTS_FUZZ_MASK_CHECKS_H_
