// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/derive.h"

#include "src/crypto/labels.h"
#include "src/crypto/prf.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"

namespace parcelveil::keyring {

void DeriveScopeKey(absl::Span<const uint8_t> epoch_key, Scope scope,
                    absl::Span<uint8_t> scope_key) {
  uint8_t message[4];
  wire::Writer(message).Put(ToInt(scope));
  crypto::Prf(epoch_key, crypto::kLabelScopeKey, message, scope_key);
}

void DeriveCellKeys(absl::Span<const uint8_t> scope_key, const wire::KeyId& id,
                    absl::Span<uint8_t> cell_keys) {
  crypto::Prf(scope_key, crypto::kLabelCellKeys, wire::EncodeKeyId(id),
              cell_keys);
}

KeyCheck DeriveKeyCheck(absl::Span<const uint8_t> key, const wire::KeyId& id) {
  KeyCheck check;
  crypto::Prf(key, crypto::kLabelKeyCheck, wire::EncodeKeyId(id),
              absl::MakeSpan(check));
  return check;
}

void DeriveIntakeSecret(absl::Span<const uint8_t> epoch_key,
                        const wire::KeyId& id, absl::Span<uint8_t> secret) {
  uint8_t message[7];
  wire::Writer writer(message);
  writer.Put(id.tenant);
  writer.Put(ToInt(id.epoch));
  writer.Put(id.gen);
  crypto::Prf(epoch_key, crypto::kLabelIntakeKey, message, secret);
}

std::array<uint8_t, 16> DeriveRecordRef(absl::Span<const uint8_t> scope_key,
                                        uint32_t tenant,
                                        std::string_view record_id) {
  // The header in front of a binding is a ciphertext's; here is none.
  const wire::CellBinding binding({}, tenant, {Slot::kAuditRef, record_id, 0});
  std::array<uint8_t, 16> ref;
  crypto::Prf(scope_key, crypto::kLabelRecordRef,
              binding.bytes().subspan(wire::kFieldHeaderSize),
              absl::MakeSpan(ref));
  return ref;
}

}  // namespace parcelveil::keyring
