// SPDX-License-Identifier: Apache-2.0
// Files: a keyring directory, a table map.
//
// A keyring directory is made by `parcelveil keyring init`:
//   keyring, keyring-<outlet>  signed, no secret
//   signer.pub                 whose signature is accepted (hex, one a line)
//   secret/<ROLE>              one role's secret, sealed
//   unlock                     the raw key that unseals secrets, unless a
//                              passphrase does
//   signer                     the signing key, sealed; only where it signs

#ifndef PARCELVEIL_FILE_H_
#define PARCELVEIL_FILE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/table_map.h"

namespace parcelveil {

struct LoadKeyringOptions {
  Scope role_scope = Scope::kNational;  // of a scoped role
  // A file with the passphrase of the role's secret; empty: `unlock` is used.
  std::string passphrase_file;
  // Whose signature is accepted. Empty: `signer.pub` in the directory is
  // trusted, and so is whoever can write there; pin the keys where that is not
  // the signer alone.
  std::vector<SignerPublicKey> signers;
  // Where the rollback floor is kept; empty: inside the directory.
  std::string state_dir;
  const Clock* clock = nullptr;  // borrowed; null means SystemClock()
};

// Loads `role`'s part of the keyring directory `dir`.
// Errors: as Keyring::Load; kNotFound for a file that is not there;
// kPermissionDenied for a secret that others may read.
absl::StatusOr<std::unique_ptr<Keyring>> LoadKeyring(
    const std::string& dir, Role role, const LoadKeyringOptions& options = {});

// Reads a table map. Errors: as TableMap::Parse; kNotFound.
absl::StatusOr<TableMap> LoadTableMap(const std::string& path);

}  // namespace parcelveil

#endif  // PARCELVEIL_FILE_H_
