// SPDX-License-Identifier: Apache-2.0
// The one keyed hash that derives keys, check values and index values.

#ifndef PARCELVEIL_SRC_CRYPTO_PRF_H_
#define PARCELVEIL_SRC_CRYPTO_PRF_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/types/span.h"

namespace parcelveil::crypto {

inline constexpr size_t kKeySize = 32;

// P(key, label, message, out.size()): BLAKE2b (RFC 7693) keyed with the 32
// bytes of `key`, personalised with `label` (at most 16 bytes). `out` has 16
// to 64 bytes. SPEC.md section 3.
void Prf(absl::Span<const uint8_t> key, std::string_view label,
         absl::Span<const uint8_t> message, absl::Span<uint8_t> out);

}  // namespace parcelveil::crypto

#endif  // PARCELVEIL_SRC_CRYPTO_PRF_H_
