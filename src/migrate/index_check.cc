// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/index_check.h"

#include <algorithm>
#include <string>

#include "parcelveil/field.h"
#include "src/base/status.h"
#include "src/base/wipe.h"
#include "src/crypto/hash.h"
#include "src/crypto/labels.h"
#include "src/crypto/prf.h"
#include "src/keyring/key_session.h"
#include "src/text/normalise.h"
#include "src/wire/index_value.h"

namespace parcelveil::migrate {

absl::StatusOr<bool> IsIndexValueOf(const Keyring& keyring, Slot slot,
                                    std::string_view text,
                                    std::string_view bytes) {
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::IndexValue stored,
                              wire::ParseIndexValue(bytes));
  const std::string calling_code = keyring.schema().calling_code();
  KeySession session(&keyring);
  PARCELVEIL_ASSIGN_OR_RETURN(
      const KeySession::Key key,
      session.ForOpening(slot, stored.key.epoch, stored.key.gen,
                         stored.key.scope));
  std::string normal;
  const auto rule = static_cast<text::NormaliseRule>(key.index_rule);
  if (!text::Normalise(rule, text, calling_code, &normal)) return true;
  base::WipedBuffer<wire::kIndexMessagePrefixSize + kMaxFieldTextSize> message(
      wire::kIndexMessagePrefixSize + normal.size());
  wire::EncodeIndexMessagePrefix(static_cast<uint8_t>(key.index_rule), slot,
                                 message.data());
  std::copy(normal.begin(), normal.end(),
            message.data() + wire::kIndexMessagePrefixSize);
  base::WipedBuffer<16> hash;
  crypto::Prf(key.bytes.first(crypto::kKeySize), crypto::kLabelIndex,
              message.span(), hash.span());
  return wire::TruncateHash(hash.span(), key.index_bits) == stored.value;
}

}  // namespace parcelveil::migrate
