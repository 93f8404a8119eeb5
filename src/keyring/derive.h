// SPDX-License-Identifier: Apache-2.0
// From an epoch key down to the keys of cells. SPEC.md section 4.

#ifndef PARCELVEIL_SRC_KEYRING_DERIVE_H_
#define PARCELVEIL_SRC_KEYRING_DERIVE_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "src/wire/key_id.h"

namespace parcelveil::keyring {

using KeyCheck = std::array<uint8_t, 32>;

// SK, 32 bytes: the key of one scope under an epoch key.
void DeriveScopeKey(absl::Span<const uint8_t> epoch_key, Scope scope,
                    absl::Span<uint8_t> scope_key);

// FK | TK | NK, 64 bytes, of a scope key named by `id` (level kScope).
void DeriveCellKeys(absl::Span<const uint8_t> scope_key, const wire::KeyId& id,
                    absl::Span<uint8_t> cell_keys);

// The check value (kcv) of a key: commits the keyring to it.
KeyCheck DeriveKeyCheck(absl::Span<const uint8_t> key, const wire::KeyId& id);

// The secret of a day's intake key pair (X25519), 32 bytes. `id` is the epoch
// key's.
void DeriveIntakeSecret(absl::Span<const uint8_t> epoch_key,
                        const wire::KeyId& id, absl::Span<uint8_t> secret);

// What a log calls a record (record_ref), of the national scope key of
// AUDIT_REF, 32 bytes. `record_id` has 1 to 64. SPEC.md section 13.
std::array<uint8_t, 16> DeriveRecordRef(absl::Span<const uint8_t> scope_key,
                                        uint32_t tenant,
                                        std::string_view record_id);

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_DERIVE_H_
