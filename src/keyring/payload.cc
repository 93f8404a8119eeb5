// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/payload.h"

#include <algorithm>
#include <cstdint>
#include <tuple>

#include "google/protobuf/io/coded_stream.h"
#include "src/base/status.h"
#include "src/crypto/labels.h"
#include "src/keyring/wrap.h"
#include "src/wire/bytes.h"
#include "src/wire/keyring_file.h"

namespace parcelveil::keyring {
namespace {

constexpr uint32_t kReaderVersion = 1;
constexpr int kMaxRecursion = 16;
constexpr size_t kMaxSigners = 4;

absl::Status Malformed(const char* what) {
  return MakeStatus(Reason::kMalformed,
                    std::string("load keyring: ") + what +
                        "; restore the newest file from a copy");
}

bool Fits16(uint32_t value) { return value <= UINT16_MAX; }

bool IsWrapWellFormed(const v1::Wrap& wrap) {
  return Fits16(wrap.role()) && Fits16(wrap.kek_version()) &&
         wrap.blob().size() == kWrapSize;
}

// Two wraps for one role would let it open after the earlier one ended. A key
// has a handful of wraps, and a file tens of thousands of keys: compared in
// place.
bool HasDuplicateWraps(const v1::Key& key) {
  for (int i = 1; i < key.wraps_size(); ++i) {
    for (int j = 0; j < i; ++j) {
      if (key.wraps(i).role() == key.wraps(j).role() &&
          key.wraps(i).role_scope() == key.wraps(j).role_scope()) {
        return true;
      }
    }
  }
  return false;
}

bool IsIndexWellFormed(const v1::Key& key) {
  if (key.slot() < 0x4001 || key.slot() > 0x4FFF) return true;
  return key.index_bits() >= 1 && key.index_bits() <= 32 &&
         key.index_rule() >= 1 && key.index_rule() <= 3;
}

// A main file holds epoch keys, a shard the keys of its own scope.
bool IsLevelWellFormed(const v1::Key& key, uint32_t shard_scope) {
  return shard_scope == 0 ? key.level() == 0 && key.scope() == 0
                          : key.level() == 1 && key.scope() == shard_scope;
}

bool IsKeyWellFormed(const v1::Key& key, uint32_t shard_scope) {
  const bool is_destroyed = key.state() == v1::Key::DESTROYED;
  const bool is_known = is_destroyed || key.state() == v1::Key::PLANNED ||
                        key.state() == v1::Key::BACKFILL;
  return is_known && IsLevelWellFormed(key, shard_scope) &&
         IsIndexWellFormed(key) && Fits16(key.slot()) && Fits16(key.epoch()) &&
         key.gen() <= UINT8_MAX && key.kcv().size() == 32 &&
         key.activate_ms() <= key.seal_until_ms() &&
         (!is_destroyed || key.wraps().empty()) &&
         std::all_of(key.wraps().begin(), key.wraps().end(),
                     IsWrapWellFormed) &&
         !HasDuplicateWraps(key);
}

// Two keys of one name would let a reader try a second key.
bool HasDuplicateKeys(const v1::KeyringPayload& payload) {
  std::vector<std::tuple<uint64_t, uint32_t>> names;
  names.reserve(payload.keys_size());
  for (const v1::Key& key : payload.keys()) {
    names.emplace_back(uint64_t{key.slot()} << 32 | key.epoch() << 16 |
                           key.gen() << 8 | key.level(),
                       key.scope());
  }
  if (!std::is_sorted(names.begin(), names.end())) {
    std::sort(names.begin(), names.end());
  }
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

absl::Status CheckPayload(const v1::KeyringPayload& payload) {
  if (payload.min_reader() > kReaderVersion) {
    return Malformed("it needs a newer version of this library");
  }
  if (payload.keyring_id().size() != 16 || payload.prev_sha256().size() != 32 ||
      payload.schema_sha256().size() != 32 || payload.serial() == 0) {
    return Malformed("its head is incomplete");
  }
  if (payload.utc_offset_s() < -86400 || payload.utc_offset_s() > 86400) {
    return Malformed("its UTC offset is over a day");
  }
  for (const v1::RoleKey& role : payload.roles()) {
    if (!Fits16(role.role()) || !Fits16(role.kek_version()) ||
        role.public_key().size() != crypto::kX25519Size) {
      return Malformed("a role's public key is malformed");
    }
  }
  if (!std::all_of(payload.keys().begin(), payload.keys().end(),
                   [&](const v1::Key& key) {
                     return IsKeyWellFormed(key, payload.shard_scope());
                   })) {
    return Malformed("a key is malformed");
  }
  if (HasDuplicateKeys(payload)) return Malformed("a key is listed twice");
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadKeyring(std::string_view file,
                         const std::vector<SignerPublicKey>& signers,
                         v1::KeyringPayload* payload) {
  if (signers.empty() || signers.size() > kMaxSigners) {
    return MakeStatus(Reason::kMalformed,
                      "load keyring: 1 to 4 signers must be pinned; pass the "
                      "public keys that may sign");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(wire::KeyringFile parts,
                              wire::ParseKeyringFile(file));
  const bool is_pinned =
      std::find(signers.begin(), signers.end(), parts.signer) != signers.end();
  if (!is_pinned ||
      !crypto::VerifySignature(parts.signer, crypto::kSignedKeyring,
                               parts.signed_bytes, parts.signature)) {
    return MakeStatus(Reason::kUnauthenticated,
                      "load keyring: no pinned signer signed it; restore the "
                      "newest file, or pin the new signer if that is meant");
  }
  google::protobuf::io::CodedInputStream stream(
      wire::AsBytes(parts.payload).data(),
      static_cast<int>(parts.payload.size()));
  stream.SetTotalBytesLimit(static_cast<int>(parts.payload.size()));
  stream.SetRecursionLimit(kMaxRecursion);
  if (!payload->ParseFromCodedStream(&stream) ||
      !stream.ConsumedEntireMessage()) {
    return Malformed("its payload does not parse");
  }
  return CheckPayload(*payload);
}

absl::StatusOr<std::string> WriteKeyring(const v1::KeyringPayload& payload,
                                         const crypto::SigningKey& signer) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      std::string file, wire::StartKeyringFile(payload.SerializeAsString()));
  PARCELVEIL_ASSIGN_OR_RETURN(crypto::Signature signature,
                              signer.Sign(crypto::kSignedKeyring, file));
  wire::FinishKeyringFile(signer.public_key(), signature, &file);
  return file;
}

}  // namespace parcelveil::keyring
