// SPDX-License-Identifier: Apache-2.0
// XChaCha20-Poly1305 of whole files, and random public bytes.

#ifndef PARCELVEIL_SRC_CRYPTO_XCHACHA_H_
#define PARCELVEIL_SRC_CRYPTO_XCHACHA_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"

namespace parcelveil::crypto {

inline constexpr size_t kXChaChaNonceSize = 24;
inline constexpr size_t kXChaChaTagSize = 16;

// Fills `out` with random bytes.
void RandomBytes(absl::Span<uint8_t> out);

// Writes text.size() + 16 bytes of ciphertext and tag.
void XChaChaSeal(absl::Span<const uint8_t> key, absl::Span<const uint8_t> nonce,
                 absl::Span<const uint8_t> aad, absl::Span<const uint8_t> text,
                 absl::Span<uint8_t> out);

// Writes sealed.size() - 16 bytes; returns false, `out` zeroed, where `sealed`
// does not authenticate.
bool XChaChaOpen(absl::Span<const uint8_t> key, absl::Span<const uint8_t> nonce,
                 absl::Span<const uint8_t> aad,
                 absl::Span<const uint8_t> sealed, absl::Span<uint8_t> out);

// Compares public-length secrets in constant time.
bool EqualSecrets(absl::Span<const uint8_t> a, absl::Span<const uint8_t> b);

}  // namespace parcelveil::crypto

#endif  // PARCELVEIL_SRC_CRYPTO_XCHACHA_H_
