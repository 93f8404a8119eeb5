// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/index_hash.h"

#include <algorithm>
#include <string>

#include "src/base/wipe.h"
#include "src/crypto/labels.h"
#include "src/crypto/prf.h"
#include "src/text/normalise.h"
#include "src/wire/index_value.h"

namespace parcelveil::keyring {
namespace {

constexpr size_t kMaxTextSize = 4095;
constexpr size_t kMaxInlineSize = 15;  // what std::string holds by itself

// A string for plaintext, wiped to the end of its buffer. It is made large
// enough at once: a buffer that it grew out of would be freed as it is.
class WipedString {
 public:
  explicit WipedString(size_t capacity) {
    if (capacity > kMaxInlineSize) text_.reserve(capacity);
  }
  ~WipedString() {
    text_.resize(text_.capacity());
    base::WipeOnExit wipe(
        absl::MakeSpan(reinterpret_cast<uint8_t*>(text_.data()), text_.size()));
  }
  std::string* get() { return &text_; }
  std::string_view view() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

std::optional<uint32_t> HashForIndex(const KeySession::Key& key, Slot slot,
                                     std::string_view text,
                                     std::string_view calling_code) {
  WipedString normal(text.size());
  const auto rule = static_cast<text::NormaliseRule>(key.index_rule);
  if (!text::Normalise(rule, text, calling_code, normal.get())) {
    return std::nullopt;
  }
  base::WipedBuffer<wire::kIndexMessagePrefixSize + kMaxTextSize> message(
      wire::kIndexMessagePrefixSize + normal.view().size());
  wire::EncodeIndexMessagePrefix(static_cast<uint8_t>(key.index_rule), slot,
                                 message.data());
  std::copy(normal.view().begin(), normal.view().end(),
            message.data() + wire::kIndexMessagePrefixSize);
  base::WipedBuffer<16> hash;
  crypto::Prf(key.bytes.first(crypto::kKeySize), crypto::kLabelIndex,
              message.span(), hash.span());
  return wire::TruncateHash(hash.span(), key.index_bits);
}

}  // namespace parcelveil::keyring
