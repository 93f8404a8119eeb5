// SPDX-License-Identifier: Apache-2.0
// The value of a blind index: a truncated keyed hash of a normalised text.
// SPEC.md section 8.

#ifndef PARCELVEIL_SRC_KEYRING_INDEX_HASH_H_
#define PARCELVEIL_SRC_KEYRING_INDEX_HASH_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "parcelveil/ids.h"
#include "src/keyring/key_session.h"

namespace parcelveil::keyring {

// Returns the index value of `text` (at most 4095 bytes) under `key`, the key
// of the index `slot`, by the rule and length that are fixed for that key.
// Returns nullopt for a text that has no normal form. `calling_code` is the
// tenant's.
std::optional<uint32_t> HashForIndex(const KeySession::Key& key, Slot slot,
                                     std::string_view text,
                                     std::string_view calling_code);

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_INDEX_HASH_H_
