// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/prf.h"

#include <sodium.h>

#include <cstring>

namespace parcelveil::crypto {

void Prf(absl::Span<const uint8_t> key, std::string_view label,
         absl::Span<const uint8_t> message, absl::Span<uint8_t> out) {
  static constexpr uint8_t kNoSalt[crypto_generichash_blake2b_SALTBYTES] = {};
  uint8_t personal[crypto_generichash_blake2b_PERSONALBYTES] = {};
  memcpy(personal, label.data(), label.size());
  crypto_generichash_blake2b_salt_personal(
      out.data(), out.size(), message.data(), message.size(), key.data(),
      key.size(), kNoSalt, personal);
}

}  // namespace parcelveil::crypto
