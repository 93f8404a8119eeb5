// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/role_secret.h"

#include "src/base/status.h"
#include "src/base/wipe.h"
#include "src/crypto/labels.h"
#include "src/crypto/passphrase.h"
#include "src/crypto/prf.h"
#include "src/crypto/xchacha.h"
#include "src/wire/bytes.h"
#include "src/wire/sealed_secret.h"

namespace parcelveil {
namespace {

constexpr size_t kMaxPayloadSize = 16384;
constexpr size_t kKeyAndCommitSize = 64;  // K 32 | commit 32

using KeyAndCommit = base::WipedBuffer<kKeyAndCommitSize>;

bool CostIsAccepted(const wire::SealedSecret& parts) {
  return parts.passes >= crypto::kLeastCost.passes &&
         parts.passes <= crypto::kMostCost.passes &&
         parts.memory_size >= crypto::kLeastCost.memory_size &&
         parts.memory_size <= crypto::kMostCost.memory_size;
}

absl::Status CheckUnlock(const Unlock& unlock) {
  if (unlock.kind == Unlock::Kind::kRawKey &&
      unlock.bytes.size() != crypto::kKeySize) {
    return MakeStatus(Reason::kMalformed,
                      "unlock secret: the raw key is not 32 bytes; use the "
                      "file that was made with the keyring");
  }
  if (unlock.bytes.empty()) {
    return MakeStatus(Reason::kMalformed,
                      "unlock secret: the passphrase is empty; give one");
  }
  if (!unlock.bytes.alive()) {
    return MakeStatus(Reason::kKeyUnavailable,
                      "unlock secret: the key was loaded before fork; load it "
                      "again in the child");
  }
  return absl::OkStatus();
}

absl::Status DeriveKeyAndCommit(const Unlock& unlock,
                                const wire::SealedSecret& parts,
                                KeyAndCommit* okm) {
  return unlock.bytes.Use([&](absl::Span<const uint8_t> bytes) -> absl::Status {
    if (parts.kdf == wire::SecretKdf::kArgon2id) {
      return crypto::StretchPassphrase(
          bytes, parts.salt, {parts.passes, parts.memory_size}, okm->span());
    }
    crypto::Prf(bytes, crypto::kLabelRawSeal, parts.salt, okm->span());
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<Secret> UnsealSecret(std::string_view file,
                                    const Unlock& unlock) {
  PARCELVEIL_RETURN_IF_ERROR(CheckUnlock(unlock));
  PARCELVEIL_ASSIGN_OR_RETURN(wire::SealedSecret parts,
                              wire::ParseSealedSecret(file));
  const bool needs_passphrase = parts.kdf == wire::SecretKdf::kArgon2id;
  if (needs_passphrase != (unlock.kind == Unlock::Kind::kPassphrase)) {
    return MakeStatus(Reason::kMalformed,
                      needs_passphrase
                          ? "unseal secret: it is sealed with a passphrase; "
                            "give the passphrase"
                          : "unseal secret: it is sealed with a raw key file; "
                            "give that file");
  }
  if (needs_passphrase && !CostIsAccepted(parts)) {
    return MakeStatus(Reason::kMalformed,
                      "unseal secret: its cost is outside 1 to 16 passes over "
                      "64 MiB to 2 GiB; restore the file from a copy");
  }
  KeyAndCommit okm;
  PARCELVEIL_RETURN_IF_ERROR(DeriveKeyAndCommit(unlock, parts, &okm));
  if (!crypto::EqualSecrets(okm.span().subspan(crypto::kKeySize),
                            parts.commit)) {
    return MakeStatus(Reason::kWrongPassphrase,
                      "unseal secret: the passphrase or key is not this "
                      "file's; use the one it was sealed with");
  }
  if (parts.ciphertext.size() == crypto::kXChaChaTagSize) {
    return MakeStatus(Reason::kMalformed,
                      "unseal secret: it is empty; restore it from a copy");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      Secret payload,
      Secret::Zero(parts.ciphertext.size() - crypto::kXChaChaTagSize));
  const bool is_intact = payload.UseMutable([&](absl::Span<uint8_t> out) {
    return crypto::XChaChaOpen(okm.span().first(crypto::kKeySize), parts.nonce,
                               parts.header, parts.ciphertext, out);
  });
  if (!is_intact) {
    return MakeStatus(Reason::kDecryptFailed,
                      "unseal secret: the file is damaged; restore it from a "
                      "copy");
  }
  return payload;
}

absl::StatusOr<std::string> SealSecret(const Secret& payload,
                                       const Unlock& unlock) {
  PARCELVEIL_RETURN_IF_ERROR(CheckUnlock(unlock));
  if (payload.empty() || payload.size() > kMaxPayloadSize) {
    return MakeStatus(Reason::kMalformed,
                      "seal secret: it is not 1 to 16384 bytes; seal one role "
                      "at a time");
  }
  if (!payload.alive()) {
    return MakeStatus(Reason::kKeyUnavailable,
                      "seal secret: it was made before fork; make it again in "
                      "the child");
  }
  uint8_t salt[16];
  uint8_t nonce[crypto::kXChaChaNonceSize];
  crypto::RandomBytes(absl::MakeSpan(salt));
  crypto::RandomBytes(absl::MakeSpan(nonce));
  wire::SealedSecret parts{};
  parts.salt = salt;
  parts.nonce = nonce;
  parts.kdf = wire::SecretKdf::kRawKey;
  if (unlock.kind == Unlock::Kind::kPassphrase) {
    parts.kdf = wire::SecretKdf::kArgon2id;
    parts.passes = crypto::kWriteCost.passes;
    parts.memory_size = crypto::kWriteCost.memory_size;
  }
  KeyAndCommit okm;
  PARCELVEIL_RETURN_IF_ERROR(DeriveKeyAndCommit(unlock, parts, &okm));
  parts.commit = okm.span().subspan(crypto::kKeySize);

  const size_t sealed_size = payload.size() + crypto::kXChaChaTagSize;
  std::string file(wire::kSealedSecretHeaderSize + sealed_size, '\0');
  uint8_t* const bytes = reinterpret_cast<uint8_t*>(file.data());
  wire::EncodeSealedSecretHeader(parts, static_cast<uint32_t>(sealed_size),
                                 bytes);
  payload.Use([&](absl::Span<const uint8_t> text) {
    crypto::XChaChaSeal(okm.span().first(crypto::kKeySize), parts.nonce,
                        {bytes, wire::kSealedSecretHeaderSize}, text,
                        {bytes + wire::kSealedSecretHeaderSize, sealed_size});
  });
  return file;
}

}  // namespace parcelveil
