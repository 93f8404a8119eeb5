// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <sys/stat.h>

#include <string>
#include <utility>

#include "parcelveil/file.h"
#include "src/base/status.h"
#include "src/store/file/file_io.h"
#include "src/store/file/floor_file.h"
#include "src/store/file/keyring_dir.h"

namespace parcelveil {
namespace {

constexpr size_t kMaxKeyringSize = (64u << 20) + 4096;
constexpr size_t kMaxTableMapSize = 1u << 20;

class FileKeyringSource : public KeyringSource {
 public:
  explicit FileKeyringSource(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<std::string> Version() override {
    struct stat info {};
    if (stat(path_.c_str(), &info) != 0) {
      return store::FileError("read", path_, errno);
    }
    return std::to_string(info.st_dev) + " " + std::to_string(info.st_ino) +
           " " + std::to_string(info.st_size) + " " +
           std::to_string(info.st_mtim.tv_sec) + "." +
           std::to_string(info.st_mtim.tv_nsec);
  }
  absl::StatusOr<std::string> Read() override {
    return store::ReadWholeFile(path_, kMaxKeyringSize);
  }

 private:
  const std::string path_;
};

class FileSecretSource : public SecretSource {
 public:
  FileSecretSource(store::KeyringDir dir, std::string file,
                   std::string passphrase_file)
      : dir_(std::move(dir)),
        file_(std::move(file)),
        passphrase_file_(std::move(passphrase_file)) {}

  absl::StatusOr<Secret> Unseal() override {
    PARCELVEIL_ASSIGN_OR_RETURN(
        Unlock unlock, store::ReadUnlock(passphrase_file_, dir_.UnlockFile()));
    return dir_.ReadSecret(file_, unlock);
  }

 private:
  const store::KeyringDir dir_;
  const std::string file_;
  const std::string passphrase_file_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Keyring>> LoadKeyring(
    const std::string& dir, Role role, const LoadKeyringOptions& options) {
  const store::KeyringDir keyring_dir(dir);
  const Scope scope = options.role_scope;
  KeyringOptions keyring;
  keyring.role = role;
  keyring.role_scope = scope;
  keyring.clock = options.clock;
  keyring.signers = options.signers;
  if (keyring.signers.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(keyring.signers, keyring_dir.ReadSigners());
  }
  keyring.source =
      std::make_unique<FileKeyringSource>(keyring_dir.KeyringFile(scope));
  keyring.secret = std::make_unique<FileSecretSource>(
      keyring_dir, keyring_dir.SecretFile(role, scope),
      options.passphrase_file);
  // Asked for by name, the floor must be kept; inside a directory that cannot
  // be written it is left out.
  keyring.floor = std::make_unique<store::FloorFile>(
      keyring_dir.FloorFile(scope, options.state_dir),
      options.state_dir.empty() ? store::ReadOnlyFolder::kAccepted
                                : store::ReadOnlyFolder::kRefused);
  return Keyring::Load(std::move(keyring));
}

absl::StatusOr<TableMap> LoadTableMap(const std::string& path) {
  PARCELVEIL_ASSIGN_OR_RETURN(std::string text,
                              store::ReadWholeFile(path, kMaxTableMapSize));
  absl::StatusOr<TableMap> map = TableMap::Parse(text);
  if (!map.ok()) return Annotate(map.status(), "read \"" + path + "\"");
  return map;
}

}  // namespace parcelveil
