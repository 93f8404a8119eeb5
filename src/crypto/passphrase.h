// SPDX-License-Identifier: Apache-2.0
// Turning what unlocks a sealed role secret into keys. SPEC.md section 6.

#ifndef PARCELVEIL_SRC_CRYPTO_PASSPHRASE_H_
#define PARCELVEIL_SRC_CRYPTO_PASSPHRASE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace parcelveil::crypto {

// Cost of Argon2id: passes over `memory_size` bytes.
struct PassphraseCost {
  uint32_t passes;
  uint64_t memory_size;
};
inline constexpr PassphraseCost kWriteCost{3, 256u << 20};
// What a reader accepts: more would let a forged file exhaust the host.
inline constexpr PassphraseCost kLeastCost{1, 64u << 20};
inline constexpr PassphraseCost kMostCost{16, 2048u << 20};

// Argon2id v1.3 (RFC 9106) of `passphrase` and the 16-byte `salt`, 64 bytes.
// Errors: kResourceExhausted where the host lacks the memory.
absl::Status StretchPassphrase(absl::Span<const uint8_t> passphrase,
                               absl::Span<const uint8_t> salt,
                               PassphraseCost cost, absl::Span<uint8_t> out);

}  // namespace parcelveil::crypto

#endif  // PARCELVEIL_SRC_CRYPTO_PASSPHRASE_H_
