// SPDX-License-Identifier: Apache-2.0
#include "src/cli/keyring_signer.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "absl/time/clock.h"
#include "src/base/status.h"
#include "src/cli/keyring_log.h"
#include "src/keyring/calendar.h"
#include "src/keyring/publication.h"
#include "src/store/file/file_io.h"

namespace parcelveil::cli {
namespace {

constexpr size_t kMaxSchemaSize = 1u << 20;

// The role and outlet of a secret's file name; false for any other name.
bool ParseSecretName(const std::string& name, Role* role, Scope* scope) {
  std::string role_name = name;
  *scope = Scope::kNational;
  const size_t dash = name.rfind('-');
  const bool is_numbered = name.rfind("ROLE-", 0) == 0;
  if (dash != std::string::npos && !(is_numbered && dash == 4)) {
    const std::string digits = name.substr(dash + 1);
    if (digits.empty() || digits.size() > 10 ||
        digits.find_first_not_of("0123456789") != std::string::npos) {
      return false;
    }
    *scope = Scope{static_cast<uint32_t>(std::stoull(digits))};
    role_name = name.substr(0, dash);
  }
  if (is_numbered) role_name = role_name.substr(5);
  const absl::StatusOr<Role> parsed = ParseRole(role_name);
  if (!parsed.ok()) return false;
  *role = *parsed;
  return store::SecretFileName(*role, *scope) == name;
}

absl::StatusOr<std::map<Scope, KeyringFloor>> ReadFloors(
    const store::KeyringDir& dir, const KeyringFlags& flags,
    const KeyringFiles& files) {
  std::vector<Scope> scopes = {Scope::kNational};
  for (const auto& [scope, file] : files.shards) scopes.push_back(scope);
  std::map<Scope, KeyringFloor> floors;
  for (Scope scope : scopes) {
    PARCELVEIL_ASSIGN_OR_RETURN(std::optional<KeyringFloor> floor,
                                OpenFloor(dir, flags, scope).Read());
    if (floor.has_value()) floors[scope] = *floor;
  }
  return floors;
}

}  // namespace

store::FloorFile OpenFloor(const store::KeyringDir& dir,
                           const KeyringFlags& flags, Scope scope) {
  return {dir.FloorFile(scope, flags.state_dir),
          flags.state_dir.empty() ? store::ReadOnlyFolder::kAccepted
                                  : store::ReadOnlyFolder::kRefused};
}

absl::StatusOr<std::unique_ptr<KeyringSigner>> KeyringSigner::Open(
    const KeyringFlags& flags) {
  const store::KeyringDir dir(flags.keyring);
  KeyringEditor::LoadOptions options;
  // Floors first: a keyring that is published meanwhile is then newer than its
  // floor, and never older.
  PARCELVEIL_ASSIGN_OR_RETURN(KeyringFiles files, dir.ReadFiles());
  PARCELVEIL_ASSIGN_OR_RETURN(options.floors, ReadFloors(dir, flags, files));
  PARCELVEIL_ASSIGN_OR_RETURN(files, dir.ReadFiles());
  PARCELVEIL_ASSIGN_OR_RETURN(
      Unlock unlock,
      store::ReadUnlock(flags.passphrase_file, dir.UnlockFile()));
  PARCELVEIL_ASSIGN_OR_RETURN(options.signers, dir.ReadSigners());
  PARCELVEIL_ASSIGN_OR_RETURN(options.signer,
                              dir.ReadSecret(dir.SignerFile(), unlock));
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<KeyringEditor> editor,
                              KeyringEditor::Load(files, std::move(options)));
  return std::unique_ptr<KeyringSigner>(new KeyringSigner(
      dir, flags, std::move(unlock), std::move(files), std::move(editor)));
}

absl::StatusOr<std::unique_ptr<KeyringSigner>> KeyringSigner::OpenLocked(
    const KeyringFlags& flags) {
  PARCELVEIL_ASSIGN_OR_RETURN(store::Fd lock,
                              store::KeyringDir(flags.keyring).Lock());
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<KeyringSigner> signer,
                              Open(flags));
  signer->lock_ = std::make_unique<store::Fd>(std::move(lock));
  return signer;
}

