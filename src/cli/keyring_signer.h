// SPDX-License-Identifier: Apache-2.0
// A keyring directory in the hands of whoever signs.

#ifndef PARCELVEIL_SRC_CLI_KEYRING_SIGNER_H_
#define PARCELVEIL_SRC_CLI_KEYRING_SIGNER_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/keyring_admin.h"
#include "parcelveil/role_secret.h"
#include "src/cli/command.h"
#include "src/store/file/floor_file.h"
#include "src/store/file/keyring_dir.h"

namespace parcelveil::cli {

// The floor of one keyring file on this host.
store::FloorFile OpenFloor(const store::KeyringDir& dir,
                           const KeyringFlags& flags, Scope scope);

class KeyringSigner {
 public:
  // Reads the directory and the signing key. Errors: as KeyringEditor::Load,
  // KeyringDir.
  static absl::StatusOr<std::unique_ptr<KeyringSigner>> Open(
      const KeyringFlags& flags);
  // The same, keeping other writers out meanwhile: for whoever replaces
  // secrets, which must fit the keyring that is published.
  static absl::StatusOr<std::unique_ptr<KeyringSigner>> OpenLocked(
      const KeyringFlags& flags);

  KeyringEditor& editor() { return *editor_; }
  const store::KeyringDir& dir() const { return dir_; }
  const Unlock& unlock() const { return unlock_; }

  // STEWARD's secret, if it is in the directory.
  absl::StatusOr<std::optional<Secret>> ReadSteward() const;
  // The roles whose secrets lie in the directory.
  std::vector<std::pair<Role, Scope>> SecretsHere() const;
  // Seals secrets into files of the directory.
  absl::Status WriteSecrets(const std::vector<UnsealedSecret>& secrets) const;

  // Signs and publishes what the editor changed; nothing where it changed
  // nothing. Returns the serial of the main file. Errors: CONFLICT.
  absl::StatusOr<uint64_t> Publish();

 private:
  KeyringSigner(store::KeyringDir dir, KeyringFlags flags, Unlock unlock,
                KeyringFiles files, std::unique_ptr<KeyringEditor> editor)
      : dir_(std::move(dir)),
        flags_(std::move(flags)),
        unlock_(std::move(unlock)),
        files_(std::move(files)),
        editor_(std::move(editor)) {}

  const store::KeyringDir dir_;
  const KeyringFlags flags_;
  std::unique_ptr<store::Fd> lock_;
  const Unlock unlock_;
  const KeyringFiles files_;  // as they were read
  std::unique_ptr<KeyringEditor> editor_;
};

// Errors: as Schema::Parse, ReadWholeFile.
absl::StatusOr<Schema> ReadSchema(const std::string& path);

// "2026-11-24", or "2026-11-24 to 2026-11-30": ascending days as runs.
std::string FormatDays(const std::vector<Epoch>& days);

// Rows of cells as aligned columns, each row behind two spaces.
std::string FormatTable(const std::vector<std::vector<std::string>>& rows);

// Adds the subcommands of `parcelveil keyring`, a file each.
void AddKeyringInit(CLI::App* keyring, Session* session);
void AddKeyringShow(CLI::App* keyring, Session* session);
void AddKeyringMaintain(CLI::App* keyring, Session* session);
void AddKeyringAccess(CLI::App* keyring, Session* session);
void AddKeyringDay(CLI::App* keyring, Session* session);
void AddKeyringCard(CLI::App* keyring, Session* session);
void AddKeyringExport(CLI::App* keyring, Session* session);
void AddKeyringRestore(CLI::App* keyring, Session* session);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_KEYRING_SIGNER_H_
