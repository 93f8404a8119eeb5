// SPDX-License-Identifier: Apache-2.0
// A keyring file: verified, then parsed; and signed again. SPEC.md section 7.

#ifndef PARCELVEIL_SRC_KEYRING_PAYLOAD_H_
#define PARCELVEIL_SRC_KEYRING_PAYLOAD_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/keyring.h"
#include "parcelveil/v1/keyring.pb.h"
#include "src/crypto/sign.h"

namespace parcelveil::keyring {

// Verifies the signature of `file` against `signers`, then parses its payload
// into `payload` (which may live on an arena) and checks every field's range:
// sizes of kcv, wraps and public keys, duplicate keys, known states.
// Errors: MALFORMED, kUnauthenticated.
absl::Status ReadKeyring(std::string_view file,
                         const std::vector<SignerPublicKey>& signers,
                         v1::KeyringPayload* payload);

// Serialises and signs. Errors: kResourceExhausted over 64 MiB.
absl::StatusOr<std::string> WriteKeyring(const v1::KeyringPayload& payload,
                                         const crypto::SigningKey& signer);

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_PAYLOAD_H_
