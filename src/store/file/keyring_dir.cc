// SPDX-License-Identifier: Apache-2.0
#include "src/store/file/keyring_dir.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "src/base/status.h"
#include "src/store/file/file_io.h"

namespace parcelveil::store {
namespace {

constexpr size_t kMaxKeyringSize = (64u << 20) + 4096;
constexpr size_t kMaxSealedSize = 65536;
constexpr size_t kMaxPassphraseSize = 1024;
constexpr size_t kMaxSignersSize = 4096;
constexpr mode_t kPublicMode = 0644;
constexpr mode_t kSecretMode = 0600;
constexpr absl::string_view kShardPrefix = "keyring-";

// The outlet of a shard's file name; false for any other name.
bool ParseShardName(absl::string_view name, Scope* scope) {
  if (name.substr(0, kShardPrefix.size()) != kShardPrefix) return false;
  const absl::string_view digits = name.substr(kShardPrefix.size());
  uint32_t number = 0;
  if (!absl::SimpleAtoi(digits, &number) || number == 0 ||
      std::to_string(number) != digits) {
    return false;
  }
  *scope = Scope{number};
  return true;
}

// Errors: CONFLICT where the file is not `expected` (empty: not there).
absl::Status CheckUnchanged(const std::string& path,
                            const std::string& expected) {
  const absl::StatusOr<std::string> now = ReadWholeFile(path, kMaxKeyringSize);
  const bool is_absent = absl::IsNotFound(now.status());
  if (!now.ok() && !is_absent) return now.status();
  if (is_absent ? expected.empty() : *now == expected) return absl::OkStatus();
  return MakeStatus(Reason::kConflict,
                    "publish \"" + path +
                        "\": somebody else published meanwhile; run the "
                        "command again");
}

// Under the lock nobody writes: what is left is of a process that died.
void RemoveLeftovers(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(".keyring.", 0) == 0 && entry.path().extension() == ".tmp") {
      unlink(entry.path().c_str());
    }
  }
}

}  // namespace

std::string SecretFileName(Role role, Scope role_scope) {
  std::string name = Describe(role);
  if (name.find(' ') != std::string::npos) {
    name = "ROLE-" + std::to_string(ToInt(role));
  }
  if (role_scope != Scope::kNational) {
    name += "-" + std::to_string(ToInt(role_scope));
  }
  return name;
}

absl::StatusOr<Unlock> ReadUnlock(const std::string& passphrase_file,
                                  const std::string& unlock_file) {
  if (passphrase_file.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        Secret key, ReadSecretFile(unlock_file, kMaxSealedSize / 4));
    return Unlock{Unlock::Kind::kRawKey, std::move(key)};
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      Secret text, ReadSecretFile(passphrase_file, kMaxPassphraseSize));
  const size_t size = text.Use([](absl::Span<const uint8_t> bytes) {
    size_t end = bytes.size();
    if (end > 0 && bytes[end - 1] == '\n') --end;
    if (end > 0 && bytes[end - 1] == '\r') --end;
    return end;
  });
  if (size == 0) {
    return MakeStatus(Reason::kMalformed,
                      "read \"" + passphrase_file +
                          "\": it holds no passphrase; write one line into it");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(Secret passphrase,
                              text.UseMutable([&](absl::Span<uint8_t> bytes) {
                                return Secret::Take(bytes.subspan(0, size));
                              }));
  return Unlock{Unlock::Kind::kPassphrase, std::move(passphrase)};
}

std::string KeyringDir::File(const std::string& name) const {
  return (std::filesystem::path(path_) / name).string();
}

std::string KeyringDir::KeyringFile(Scope scope) const {
  if (scope == Scope::kNational) return File("keyring");
  return File(std::string(kShardPrefix) + std::to_string(ToInt(scope)));
}

std::string KeyringDir::SecretFile(Role role, Scope role_scope) const {
  return File("secret/" + SecretFileName(role, role_scope));
}

