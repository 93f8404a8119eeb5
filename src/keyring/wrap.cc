// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/wrap.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "src/base/status.h"
#include "src/base/wipe.h"
#include "src/crypto/hpke.h"
#include "src/crypto/labels.h"
#include "src/crypto/xchacha.h"
#include "src/wire/bytes.h"

namespace parcelveil::keyring {
namespace {

constexpr size_t kHeadSize = 12;  // tenant 4 | role 2 | role_scope 4 | n 2
constexpr size_t kPairSize = 2 + crypto::kX25519Size;

std::string Info(const wire::KeyId& id, const wire::RoleKeyId& role_key) {
  std::string info(crypto::kInfoWrap);
  info += wire::AsText(wire::EncodeWrapBinding(id, role_key));
  return info;
}

void WriteHead(uint32_t tenant, Role role, Scope role_scope, size_t num_pairs,
               uint8_t* out) {
  wire::Writer writer(out);
  writer.Put(tenant);
  writer.Put(ToInt(role));
  writer.Put(ToInt(role_scope));
  writer.Put(static_cast<uint16_t>(num_pairs));
}

}  // namespace

absl::StatusOr<RoleSecret> RoleSecret::Create(
    uint32_t tenant, Role role, Scope role_scope,
    const std::vector<uint16_t>& kek_versions) {
  RoleSecret none;
  none.tenant_ = tenant;
  none.role_ = role;
  none.role_scope_ = role_scope;
  return Renew(none, kek_versions);
}

absl::StatusOr<RoleSecret> RoleSecret::Renew(
    const RoleSecret& from, const std::vector<uint16_t>& kek_versions) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      Secret payload,
      Secret::Zero(kHeadSize + kek_versions.size() * kPairSize));
  payload.UseMutable([&](absl::Span<uint8_t> bytes) {
    WriteHead(from.tenant_, from.role_, from.role_scope_, kek_versions.size(),
              bytes.data());
    for (size_t i = 0; i < kek_versions.size(); ++i) {
      uint8_t* pair = bytes.data() + kHeadSize + i * kPairSize;
      wire::Writer(pair).Put(kek_versions[i]);
      const size_t old_pair = from.FindPair(kek_versions[i]);
      if (old_pair == 0) {
        crypto::RandomBytes({pair + 2, crypto::kX25519Size});
        continue;
      }
      from.payload_.Use([&](absl::Span<const uint8_t> old_bytes) {
        memcpy(pair + 2, old_bytes.data() + old_pair, crypto::kX25519Size);
      });
    }
  });
  return Parse(std::move(payload));
}

absl::StatusOr<RoleSecret> RoleSecret::Parse(Secret payload) {
  RoleSecret secret;
  const bool is_well_formed = payload.Use([&](absl::Span<const uint8_t> bytes) {
    wire::Reader reader(wire::AsText(bytes));
    secret.tenant_ = reader.Get<uint32_t>();
    secret.role_ = Role{reader.Get<uint16_t>()};
    secret.role_scope_ = Scope{reader.Get<uint32_t>()};
    const size_t num_pairs = reader.Get<uint16_t>();
    if (num_pairs == 0 || num_pairs > kMaxPairs) return false;
    for (size_t i = 0; i < num_pairs; ++i) {
      const uint16_t version = reader.Get<uint16_t>();
      reader.Take(crypto::kX25519Size);
      if (i > 0 && version <= secret.kek_versions_.back()) return false;
      secret.kek_versions_.push_back(version);
    }
    // The signer's secret has one shape, and it is no role's.
    const bool is_signers = secret.role_scope_ == Scope::kNational &&
                            num_pairs == 1 && secret.kek_versions_[0] == 0;
    return reader.AtEnd() && (secret.role_ != kSignerRole || is_signers);
  });
  if (!is_well_formed) {
    return MakeStatus(Reason::kMalformed,
                      "parse role secret: it is not a role's secret of version "
                      "1; restore it from a copy");
  }
  secret.payload_ = std::move(payload);
  return secret;
}

size_t RoleSecret::FindPair(uint16_t kek_version) const {
  const auto it =
      std::lower_bound(kek_versions_.begin(), kek_versions_.end(), kek_version);
  if (it == kek_versions_.end() || *it != kek_version) return 0;
  return kHeadSize + (it - kek_versions_.begin()) * kPairSize + 2;
}

bool RoleSecret::Has(uint16_t kek_version) const {
  return FindPair(kek_version) != 0;
}

absl::StatusOr<crypto::X25519PublicKey> RoleSecret::PublicKey(
    uint16_t kek_version) const {
  PARCELVEIL_ASSIGN_OR_RETURN(Secret secret_key, SecretKey(kek_version));
  return secret_key.Use([](absl::Span<const uint8_t> bytes) {
    return crypto::X25519Public(bytes);
  });
}

absl::StatusOr<Secret> RoleSecret::SecretKey(uint16_t kek_version) const {
  const size_t pair = FindPair(kek_version);
  if (pair == 0) {
    return MakeStatus(Reason::kKeyUnknown, "use secret of " + Describe(role_) +
                                               ": it has no key pair " +
                                               std::to_string(kek_version) +
                                               "; renew the role's secret");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(Secret copy, Secret::Zero(crypto::kX25519Size));
  payload_.Use([&](absl::Span<const uint8_t> bytes) {
    copy.UseMutable([&](absl::Span<uint8_t> out) {
      memcpy(out.data(), bytes.data() + pair, out.size());
    });
  });
  return copy;
}

absl::Status RoleSecret::Unwrap(const wire::KeyId& id, uint16_t kek_version,
                                absl::Span<const uint8_t> blob,
                                absl::Span<uint8_t> key) const {
  const size_t pair = FindPair(kek_version);
  if (pair == 0) {
    return MakeStatus(Reason::kKeyUnknown, "unwrap key as " + Describe(role_) +
                                               ": its secret has no key pair " +
                                               std::to_string(kek_version) +
                                               "; renew the role's secret");
  }
  if (!payload_.alive()) {
    return MakeStatus(Reason::kKeyUnavailable,
                      "unwrap key as " + Describe(role_) +
                          ": the keyring was loaded before fork; load it again "
                          "in the child");
  }
  return payload_.Use([&](absl::Span<const uint8_t> bytes) {
    return crypto::HpkeOpen(bytes.subspan(pair, crypto::kX25519Size),
                            Info(id, {role_, role_scope_, kek_version}), "",
                            blob, key);
  });
}

absl::StatusOr<WrapBlob> WrapKey(absl::Span<const uint8_t> key,
                                 const wire::KeyId& id,
                                 const wire::RoleKeyId& role_key,
                                 const crypto::X25519PublicKey& public_key) {
  WrapBlob blob;
  PARCELVEIL_RETURN_IF_ERROR(crypto::HpkeSeal(public_key, Info(id, role_key),
                                              "", key, absl::MakeSpan(blob)));
  return blob;
}

uint16_t KekVersion(Epoch epoch, Epoch wrapping_day, uint32_t bucket_days) {
  return static_cast<uint16_t>(std::max(ToInt(epoch), ToInt(wrapping_day)) /
                               bucket_days);
}

}  // namespace parcelveil::keyring
