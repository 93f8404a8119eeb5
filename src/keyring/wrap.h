// SPDX-License-Identifier: Apache-2.0
// Keys wrapped to roles (HPKE), and the secrets that unwrap them. SPEC.md
// section 6.

#ifndef PARCELVEIL_SRC_KEYRING_WRAP_H_
#define PARCELVEIL_SRC_KEYRING_WRAP_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/secret.h"
#include "src/crypto/x25519.h"
#include "src/wire/key_id.h"

namespace parcelveil::keyring {

inline constexpr size_t kWrapSize = 80;
using WrapBlob = std::array<uint8_t, kWrapSize>;

// The pairs of one role secret: what a sealed secret of 16 KiB holds.
inline constexpr size_t kMaxPairs = 481;

// The role of the signer's own sealed secret: one pair, kek_version 0, whose
// secret is the Ed25519 seed.
inline constexpr Role kSignerRole{0};

// A role's key pairs: the payload of its sealed secret, tenant 4 | role 2 |
// role_scope 4 | n 2 | n x (kek_version 2 | sk 32), versions ascending.
class RoleSecret {
 public:
  // Makes new pairs for `kek_versions` (ascending).
  // Errors: LOCKED_MEMORY.
  static absl::StatusOr<RoleSecret> Create(
      uint32_t tenant, Role role, Scope role_scope,
      const std::vector<uint16_t>& kek_versions);
  // Errors: MALFORMED.
  static absl::StatusOr<RoleSecret> Parse(Secret payload);
  // Returns a secret with the pairs of `kek_versions` (ascending) and no
  // others: those of `from`, and new ones for what it lacks.
  // Errors: MALFORMED for none or more than kMaxPairs; LOCKED_MEMORY.
  static absl::StatusOr<RoleSecret> Renew(
      const RoleSecret& from, const std::vector<uint16_t>& kek_versions);

  uint32_t tenant() const { return tenant_; }
  Role role() const { return role_; }
  Scope role_scope() const { return role_scope_; }
  const std::vector<uint16_t>& kek_versions() const { return kek_versions_; }
  bool alive() const { return payload_.alive(); }
  // What is sealed into the secret's file.
  const Secret& payload() const { return payload_; }

  bool Has(uint16_t kek_version) const;
  // Errors: kNotFound KEY_UNKNOWN where there is no such pair.
  absl::StatusOr<crypto::X25519PublicKey> PublicKey(uint16_t kek_version) const;
  // A copy of one pair's 32-byte secret. Errors: as PublicKey; LOCKED_MEMORY.
  absl::StatusOr<Secret> SecretKey(uint16_t kek_version) const;

  // Unwraps `blob` into the 32 bytes of `key`. Errors: kNotFound KEY_UNKNOWN
  // where the pair was dropped; kDataLoss DECRYPT_FAILED.
  absl::Status Unwrap(const wire::KeyId& id, uint16_t kek_version,
                      absl::Span<const uint8_t> blob,
                      absl::Span<uint8_t> key) const;

 private:
  RoleSecret() = default;

  // Offset of a pair's secret in the payload, or 0 where there is none.
  size_t FindPair(uint16_t kek_version) const;

  Secret payload_;
  uint32_t tenant_ = 0;
  Role role_{};
  Scope role_scope_{};
  std::vector<uint16_t> kek_versions_;
};

// Wraps the 32-byte `key` to a role's public key. Errors: MALFORMED for a bad
// public key.
absl::StatusOr<WrapBlob> WrapKey(absl::Span<const uint8_t> key,
                                 const wire::KeyId& id,
                                 const wire::RoleKeyId& role_key,
                                 const crypto::X25519PublicKey& public_key);

// floor(max(epoch, wrapping_day) / bucket_days).
uint16_t KekVersion(Epoch epoch, Epoch wrapping_day, uint32_t bucket_days);

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_WRAP_H_
