// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/xchacha.h"

#include <sodium.h>

namespace parcelveil::crypto {

void RandomBytes(absl::Span<uint8_t> out) {
  randombytes_buf(out.data(), out.size());
}

void XChaChaSeal(absl::Span<const uint8_t> key, absl::Span<const uint8_t> nonce,
                 absl::Span<const uint8_t> aad, absl::Span<const uint8_t> text,
                 absl::Span<uint8_t> out) {
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      out.data(), nullptr, text.data(), text.size(), aad.data(), aad.size(),
      nullptr, nonce.data(), key.data());
}

bool XChaChaOpen(absl::Span<const uint8_t> key, absl::Span<const uint8_t> nonce,
                 absl::Span<const uint8_t> aad,
                 absl::Span<const uint8_t> sealed, absl::Span<uint8_t> out) {
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          out.data(), nullptr, nullptr, sealed.data(), sealed.size(),
          aad.data(), aad.size(), nonce.data(), key.data()) != 0) {
    sodium_memzero(out.data(), out.size());
    return false;
  }
  return true;
}

bool EqualSecrets(absl::Span<const uint8_t> a, absl::Span<const uint8_t> b) {
  return a.size() == b.size() &&
         sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace parcelveil::crypto
