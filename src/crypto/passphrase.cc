// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/passphrase.h"

#include <sodium.h>

#include <string>

#include "src/base/status.h"

namespace parcelveil::crypto {

absl::Status StretchPassphrase(absl::Span<const uint8_t> passphrase,
                               absl::Span<const uint8_t> salt,
                               PassphraseCost cost, absl::Span<uint8_t> out) {
  if (crypto_pwhash(out.data(), out.size(),
                    reinterpret_cast<const char*>(passphrase.data()),
                    passphrase.size(), salt.data(), cost.passes,
                    cost.memory_size, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return absl::ResourceExhaustedError(
        "stretch passphrase: not enough memory for " +
        std::to_string(cost.memory_size >> 20) +
        " MiB; free memory or use a raw key file");
  }
  return absl::OkStatus();
}

}  // namespace parcelveil::crypto
