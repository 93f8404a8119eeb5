// SPDX-License-Identifier: Apache-2.0
// The value of a blind index: a truncated keyed hash of a normalised text.
// SPEC.md section 8.

#ifndef PARCELVEIL_SRC_KEYRING_INDEX_HASH_H_
#define PARCELVEIL_SRC_KEYRING_INDEX_HASH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "src/keyring/key_session.h"
#include "src/keyring/normal_text.h"

namespace parcelveil::keyring {

inline constexpr size_t kIndexHashSize = 16;

// Writes the hash that index values are cut from, kIndexHashSize bytes, under
// any key of 32 bytes. `text` has a value.
void HashNormal(absl::Span<const uint8_t> key, Slot slot,
                const NormalText& text, absl::Span<uint8_t> hash);

// Returns the index value of `text`, which has a value by the key's own rule,
// under `key`, the key of the index `slot`.
uint32_t IndexValueOf(const KeySession::Key& key, Slot slot,
                      const NormalText& text);

// Returns the index value of `text` (at most 4095 bytes) under `key`, the key
// of the index `slot`, by the rule and length that are fixed for that key.
// Returns nullopt for a text that has no normal form. `calling_code` is the
// tenant's.
std::optional<uint32_t> HashForIndex(const KeySession::Key& key, Slot slot,
                                     std::string_view text,
                                     std::string_view calling_code);

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_INDEX_HASH_H_
