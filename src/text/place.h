// SPDX-License-Identifier: Apache-2.0
// What stands at one place of a Chinese address: a word to hide, the end of a
// place's name, a house number, perhaps a person.

#ifndef PARCELVEIL_SRC_TEXT_PLACE_H_
#define PARCELVEIL_SRC_TEXT_PLACE_H_

#include <cstddef>

#include "src/text/folded.h"

namespace parcelveil::text {

// What StartsHiddenWord asks where a flag says that it may be one.
bool IsHiddenWord(const Folded& text, size_t pos);

// True where a word starts that is about a person or a remark.
inline bool StartsHiddenWord(const Folded& text, size_t pos) {
  return (text.flags(pos) & (kPersonOrRemark | kWordStart)) &&
         IsHiddenWord(text, pos);
}

// How the character at `pos`, one with kPlaceEnd, ends the name of a place that
// started before it.
struct Ending {
  size_t size = 0;      // characters; 0: it does not
  bool strong = false;  // as no person's name ends: 大道, 小区; not 路, 城
};
Ending EndingAt(const Folded& text, size_t pos);

// Returns where the Chinese numerals at `pos` end: 一百二十八.
size_t SkipNumerals(const Folded& text, size_t pos);

// True for 八一 and the like, days that roads and estates are named after.
bool IsMemorialDay(std::u16string_view numerals);

// True where the unit of a house number stands: 号, 楼, 单元.
inline bool IsUnit(const Folded& text, size_t pos) {
  return (text.flags(pos) & (kNumberUnit | kAlwaysUnit)) != 0;
}

// Returns where the units at `pos` end.
size_t SkipUnits(const Folded& text, size_t pos);

// Returns the digits of a house number at `pos`: 128, or the 128 of 128-3-501;
// 0 where there is none or where it looks like a phone number.
size_t HouseNumberAt(const Folded& text, size_t pos);

// Returns where the name of a place begins that is read from `start` and whose
// ending stands at `stem_end`: behind what may be a person's name (张三平江路),
// or `stem_end` where nothing else would be left.
size_t SkipPerson(const Folded& text, size_t start, size_t stem_end);

// True where the two to three characters [start, end) may be a person.
bool LooksLikePerson(const Folded& text, size_t start, size_t end);

// True where they begin with one of the commonest surnames and nothing says
// that they are a place: 李刚 of 李刚大厦.
bool IsCommonName(const Folded& text, size_t start, size_t end);

// The same for the name of a road or a village, of which many begin like rare
// surnames (平江路, 文三路) and some like common ones (王庄).
bool LooksLikeCommonPerson(const Folded& text, size_t start, size_t end);

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_PLACE_H_
