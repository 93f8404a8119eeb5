// SPDX-License-Identifier: Apache-2.0
// What stands at one place of a Chinese address: a word to hide, the end of a
// place's name, a house number.

#ifndef PARCELVEIL_SRC_TEXT_PLACE_H_
#define PARCELVEIL_SRC_TEXT_PLACE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "src/text/han.h"

namespace parcelveil::text {

// How sure the end of a place's name is.
enum class Ending {
  kNone,
  kWeak,    // 路, 城: may end a person's name as well
  kStrong,  // 大道, 小区
};

// In all of these `pos` is the start of a Chinese character, `flags` its flags.

// What StartsHiddenWord asks where a flag says that it may be one.
bool IsHiddenWord(std::string_view text, size_t pos, uint16_t flags);

// True where a word starts that is about a person or a remark.
inline bool StartsHiddenWord(std::string_view text, size_t pos,
                             uint16_t flags) {
  return (flags & (kPersonOrRemark | kWordStart)) &&
         IsHiddenWord(text, pos, flags);
}

// Tells whether the character at `pos`, one with kPlaceEnd, ends the name of a
// place that started before it.
Ending EndsPlace(std::string_view text, size_t pos);

// Returns the Chinese numerals at `pos`: 一百二十八.
std::string_view NumeralsAt(std::string_view text, size_t pos);

// True for 八一 and the like, days that roads and estates are named after.
bool IsMemorialDay(std::string_view numerals);

// True where the unit of a house number stands: 号, 楼, 单元.
bool IsUnit(std::string_view text, size_t pos);

// Returns where the units at `pos` end.
size_t SkipUnits(std::string_view text, size_t pos);

// Returns the bytes of the digits of a house number at `pos`: 128, or the 128
// of 128-3-501; 0 where there is none or where it looks like a phone number.
size_t HouseNumberAt(std::string_view text, size_t pos);

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_PLACE_H_
