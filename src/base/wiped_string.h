// SPDX-License-Identifier: Apache-2.0
// A std::string for plaintext, where a function writes into one.

#ifndef PARCELVEIL_SRC_BASE_WIPED_STRING_H_
#define PARCELVEIL_SRC_BASE_WIPED_STRING_H_

#include <sodium.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace parcelveil::base {

// Wiped to the end of its buffer. It is made large enough at once: a buffer
// that it grew out of would be freed as it is.
class WipedString {
 public:
  explicit WipedString(size_t capacity) {
    if (capacity > kMaxInlineSize) text_.reserve(capacity);
  }
  WipedString(const WipedString&) = delete;
  WipedString& operator=(const WipedString&) = delete;
  ~WipedString() {
    text_.resize(text_.capacity());
    sodium_memzero(text_.data(), text_.size());
  }

  std::string* get() { return &text_; }
  std::string_view view() const { return text_; }

 private:
  static constexpr size_t kMaxInlineSize = 15;  // kept without a buffer

  std::string text_;
};

}  // namespace parcelveil::base

#endif  // PARCELVEIL_SRC_BASE_WIPED_STRING_H_
