// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/x25519.h"

#include <sodium.h>

#include "src/base/status.h"

namespace parcelveil::crypto {

X25519PublicKey X25519Public(absl::Span<const uint8_t> sk) {
  X25519PublicKey pk;
  crypto_scalarmult_base(pk.data(), sk.data());
  return pk;
}

absl::Status X25519(absl::Span<const uint8_t> sk, absl::Span<const uint8_t> pk,
                    absl::Span<uint8_t> out) {
  if (crypto_scalarmult(out.data(), sk.data(), pk.data()) != 0) {
    return MakeStatus(
        Reason::kMalformed,
        "agree on a key: the public key is a low-order point; refuse its "
        "sender");
  }
  return absl::OkStatus();
}

}  // namespace parcelveil::crypto