absl::StatusOr<std::optional<Secret>> KeyringSigner::ReadSteward() const {
  const std::string file = dir_.SecretFile(Role::kSteward, Scope::kNational);
  absl::StatusOr<Secret> secret = dir_.ReadSecret(file, unlock_);
  if (absl::IsNotFound(secret.status())) return std::nullopt;
  if (!secret.ok()) return secret.status();
  return std::optional<Secret>(*std::move(secret));
}

std::vector<std::pair<Role, Scope>> KeyringSigner::SecretsHere() const {
  std::vector<std::pair<Role, Scope>> secrets;
  std::error_code error;  // no folder: no secrets
  for (const auto& entry :
       std::filesystem::directory_iterator(dir_.File("secret"), error)) {
    Role role;
    Scope scope;
    if (ParseSecretName(entry.path().filename().string(), &role, &scope)) {
      secrets.emplace_back(role, scope);
    }
  }
  std::sort(secrets.begin(), secrets.end());
  return secrets;
}

absl::Status KeyringSigner::WriteSecrets(
    const std::vector<UnsealedSecret>& secrets) const {
  for (const UnsealedSecret& secret : secrets) {
    PARCELVEIL_RETURN_IF_ERROR(
        dir_.WriteSecret(dir_.SecretFile(secret.role, secret.role_scope),
                         secret.payload, unlock_));
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> KeyringSigner::Publish() {
  PARCELVEIL_ASSIGN_OR_RETURN(KeyringFiles next, editor_->Sign());
  if (next.main.empty() && next.shards.empty()) return editor_->serial();
  if (lock_ == nullptr) {
    PARCELVEIL_ASSIGN_OR_RETURN(store::Fd lock, dir_.Lock());
    lock_ = std::make_unique<store::Fd>(std::move(lock));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<KeyringLog> log,
                              KeyringLog::Open(dir_, unlock_));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<SignerPublicKey> signers,
                              dir_.ReadSigners());
  PARCELVEIL_ASSIGN_OR_RETURN(
      keyring::PublicationLeaves leaves,
      keyring::LeavesOfPublication(files_, next, signers, absl::Now()));
  // What is destroyed is on record before it is gone.
  PARCELVEIL_RETURN_IF_ERROR(log->Append(std::move(leaves.before)));
  PARCELVEIL_RETURN_IF_ERROR(dir_.PublishLocked(*lock_, files_, next));
  for (const auto& [scope, floor] : editor_->floors()) {
    PARCELVEIL_RETURN_IF_ERROR(OpenFloor(dir_, flags_, scope).Write(floor));
  }
  PARCELVEIL_RETURN_IF_ERROR(log->Append(std::move(leaves.after)));
  return editor_->serial();
}

absl::StatusOr<Schema> ReadSchema(const std::string& path) {
  PARCELVEIL_ASSIGN_OR_RETURN(std::string text,
                              store::ReadWholeFile(path, kMaxSchemaSize));
  absl::StatusOr<Schema> schema = Schema::Parse(text);
  if (!schema.ok()) return Annotate(schema.status(), "\"" + path + "\"");
  return schema;
}

std::string FormatDays(const std::vector<Epoch>& days) {
  std::string text;
  for (size_t i = 0; i < days.size();) {
    size_t last = i;
    while (last + 1 < days.size() &&
           days[last + 1] == keyring::AddDays(days[last], 1)) {
      ++last;
    }
    if (!text.empty()) text += ", ";
    text += Describe(days[i]);
    if (last > i) text += " to " + Describe(days[last]);
    i = last + 1;
  }
  return text;
}

std::string FormatTable(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    if (!text.empty()) text += '\n';
    text += "  ";
    for (size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 == row.size()) break;
      text.append(widths[i] - row[i].size() + 2, ' ');
    }
  }
  return text;
}

void AddKeyringCommands(CLI::App* app, Session* session) {
  CLI::App* keyring =
      app->add_subcommand("keyring", "make and look after a keyring directory");
  keyring->require_subcommand(1);
  AddKeyringInit(keyring, session);
  AddKeyringShow(keyring, session);
  AddKeyringMaintain(keyring, session);
  AddKeyringAccess(keyring, session);
  AddKeyringDay(keyring, session);
  AddKeyringCard(keyring, session);
  AddKeyringExport(keyring, session);
  AddKeyringRestore(keyring, session);
}

}  // namespace parcelveil::cli
