// SPDX-License-Identifier: Apache-2.0
#include "src/cli/keyring_log.h"

#include <string>

#include "parcelveil/file.h"
#include "src/base/status.h"
#include "src/store/file/file_io.h"

namespace parcelveil::cli {
namespace {

constexpr size_t kSeedSize = 32;
constexpr size_t kMaxKeySize = 4096;

// "<origin>+<key id>+<key>", or nothing where there is no log yet.
absl::StatusOr<std::string> ReadOrigin(const store::KeyringDir& dir) {
  const absl::StatusOr<std::string> key =
      store::ReadWholeFile(dir.File("log.pub"), kMaxKeySize);
  if (absl::IsNotFound(key.status())) return "";
  PARCELVEIL_RETURN_IF_ERROR(key.status());
  return key->substr(0, key->find('+'));
}

absl::StatusOr<Secret> ReadOrMakeSeed(const store::KeyringDir& dir,
                                      const Unlock& unlock) {
  const std::string file = dir.File("log.secret");
  absl::StatusOr<Secret> seed = dir.ReadSecret(file, unlock);
  if (!absl::IsNotFound(seed.status())) return seed;
  PARCELVEIL_ASSIGN_OR_RETURN(Secret made, Secret::Random(kSeedSize));
  PARCELVEIL_RETURN_IF_ERROR(dir.WriteSecret(file, made, unlock));
  return made;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeyringLog>> KeyringLog::Open(
    const store::KeyringDir& dir, const Unlock& unlock) {
  AuditLogOptions options;
  PARCELVEIL_ASSIGN_OR_RETURN(options.origin, ReadOrigin(dir));
  const bool is_new = options.origin.empty();
  if (is_new) {
    options.origin =
        "keyring.local/audit/" + store::RandomSuffix() + "/steward";
  }
  PARCELVEIL_ASSIGN_OR_RETURN(options.signing_seed,
                              ReadOrMakeSeed(dir, unlock));
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<LogStore> store,
                              OpenLogFile(dir.File("log")));
  options.store = store.get();
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<AuditLog> log,
                              AuditLog::Open(std::move(options)));
  if (is_new) {
    PARCELVEIL_RETURN_IF_ERROR(store::WriteFile(
        dir.File("log.pub"), log->verifier_key() + "\n", 0644));
  }
  return std::unique_ptr<KeyringLog>(
      new KeyringLog(std::move(store), std::move(log)));
}

absl::Status KeyringLog::Append(std::vector<Leaf> leaves) {
  if (leaves.empty()) return absl::OkStatus();
  PARCELVEIL_RETURN_IF_ERROR(log_->Append(std::move(leaves)));
  return log_->Checkpoint().status();
}

}  // namespace parcelveil::cli
