// SPDX-License-Identifier: Apache-2.0
// Sealed secrets: how a role's secret, or the signer's, is kept in a file.
//
// SPEC.md section 6 (PVSEALED). A key service that unseals by itself needs none
// of this: it hands the payload to Keyring through a SecretSource.

#ifndef PARCELVEIL_ROLE_SECRET_H_
#define PARCELVEIL_ROLE_SECRET_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "parcelveil/secret.h"

namespace parcelveil {

// What opens a sealed secret.
struct Unlock {
  enum class Kind {
    kRawKey,      // 32 random bytes from a file or a secret store
    kPassphrase,  // stretched with Argon2id (RFC 9106)
  };
  Kind kind;
  Secret bytes;
};

// Opens a sealed secret's file and returns its payload. With a passphrase this
// takes about a second and 256 MiB.
// Errors:
//   kUnauthenticated  WRONG_PASSPHRASE: not the key or passphrase of this file
//   kInvalidArgument  MALFORMED: not such a file, or of the other kind
//   kDataLoss         DECRYPT_FAILED: right key, but the file is damaged
absl::StatusOr<Secret> UnsealSecret(std::string_view file,
                                    const Unlock& unlock);

// Seals `payload` (at most 16 KiB) under a fresh salt and nonce and returns the
// file. Argon2id runs with 3 passes over 256 MiB.
// Errors: kInvalidArgument for a raw key that is not 32 bytes or an empty
// passphrase; kResourceExhausted.
absl::StatusOr<std::string> SealSecret(const Secret& payload,
                                       const Unlock& unlock);

}  // namespace parcelveil

#endif  // PARCELVEIL_ROLE_SECRET_H_
