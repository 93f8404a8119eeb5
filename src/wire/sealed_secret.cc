// SPDX-License-Identifier: Apache-2.0
#include "src/wire/sealed_secret.h"

#include "src/base/status.h"
#include "src/wire/bytes.h"

namespace parcelveil::wire {
namespace {

constexpr std::string_view kMagic = "PVSEALED";
constexpr uint8_t kVersion = 0x01;

}  // namespace

absl::StatusOr<SealedSecret> ParseSealedSecret(std::string_view file) {
  Reader reader(file);
  const bool is_sealed =
      reader.Take(kMagic.size()) == kMagic && reader.Get<uint8_t>() == kVersion;
  SealedSecret secret;
  const uint8_t kdf = reader.Get<uint8_t>();
  const bool has_zeros = reader.Get<uint16_t>() == 0;
  secret.kdf = static_cast<SecretKdf>(kdf);
  secret.passes = reader.Get<uint32_t>();
  secret.memory_size = reader.Get<uint64_t>();
  secret.salt = AsBytes(reader.Take(16));
  secret.commit = AsBytes(reader.Take(32));
  secret.nonce = AsBytes(reader.Take(24));
  const uint32_t size = reader.Get<uint32_t>();
  secret.ciphertext = AsBytes(reader.Take(size));
  secret.header = AsBytes(file.substr(0, kSealedSecretHeaderSize));
  const bool kdf_is_known = secret.kdf == SecretKdf::kArgon2id ||
                            (secret.kdf == SecretKdf::kRawKey &&
                             secret.passes == 0 && secret.memory_size == 0);
  if (!is_sealed || !kdf_is_known || !has_zeros || size < 16 ||
      size > kMaxSealedSecretSize || !reader.AtEnd()) {
    return MakeStatus(Reason::kMalformed,
                      "parse sealed secret: it is not a whole secret file of "
                      "version 1; restore it from a copy");
  }
  return secret;
}

void EncodeSealedSecretHeader(const SealedSecret& parts,
                              uint32_t ciphertext_size, uint8_t* out) {
  Writer writer(out);
  writer.Put(kMagic);
  writer.Put(kVersion);
  writer.Put(static_cast<uint8_t>(parts.kdf));
  writer.Put(uint16_t{0});
  writer.Put(parts.passes);
  writer.Put(parts.memory_size);
  writer.Put(AsText(parts.salt));
  writer.Put(AsText(parts.commit));
  writer.Put(AsText(parts.nonce));
  writer.Put(ciphertext_size);
}

}  // namespace parcelveil::wire
