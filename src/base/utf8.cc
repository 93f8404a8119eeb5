// SPDX-License-Identifier: Apache-2.0
#include "src/base/utf8.h"

#include <cstdint>

namespace parcelveil::base {
namespace {

bool IsTail(uint8_t byte) { return (byte & 0xC0) == 0x80; }

// U+1000..U+CFFF in three bytes: nearly all Chinese text.
bool IsCommonThree(const uint8_t* at) {
  return static_cast<uint8_t>(at[0] - 0xE1) <= 0x0B &&
         ((at[1] ^ 0x80) | (at[2] ^ 0x80)) < 0x40;
}

// Bytes of the well-formed sequence at `at`, 0 if there is none. RFC 3629
// section 4.
size_t SequenceSize(const uint8_t* at, size_t left) {
  const uint8_t lead = at[0];
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return left >= 2 && IsTail(at[1]) ? 2 : 0;
  if ((lead & 0xF0) == 0xE0) {
    if (left < 3 || !IsTail(at[1]) || !IsTail(at[2])) return 0;
    if (lead == 0xE0 && at[1] < 0xA0) return 0;  // overlong
    if (lead == 0xED && at[1] > 0x9F) return 0;  // surrogate
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (left < 4 || !IsTail(at[1]) || !IsTail(at[2]) || !IsTail(at[3])) {
      return 0;
    }
    if (lead == 0xF0 && at[1] < 0x90) return 0;  // overlong
    if (lead == 0xF4 && at[1] > 0x8F) return 0;  // above U+10FFFF
    return 4;
  }
  return 0;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  const auto* at = reinterpret_cast<const uint8_t*>(text.data());
  const uint8_t* const end = at + text.size();
  while (at < end) {
    if (*at < 0x80) {
      ++at;
      continue;
    }
    if (end - at >= 3 && IsCommonThree(at)) {
      at += 3;
      while (end - at >= 3 && IsCommonThree(at)) at += 3;
      continue;
    }
    const size_t size = SequenceSize(at, static_cast<size_t>(end - at));
    if (size == 0) return false;
    at += size;
  }
  return true;
}

}  // namespace parcelveil::base