std::string KeyringDir::FloorFile(Scope scope,
                                  const std::string& state_dir) const {
  std::string name = "floor";
  if (scope != Scope::kNational) name += "-" + std::to_string(ToInt(scope));
  if (state_dir.empty()) return File(name);
  return (std::filesystem::path(state_dir) / name).string();
}

absl::StatusOr<KeyringFiles> KeyringDir::ReadFiles() const {
  KeyringFiles files;
  PARCELVEIL_ASSIGN_OR_RETURN(
      files.main,
      ReadWholeFile(KeyringFile(Scope::kNational), kMaxKeyringSize));
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path_, error)) {
    Scope scope{};
    if (!ParseShardName(entry.path().filename().string(), &scope)) continue;
    PARCELVEIL_ASSIGN_OR_RETURN(
        files.shards[scope],
        ReadWholeFile(entry.path().string(), kMaxKeyringSize));
  }
  if (error) return FileError("list", path_, error.value());
  return files;
}

absl::StatusOr<std::vector<SignerPublicKey>> KeyringDir::ReadSigners() const {
  PARCELVEIL_ASSIGN_OR_RETURN(std::string text,
                              ReadWholeFile(SignersFile(), kMaxSignersSize));
  std::vector<SignerPublicKey> signers;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    const std::string lower = absl::AsciiStrToLower(line);
    if (lower.size() != 64 ||
        lower.find_first_not_of("0123456789abcdef") != std::string::npos) {
      return MakeStatus(Reason::kMalformed,
                        "read \"" + SignersFile() +
                            "\": a line is not a public key of 64 hex digits; "
                            "restore it from a copy");
    }
    const std::string bytes = absl::HexStringToBytes(lower);
    std::copy(bytes.begin(), bytes.end(), signers.emplace_back().begin());
  }
  return signers;
}

absl::StatusOr<Secret> KeyringDir::ReadSecret(const std::string& file,
                                              const Unlock& unlock) const {
  PARCELVEIL_ASSIGN_OR_RETURN(std::string sealed,
                              ReadPrivateFile(file, kMaxSealedSize));
  absl::StatusOr<Secret> secret = UnsealSecret(sealed, unlock);
  if (!secret.ok()) {
    return Annotate(secret.status(), "read \"" + file + "\"");
  }
  return secret;
}

absl::Status KeyringDir::WriteSecret(const std::string& file,
                                     const Secret& payload,
                                     const Unlock& unlock) const {
  PARCELVEIL_ASSIGN_OR_RETURN(std::string sealed, SealSecret(payload, unlock));
  return WriteFile(file, sealed, kSecretMode);
}

absl::StatusOr<Fd> KeyringDir::Lock() const {
  return LockFile(File("keyring.lock"));
}

absl::Status KeyringDir::Publish(const KeyringFiles& previous,
                                 const KeyringFiles& next) const {
  PARCELVEIL_ASSIGN_OR_RETURN(Fd lock, Lock());
  return PublishLocked(lock, previous, next);
}

absl::Status KeyringDir::PublishLocked(const Fd& /*lock*/,
                                       const KeyringFiles& previous,
                                       const KeyringFiles& next) const {
  RemoveLeftovers(path_);
  const std::string temporary = File(".keyring." + RandomSuffix() + ".tmp");
  for (const auto& [scope, file] : next.shards) {
    const auto known = previous.shards.find(scope);
    PARCELVEIL_RETURN_IF_ERROR(CheckUnchanged(
        KeyringFile(scope),
        known == previous.shards.end() ? std::string() : known->second));
  }
  const std::string main = KeyringFile(Scope::kNational);
  // Also where only shards change: they belong to the main file as it is.
  PARCELVEIL_RETURN_IF_ERROR(CheckUnchanged(main, previous.main));
  for (const auto& [scope, file] : next.shards) {
    PARCELVEIL_RETURN_IF_ERROR(
        ReplaceFile({KeyringFile(scope), temporary, kPublicMode}, file));
  }
  if (next.main.empty()) return absl::OkStatus();
  return ReplaceFile({main, temporary, kPublicMode}, next.main);
}

}  // namespace parcelveil::store
