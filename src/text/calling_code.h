// SPDX-License-Identifier: Apache-2.0
// Country calling codes: where a number written with one ends. Masks only; no
// normal form depends on it.

#ifndef PARCELVEIL_SRC_TEXT_CALLING_CODE_H_
#define PARCELVEIL_SRC_TEXT_CALLING_CODE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace parcelveil::text {

struct CallingCode {
  uint8_t size = 3;        // digits of the code
  uint8_t min_digits = 0;  // of a subscriber's number behind it
  uint8_t max_digits = 0;  // 0: not known
};

// Returns the code that `digits`, without a plus, begin with. Stars, which
// stand for digits that are hidden, give an unknown code.
CallingCode FindCallingCode(std::string_view digits);

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_CALLING_CODE_H_
