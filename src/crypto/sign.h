// SPDX-License-Identifier: Apache-2.0
// Ed25519 signatures (RFC 8032) over prefix | message.

#ifndef PARCELVEIL_SRC_CRYPTO_SIGN_H_
#define PARCELVEIL_SRC_CRYPTO_SIGN_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "parcelveil/secret.h"

namespace parcelveil::crypto {

using SignPublicKey = std::array<uint8_t, 32>;
using Signature = std::array<uint8_t, 64>;

// An Ed25519 key pair made from its 32-byte seed.
// Ownership: owns its secret; move-only. Thread-safety: const may run
// concurrently.
class SigningKey {
 public:
  // Errors: kResourceExhausted LOCKED_MEMORY; kInvalidArgument for a seed that
  // is not 32 bytes.
  static absl::StatusOr<SigningKey> FromSeed(const Secret& seed);

  const SignPublicKey& public_key() const { return public_key_; }
  // Signs prefix | message; `prefix` is one of labels.h. Errors:
  // KEY_UNAVAILABLE in a forked child.
  absl::StatusOr<Signature> Sign(std::string_view prefix,
                                 std::string_view message) const;

 private:
  SigningKey(Secret secret_key, const SignPublicKey& public_key)
      : secret_key_(std::move(secret_key)), public_key_(public_key) {}

  Secret secret_key_;  // 64 bytes: seed and public key, as libsodium has it
  SignPublicKey public_key_;
};

// True where `signature` is that of `public_key` over prefix | message.
bool VerifySignature(const SignPublicKey& public_key, std::string_view prefix,
                     std::string_view message, const Signature& signature);

}  // namespace parcelveil::crypto

#endif  // PARCELVEIL_SRC_CRYPTO_SIGN_H_
