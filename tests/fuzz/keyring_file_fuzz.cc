// SPDX-License-Identifier: Apache-2.0
// Keyring files: the container comes apart and together as the same bytes; the
// payload is parsed as if its signature held, and what is taken is written and
// taken again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "parcelveil/secret.h"
#include "src/crypto/sign.h"
#include "src/keyring/payload.h"
#include "src/keyring/schema_codec.h"
#include "src/wire/keyring_file.h"

namespace wire = parcelveil::wire;

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

const parcelveil::crypto::SigningKey& Signer() {
  static const auto& signer = *new parcelveil::crypto::SigningKey(
      parcelveil::crypto::SigningKey::FromSeed(
          parcelveil::Secret::Zero(32).value())
          .value());
  return signer;
}

// Signs `payload` anew, so that mutated ones get past the signature.
std::string Sign(std::string_view payload) {
  std::string file = wire::StartKeyringFile(payload).value();
  const auto signature =
      Signer().Sign(std::string_view("parcelveil/v1/keyring\0", 22), file);
  wire::FinishKeyringFile(Signer().public_key(), *signature, &file);
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  const auto parts = wire::ParseKeyringFile(file);
  if (!parts.ok()) return 0;
  std::string written = wire::StartKeyringFile(parts->payload).value();
  wire::FinishKeyringFile(parts->signer, parts->signature, &written);
  Require(written == file);

  parcelveil::v1::KeyringPayload payload;
  const std::vector<parcelveil::SignerPublicKey> signers = {
      Signer().public_key()};
  if (!parcelveil::keyring::ReadKeyring(Sign(parts->payload), signers, &payload)
           .ok()) {
    return 0;
  }
  const std::string again =
      parcelveil::keyring::WriteKeyring(payload, Signer()).value();
  parcelveil::v1::KeyringPayload back;
  Require(parcelveil::keyring::ReadKeyring(again, signers, &back).ok());
  const auto schema = parcelveil::SchemaCodec::FromProto(payload.schema());
  if (schema.ok()) schema->Hash();
  return 0;
}
