// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) of public bytes.

#ifndef PARCELVEIL_SRC_CRYPTO_HASH_H_
#define PARCELVEIL_SRC_CRYPTO_HASH_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace parcelveil::crypto {

using Sha256Hash = std::array<uint8_t, 32>;

Sha256Hash Sha256(std::string_view bytes);

}  // namespace parcelveil::crypto

#endif  // PARCELVEIL_SRC_CRYPTO_HASH_H_
