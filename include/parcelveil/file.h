// SPDX-License-Identifier: Apache-2.0
// Files: a keyring directory, a table map, an audit log.
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

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/audit.h"
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

// Publishes the newest checkpoint of `log` under the folder `dir`, which is
// made if needed: C2SP tlog-tiles files, of which only those are written that
// an earlier export lacks. Whoever dies in between leaves the earlier one
// whole. Errors: as ExportLog (audit_export.h); LOG_ROLLED_BACK where what is
// in `dir` is no earlier state of this log; kPermissionDenied, kUnavailable.
absl::Status ExportLogFiles(LogReader* log, const std::string& dir);

// Reads such a folder; where it came from does not matter, once it is verified
// (audit_verify.h). Errors: kNotFound without a checkpoint; MALFORMED.
absl::StatusOr<std::unique_ptr<LogReader>> OpenExportedLog(
    const std::string& dir);

// The log of whoever writes few leaves, such as the signer of a keyring: one
// file, made if needed, held in memory while it is open. Every commit is
// synced; one that a crash cut short is dropped when the file is opened again.
// Errors: LOG_LOCKED while another process has it; kDataLoss LOG_ROLLED_BACK
// where it is damaged elsewhere than at its end; kPermissionDenied,
// kUnavailable.
absl::StatusOr<std::unique_ptr<LogStore>> OpenLogFile(const std::string& path);
// The same to read, also while somebody writes it. Errors: kNotFound and as
// above, but for LOG_LOCKED.
absl::StatusOr<std::unique_ptr<LogReader>> ReadLogFile(const std::string& path);

}  // namespace parcelveil

#endif  // PARCELVEIL_FILE_H_
