// SPDX-License-Identifier: Apache-2.0
// Surnames of two characters.

#ifndef PARCELVEIL_SRC_TEXT_SURNAME_H_
#define PARCELVEIL_SRC_TEXT_SURNAME_H_

#include <string_view>

namespace parcelveil::text {

// True where the two simplified characters `name` are a compound surname
// (欧阳). Only decides to show one character more, or to hide more.
bool IsCompoundSurname(std::u16string_view name);

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_SURNAME_H_
