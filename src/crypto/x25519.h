// SPDX-License-Identifier: Apache-2.0
// X25519 key pairs (RFC 7748) for HPKE.

#ifndef PARCELVEIL_SRC_CRYPTO_X25519_H_
#define PARCELVEIL_SRC_CRYPTO_X25519_H_

#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace parcelveil::crypto {

inline constexpr size_t kX25519Size = 32;
using X25519PublicKey = std::array<uint8_t, kX25519Size>;

// Returns the public key of the 32-byte secret key `sk`.
X25519PublicKey X25519Public(absl::Span<const uint8_t> sk);

// Writes the shared secret of `sk` and `pk` to the 32 bytes of `out`.
// Errors: kInvalidArgument MALFORMED where `pk` is a low-order point.
absl::Status X25519(absl::Span<const uint8_t> sk, absl::Span<const uint8_t> pk,
                    absl::Span<uint8_t> out);

}  // namespace parcelveil::crypto

#endif  // PARCELVEIL_SRC_CRYPTO_X25519_H_
