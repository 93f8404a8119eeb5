// SPDX-License-Identifier: Apache-2.0
// Fixed-size stack buffers for secrets, zeroed on every path.

#ifndef PARCELVEIL_SRC_BASE_WIPE_H_
#define PARCELVEIL_SRC_BASE_WIPE_H_

#include <sodium.h>

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"

namespace parcelveil::base {

// N bytes on the stack. Only the first used() bytes are zeroed at the end, so
// that a large buffer costs no more than what was written to it.
template <size_t N>
class WipedBuffer {
 public:
  WipedBuffer() = default;
  explicit WipedBuffer(size_t used) : used_(used) {}
  WipedBuffer(const WipedBuffer&) = delete;
  WipedBuffer& operator=(const WipedBuffer&) = delete;
  ~WipedBuffer() { sodium_memzero(bytes_, used_); }

  uint8_t* data() { return bytes_; }
  const uint8_t* data() const { return bytes_; }
  size_t used() const { return used_; }
  absl::Span<uint8_t> span() { return {bytes_, used_}; }
  absl::Span<const uint8_t> span() const { return {bytes_, used_}; }

 private:
  alignas(16) uint8_t bytes_[N];
  size_t used_ = N;
};

// Zeroes `bytes` when the scope ends.
class WipeOnExit {
 public:
  explicit WipeOnExit(absl::Span<uint8_t> bytes) : bytes_(bytes) {}
  WipeOnExit(const WipeOnExit&) = delete;
  WipeOnExit& operator=(const WipeOnExit&) = delete;
  ~WipeOnExit() { sodium_memzero(bytes_.data(), bytes_.size()); }

 private:
  absl::Span<uint8_t> bytes_;
};

}  // namespace parcelveil::base

#endif  // PARCELVEIL_SRC_BASE_WIPE_H_
