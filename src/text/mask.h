// SPDX-License-Identifier: Apache-2.0
// The masks behind parcelveil/mask.h, writing into the caller's buffer.

#ifndef PARCELVEIL_SRC_TEXT_MASK_H_
#define PARCELVEIL_SRC_TEXT_MASK_H_

#include <string>
#include <string_view>

#include "parcelveil/mask.h"

namespace parcelveil::text {

// Writes the mask of `text` to `out`, reusing its buffer; `text` must not lie
// inside it. Never fails; see parcelveil::Mask.
void MaskInto(MaskRule rule, std::string_view text, std::string* out);

// The rules of one kind each; `text` is not empty, `out` is.
void MaskPhone(MaskRule rule, std::string_view text, std::string* out);
void MaskName(std::string_view text, std::string* out);
void MaskAddress(MaskRule rule, std::string_view text, std::string* out);

// What stands for a hidden part whose length is hidden too.
inline constexpr std::string_view kStars = "***";

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_MASK_H_
