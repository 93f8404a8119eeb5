// SPDX-License-Identifier: Apache-2.0
// The log of a keyring directory: which keyrings were published, and which keys
// were destroyed.

#ifndef PARCELVEIL_SRC_CLI_KEYRING_LOG_H_
#define PARCELVEIL_SRC_CLI_KEYRING_LOG_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/audit.h"
#include "parcelveil/role_secret.h"
#include "src/store/file/keyring_dir.h"

namespace parcelveil::cli {

// KR/log, signed by the key in KR/log.secret, checked by the one in KR/log.pub.
// Open only while somebody publishes, who holds the directory's lock.
class KeyringLog {
 public:
  // Opens the directory's log; makes one where it has none yet. Errors: as
  // AuditLog::Open, UnsealSecret; those of the files.
  static absl::StatusOr<std::unique_ptr<KeyringLog>> Open(
      const store::KeyringDir& dir, const Unlock& unlock);

  // Appends leaves and signs a checkpoint of them. Errors: those of the log.
  absl::Status Append(std::vector<Leaf> leaves);

 private:
  KeyringLog(std::unique_ptr<LogStore> store, std::unique_ptr<AuditLog> log)
      : store_(std::move(store)), log_(std::move(log)) {}

  // Destroyed from the last to the first.
  std::unique_ptr<LogStore> store_;
  std::unique_ptr<AuditLog> log_;
};

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_KEYRING_LOG_H_
