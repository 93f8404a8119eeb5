// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/index_hash.h"

#include <algorithm>

#include "src/base/wipe.h"
#include "src/crypto/labels.h"
#include "src/crypto/prf.h"
#include "src/wire/index_value.h"

namespace parcelveil::keyring {
namespace {

constexpr size_t kMaxTextSize = 4095;

}  // namespace

void HashNormal(absl::Span<const uint8_t> key, Slot slot,
                const NormalText& text, absl::Span<uint8_t> hash) {
  const std::string_view normal = text.view();
  base::WipedBuffer<wire::kIndexMessagePrefixSize + kMaxTextSize> message(
      wire::kIndexMessagePrefixSize + normal.size());
  wire::EncodeIndexMessagePrefix(static_cast<uint8_t>(text.rule()), slot,
                                 message.data());
  std::copy(normal.begin(), normal.end(),
            message.data() + wire::kIndexMessagePrefixSize);
  crypto::Prf(key.first(crypto::kKeySize), crypto::kLabelIndex, message.span(),
              hash);
}

uint32_t IndexValueOf(const KeySession::Key& key, Slot slot,
                      const NormalText& text) {
  base::WipedBuffer<kIndexHashSize> hash;
  HashNormal(key.bytes, slot, text, hash.span());
  return wire::TruncateHash(hash.span(), key.index_bits);
}

std::optional<uint32_t> HashForIndex(const KeySession::Key& key, Slot slot,
                                     std::string_view text,
                                     std::string_view calling_code) {
  const NormalText normal(key.index_rule, text, calling_code,
                          NormalText::Origin::kRecord);
  if (!normal.has_value()) return std::nullopt;
  return IndexValueOf(key, slot, normal);
}

}  // namespace parcelveil::keyring
