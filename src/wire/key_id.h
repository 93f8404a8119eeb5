// SPDX-License-Identifier: Apache-2.0
// KID: the name of one key, bound into everything derived from it. SPEC.md
// sections 2 and 6.

#ifndef PARCELVEIL_SRC_WIRE_KEY_ID_H_
#define PARCELVEIL_SRC_WIRE_KEY_ID_H_

#include <array>
#include <cstdint>

#include "parcelveil/ids.h"

namespace parcelveil::wire {

// On disk: never renumber.
enum class KeyLevel : uint8_t {
  kEpoch = 0,  // scope is national
  kScope = 1,
};

struct KeyId {
  uint32_t tenant;
  Slot slot;
  Epoch epoch;
  uint8_t gen;
  KeyLevel level;
  Scope scope;
};

// tenant 4 | slot 2 | epoch 2 | gen 1 | level 1 | scope 4.
inline constexpr size_t kKeyIdSize = 14;
std::array<uint8_t, kKeyIdSize> EncodeKeyId(const KeyId& id);

// Which of a role's key pairs a key is wrapped to.
struct RoleKeyId {
  Role role;
  Scope role_scope;
  uint16_t kek_version;
};

// KID | role 2 | role_scope 4 | kek_version 2: what follows the label in the
// HPKE info of a wrap.
inline constexpr size_t kWrapBindingSize = kKeyIdSize + 8;
std::array<uint8_t, kWrapBindingSize> EncodeWrapBinding(
    const KeyId& id, const RoleKeyId& role_key);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_KEY_ID_H_
