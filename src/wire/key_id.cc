// SPDX-License-Identifier: Apache-2.0
#include "src/wire/key_id.h"

#include "src/wire/bytes.h"

namespace parcelveil::wire {
std::array<uint8_t, kKeyIdSize> EncodeKeyId(const KeyId& id) {
  std::array<uint8_t, kKeyIdSize> bytes;
  Writer writer(bytes.data());
  writer.Put(id.tenant);
  writer.Put(ToInt(id.slot));
  writer.Put(ToInt(id.epoch));
  writer.Put(id.gen);
  writer.Put(static_cast<uint8_t>(id.level));
  writer.Put(ToInt(id.scope));
  return bytes;
}

std::array<uint8_t, kWrapBindingSize> EncodeWrapBinding(
    const KeyId& id, const RoleKeyId& role_key) {
  std::array<uint8_t, kWrapBindingSize> bytes;
  Writer writer(bytes.data());
  writer.Put(AsText(EncodeKeyId(id)));
  writer.Put(ToInt(role_key.role));
  writer.Put(ToInt(role_key.role_scope));
  writer.Put(role_key.kek_version);
  return bytes;
}

}  // namespace parcelveil::wire
