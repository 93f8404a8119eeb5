// SPDX-License-Identifier: Apache-2.0
// Sealed secrets: what parses has one encoding, unsealing under a raw key is
// always answered, and a payload that parses as a role's keeps its bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "parcelveil/role_secret.h"
#include "src/keyring/wrap.h"
#include "src/wire/bytes.h"
#include "src/wire/sealed_secret.h"

namespace wire = parcelveil::wire;
using parcelveil::Secret;

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

const parcelveil::Unlock& RawKey() {
  static const auto& unlock = *new parcelveil::Unlock{
      parcelveil::Unlock::Kind::kRawKey, Secret::Zero(32).value()};
  return unlock;
}

void CheckFile(std::string_view file) {
  const auto parts = wire::ParseSealedSecret(file);
  if (!parts.ok()) return;
  std::string written(wire::kSealedSecretHeaderSize, '\0');
  wire::EncodeSealedSecretHeader(
      *parts, static_cast<uint32_t>(parts->ciphertext.size()),
      reinterpret_cast<uint8_t*>(written.data()));
  written += wire::AsText(parts->ciphertext);
  Require(written == file);
  // Only the raw kind: a passphrase would cost each input what it asks for.
  if (parts->kdf != wire::SecretKdf::kRawKey) return;
  Require(!parcelveil::UnsealSecret(file, RawKey()).ok());
}

void CheckPayload(std::string bytes) {
  const std::string given = bytes;
  auto payload =
      Secret::Take({reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()});
  if (!payload.ok()) return;
  const auto role =
      parcelveil::keyring::RoleSecret::Parse(std::move(payload).value());
  if (!role.ok()) return;
  Require(!role->kek_versions().empty());
  for (uint16_t version : role->kek_versions()) {
    Require(role->SecretKey(version).ok());
  }
  role->payload().Use([&](absl::Span<const uint8_t> kept) {
    Require(wire::AsText(kept) == given);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckFile(bytes);
  CheckPayload(std::string(bytes));
  return 0;
}
