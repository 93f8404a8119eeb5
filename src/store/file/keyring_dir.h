// SPDX-License-Identifier: Apache-2.0
// A keyring directory: the names in it, how it is read, how it is published to.
// SPEC.md section 7 ("Files, shards and the writer").

#ifndef PARCELVEIL_SRC_STORE_FILE_KEYRING_DIR_H_
#define PARCELVEIL_SRC_STORE_FILE_KEYRING_DIR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/keyring_admin.h"
#include "parcelveil/role_secret.h"
#include "parcelveil/secret.h"
#include "src/store/file/file_io.h"

namespace parcelveil::store {

// "GATE", "OUTLET-5712", "ROLE-64": the file of a role's secret.
std::string SecretFileName(Role role, Scope role_scope);

// Reads what unseals secrets: the passphrase in `passphrase_file` (without its
// line end), or, where that is empty, the raw key in `unlock_file`.
// Errors: as ReadSecretFile.
absl::StatusOr<Unlock> ReadUnlock(const std::string& passphrase_file,
                                  const std::string& unlock_file);

// Thread-safety: const methods may run concurrently, in many processes.
class KeyringDir {
 public:
  explicit KeyringDir(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const;
  std::string KeyringFile(Scope scope) const;
  std::string SecretFile(Role role, Scope role_scope) const;
  std::string SignerFile() const { return File("signer"); }
  std::string SignersFile() const { return File("signer.pub"); }
  std::string UnlockFile() const { return File("unlock"); }
  // `state_dir` as in LoadKeyringOptions.
  std::string FloorFile(Scope scope, const std::string& state_dir) const;

  // Reads `keyring` and every shard. Errors: kNotFound without a `keyring`.
  absl::StatusOr<KeyringFiles> ReadFiles() const;
  // Reads signer.pub: a public key in hex a line. Errors: MALFORMED, kNotFound.
  absl::StatusOr<std::vector<SignerPublicKey>> ReadSigners() const;

  // Reads and unseals a secret. Errors: as UnsealSecret, ReadPrivateFile.
  absl::StatusOr<Secret> ReadSecret(const std::string& file,
                                    const Unlock& unlock) const;
  // Seals a secret into a file (0600). Errors: as SealSecret, WriteFile.
  absl::Status WriteSecret(const std::string& file, const Secret& payload,
                           const Unlock& unlock) const;

  // Puts `next` in place of `previous`, shards first. Files that `next` leaves
  // out stay as they are. A process that dies in between leaves a directory
  // that loads, and the same change can be made again.
  // Errors: kAborted CONFLICT where a file is not as `previous` has it:
  // somebody else published; kPermissionDenied, kUnavailable.
  absl::Status Publish(const KeyringFiles& previous,
                       const KeyringFiles& next) const;

  // Keeps other writers out until the result dies, waiting for one that is at
  // work: for whoever also replaces secrets between reading and publishing.
  absl::StatusOr<Fd> Lock() const;
  // Publish by whoever holds the lock.
  absl::Status PublishLocked(const Fd& lock, const KeyringFiles& previous,
                             const KeyringFiles& next) const;

 private:
  const std::string path_;
};

}  // namespace parcelveil::store

#endif  // PARCELVEIL_SRC_STORE_FILE_KEYRING_DIR_H_
