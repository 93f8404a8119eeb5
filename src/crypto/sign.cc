// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/sign.h"

#include <sodium.h>

#include <string>

#include "src/base/status.h"

namespace parcelveil::crypto {
namespace {

// libsodium signs one contiguous message.
std::string Join(std::string_view prefix, std::string_view message) {
  std::string joined;
  joined.reserve(prefix.size() + message.size());
  joined.append(prefix).append(message);
  return joined;
}

const uint8_t* BytesOf(const std::string& text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

}  // namespace

absl::StatusOr<SigningKey> SigningKey::FromSeed(const Secret& seed) {
  if (seed.size() != crypto_sign_ed25519_SEEDBYTES) {
    return MakeStatus(Reason::kMalformed,
                      "load signing key: its seed is not 32 bytes; use the "
                      "file that made it");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(Secret secret_key,
                              Secret::Zero(crypto_sign_ed25519_SECRETKEYBYTES));
  SignPublicKey public_key;
  seed.Use([&](absl::Span<const uint8_t> seed_bytes) {
    secret_key.UseMutable([&](absl::Span<uint8_t> bytes) {
      crypto_sign_ed25519_seed_keypair(public_key.data(), bytes.data(),
                                       seed_bytes.data());
    });
  });
  return SigningKey(std::move(secret_key), public_key);
}

absl::StatusOr<Signature> SigningKey::Sign(std::string_view prefix,
                                           std::string_view message) const {
  if (!secret_key_.alive()) {
    return MakeStatus(Reason::kKeyUnavailable,
                      "sign: the key was loaded before fork; load it again in "
                      "the child");
  }
  const std::string joined = Join(prefix, message);
  Signature signature;
  secret_key_.Use([&](absl::Span<const uint8_t> bytes) {
    crypto_sign_ed25519_detached(signature.data(), nullptr, BytesOf(joined),
                                 joined.size(), bytes.data());
  });
  return signature;
}

bool VerifySignature(const SignPublicKey& public_key, std::string_view prefix,
                     std::string_view message, const Signature& signature) {
  const std::string joined = Join(prefix, message);
  return crypto_sign_ed25519_verify_detached(signature.data(), BytesOf(joined),
                                             joined.size(),
                                             public_key.data()) == 0;
}

}  // namespace parcelveil::crypto
