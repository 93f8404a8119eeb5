// SPDX-License-Identifier: Apache-2.0
// Big-endian integers and length-prefixed bytes, written and read in order.

#ifndef PARCELVEIL_SRC_WIRE_BYTES_H_
#define PARCELVEIL_SRC_WIRE_BYTES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/types/span.h"

namespace parcelveil::wire {

inline absl::Span<const uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(absl::Span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Writes into memory that the caller has made large enough.
class Writer {
 public:
  explicit Writer(uint8_t* out) : start_(out), at_(out) {}

  template <typename Unsigned>
  void Put(Unsigned value) {
    static_assert(std::is_unsigned_v<Unsigned>);
    for (size_t i = sizeof(value); i-- > 0;) {
      *at_++ = static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * i));
    }
  }
  void Put(std::string_view bytes) {
    if (!bytes.empty()) memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }
  size_t size() const { return static_cast<size_t>(at_ - start_); }

 private:
  uint8_t* start_;
  uint8_t* at_;
};

// Writes to the end of a string. For public bytes: a string that grows leaves
// copies behind.
class Appender {
 public:
  explicit Appender(std::string* out) : out_(out) {}

  template <typename Unsigned>
  void Put(Unsigned value) {
    uint8_t bytes[sizeof(value)];
    Writer(bytes).Put(value);
    out_->append(AsText(bytes));
  }
  void Put(std::string_view bytes) { out_->append(bytes); }
  template <size_t N>
  void Put(const std::array<uint8_t, N>& bytes) {
    out_->append(AsText(bytes));
  }
  // One byte of length, then the bytes: 255 at most.
  void PutLp8(std::string_view bytes) {
    Put(static_cast<uint8_t>(bytes.size()));
    Put(bytes);
  }

 private:
  std::string* out_;
};

// Reads in order and stops at the first thing that is not there: after that,
// ok() is false and everything read is zero or empty.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <typename Unsigned>
  Unsigned Get() {
    static_assert(std::is_unsigned_v<Unsigned>);
    if (sizeof(Unsigned) > rest_.size()) {
      Take(sizeof(Unsigned));
      return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof(Unsigned); ++i) {
      value = value << 8 | static_cast<uint8_t>(rest_[i]);
    }
    rest_.remove_prefix(sizeof(Unsigned));
    return static_cast<Unsigned>(value);
  }
  std::string_view Take(size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  // Bytes behind one byte of their length.
  std::string_view TakeLp8() { return Take(Get<uint8_t>()); }
  template <size_t N>
  std::array<uint8_t, N> GetArray() {
    std::array<uint8_t, N> bytes{};
    const std::string_view taken = Take(N);
    if (!taken.empty()) memcpy(bytes.data(), taken.data(), N);
    return bytes;
  }
  size_t size() const { return rest_.size(); }
  bool ok() const { return ok_; }
  // True where everything was there and nothing is left.
  bool AtEnd() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_BYTES_H_
