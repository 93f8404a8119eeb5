// SPDX-License-Identifier: Apache-2.0
// UTF-8 (RFC 3629) validity.

#ifndef PARCELVEIL_SRC_BASE_UTF8_H_
#define PARCELVEIL_SRC_BASE_UTF8_H_

#include <string_view>

namespace parcelveil::base {

// True for well-formed UTF-8: no overlong form, no surrogate, nothing above
// U+10FFFF.
bool IsUtf8(std::string_view text);

}  // namespace parcelveil::base

#endif  // PARCELVEIL_SRC_BASE_UTF8_H_
