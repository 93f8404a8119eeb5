// SPDX-License-Identifier: Apache-2.0
// The masks behind parcelveil/mask.h, writing into the caller's buffer.

#ifndef PARCELVEIL_SRC_TEXT_MASK_H_
#define PARCELVEIL_SRC_TEXT_MASK_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "parcelveil/mask.h"

namespace parcelveil::text {

// Writes the mask of `text` to `out`, reusing its buffer; `text` must not lie
// inside it. Never fails; see parcelveil::Mask.
void MaskInto(const MaskStyle& style, std::string_view text, std::string* out);

// How much of a number a mask shows.
struct PhoneDigits {
  uint8_t head;    // digits of a mobile before the stars
  uint8_t tail;    // digits of any number behind them, at most
  uint8_t hidden;  // at least so many digits are hidden of any other number
};

// The rules of one kind each; `text` is not empty, `out` is.
void MaskWrittenPhone(PhoneDigits shown, std::string_view text,
                      std::string* out);
void MaskName(std::string_view text, std::string* out);
void MaskAddress(MaskRule rule, std::string_view text, std::string* out);

// Appends the one number of `text` with its extension, as it is dialled. False,
// with `out` as it was, where the text holds anything else.
bool ShowVirtualPhone(std::string_view text, std::string* out);

// What stands for a hidden part whose length is hidden too.
inline constexpr std::string_view kStars = "***";

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_MASK_H_
