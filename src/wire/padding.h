// SPDX-License-Identifier: Apache-2.0
// Padding of what is sealed in messages: one byte 0x80, then zero bytes.

#ifndef PARCELVEIL_SRC_WIRE_PADDING_H_
#define PARCELVEIL_SRC_WIRE_PADDING_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "absl/types/span.h"

namespace parcelveil::wire {

// Bytes that `size` bytes take once padded to blocks of `block`.
constexpr size_t PaddedSize(size_t size, size_t block) {
  return (size / block + 1) * block;
}

// Pads the first `size` bytes of `buffer` to its end.
inline void Pad(absl::Span<uint8_t> buffer, size_t size) {
  memset(buffer.data() + size, 0, buffer.size() - size);
  buffer[size] = 0x80;
}

// The size without padding, whatever block it was padded to; nullopt where the
// padding is wrong. Takes a time that depends on the buffer's size alone.
inline std::optional<size_t> UnpaddedSize(absl::Span<const uint8_t> buffer) {
  size_t at = 0;     // of the last byte that is not zero
  uint8_t last = 0;  // and that byte
  for (size_t i = 0; i < buffer.size(); ++i) {
    const size_t keep = ((static_cast<size_t>(buffer[i]) + 0xFF) >> 8) - 1;
    at = (at & keep) | (i & ~keep);
    last = static_cast<uint8_t>((last & keep) | (buffer[i] & ~keep));
  }
  if (last != 0x80) return std::nullopt;
  return at;
}

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_PADDING_H_
