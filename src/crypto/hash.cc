// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/hash.h"

#include <sodium.h>

namespace parcelveil::crypto {

Sha256Hash Sha256(std::string_view bytes) {
  Sha256Hash hash;
  crypto_hash_sha256(hash.data(),
                     reinterpret_cast<const uint8_t*>(bytes.data()),
                     bytes.size());
  return hash;
}

}  // namespace parcelveil::crypto
