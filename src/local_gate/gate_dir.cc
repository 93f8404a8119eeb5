// SPDX-License-Identifier: Apache-2.0
#include "src/local_gate/gate_dir.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "parcelveil/role_secret.h"
#include "parcelveil/sqlite_gate.h"
#include "src/base/status.h"
#include "src/store/file/file_io.h"
#include "src/store/file/keyring_dir.h"

namespace parcelveil::local_gate {
namespace {

constexpr size_t kSeedSize = 32;
constexpr size_t kMaxSecretSize = 1u << 16;
// Where the store is, if not in store.db: one line.
constexpr char kAddressFile[] = "store";
constexpr char kStoreFile[] = "store.db";

absl::Status WriteUnlock(const std::string& path) {
  PARCELVEIL_ASSIGN_OR_RETURN(const Secret raw, Secret::Random(kSeedSize));
  return raw.Use([&](absl::Span<const uint8_t> bytes) {
    return store::WriteFile(
        path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
        0600);
  });
}

absl::StatusOr<Secret> ReadSecret(const std::string& dir,
                                  const std::string& passphrase_file,
                                  size_t num_seeds) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const Unlock unlock,
      store::ReadUnlock(passphrase_file, InDir(dir, "unlock")));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::string sealed,
      store::ReadPrivateFile(InDir(dir, "secret"), kMaxSecretSize));
  PARCELVEIL_ASSIGN_OR_RETURN(Secret secret, UnsealSecret(sealed, unlock));
  if (secret.size() != num_seeds * kSeedSize) {
    return MakeStatus(Reason::kMalformed,
                      "open \"" + dir +
                          "\": `secret` belongs to another kind of directory; "
                          "restore it from a copy");
  }
  return secret;
}

absl::StatusOr<std::unique_ptr<AuditLog>> OpenLog(const std::string& origin,
                                                  const Secret& secret,
                                                  LogStore* store,
                                                  const Clock* clock) {
  AuditLogOptions options;
  options.origin = origin;
  options.store = store;
  options.clock = clock;
  PARCELVEIL_ASSIGN_OR_RETURN(options.signing_seed,
                              TakeSeed(secret, secret.size() / kSeedSize - 1));
  return AuditLog::Open(std::move(options));
}

// The part of "<origin>+<key id>+<key>" before the first plus.
absl::StatusOr<std::string> ReadOrigin(const std::string& dir) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::string key,
      store::ReadWholeFile(InDir(dir, "log.pub"), kMaxSecretSize));
  const size_t plus = key.find('+');
  if (plus != std::string::npos && plus != 0) return key.substr(0, plus);
  return MakeStatus(Reason::kMalformed,
                    "open \"" + dir +
                        "\": `log.pub` is not a verifier key; restore it from "
                        "a copy");
}

absl::StatusOr<std::unique_ptr<GateStore>> CreateStore(const std::string& dir,
                                                       const NewDir& options) {
  if (options.store.empty()) {
    return SqliteGateStore::Create(InDir(dir, kStoreFile));
  }
  PARCELVEIL_RETURN_IF_ERROR(
      store::WriteFile(InDir(dir, kAddressFile), options.store + "\n", 0600));
  return CreatePostgresStore(options.store, options.origin);
}

absl::Status FillDir(const std::string& dir, const NewDir& options) {
  if (options.passphrase_file.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(WriteUnlock(InDir(dir, "unlock")));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const Unlock unlock,
      store::ReadUnlock(options.passphrase_file, InDir(dir, "unlock")));
  PARCELVEIL_ASSIGN_OR_RETURN(const Secret secret,
                              Secret::Random(options.num_seeds * kSeedSize));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string sealed,
                              SealSecret(secret, unlock));
  PARCELVEIL_RETURN_IF_ERROR(
      store::WriteFile(InDir(dir, "secret"), sealed, 0600));
  if (options.fill) PARCELVEIL_RETURN_IF_ERROR(options.fill(dir));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<GateStore> store,
                              CreateStore(dir, options));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::unique_ptr<AuditLog> log,
      OpenLog(options.origin, secret, store.get(), options.clock));
  return store::WriteFile(InDir(dir, "log.pub"), log->verifier_key() + "\n",
                          0644);
}

}  // namespace

std::string InDir(const std::string& dir, const char* name) {
  return (std::filesystem::path(dir) / name).string();
}

absl::StatusOr<Secret> TakeSeed(const Secret& secret, size_t position) {
  PARCELVEIL_ASSIGN_OR_RETURN(Secret seed, Secret::Zero(kSeedSize));
  secret.Use([&](absl::Span<const uint8_t> from) {
    seed.UseMutable([&](absl::Span<uint8_t> to) {
      std::copy_n(from.data() + position * kSeedSize, kSeedSize, to.data());
    });
  });
  return seed;
}

absl::Status CreateDir(const std::string& dir, const NewDir& options) {
  // Made beside its place and then moved there, so that it is whole or absent.
  const std::string made = dir + "." + store::RandomSuffix() + ".tmp";
  if (::mkdir(made.c_str(), 0700) != 0) {
    return store::FileError("make", dir, errno);
  }
  absl::Status status = FillDir(made, options);
  if (status.ok() && std::rename(made.c_str(), dir.c_str()) != 0) {
    status = errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR
                 ? MakeStatus(Reason::kAlreadyExists,
                              "make \"" + dir +
                                  "\": something is there already; name "
                                  "another directory")
                 : store::FileError("make", dir, errno);
  }
  if (!status.ok()) {
    std::error_code ignored;  // what cannot be removed is named .tmp
    std::filesystem::remove_all(made, ignored);
  }
  return status;
}

bool HasStore(const std::string& dir) {
  std::error_code ignored;  // what cannot be looked at is not there
  return std::filesystem::exists(InDir(dir, kStoreFile), ignored) ||
         std::filesystem::exists(InDir(dir, kAddressFile), ignored);
}

absl::StatusOr<std::unique_ptr<GateStore>> OpenStoreOf(const std::string& dir) {
  std::error_code ignored;
  if (!std::filesystem::exists(InDir(dir, kAddressFile), ignored)) {
    return SqliteGateStore::Open(InDir(dir, kStoreFile));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      std::string address,
      store::ReadWholeFile(InDir(dir, kAddressFile), kMaxSecretSize));
  address = address.substr(0, address.find('\n'));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string origin, ReadOrigin(dir));
  return OpenPostgresStore(address, origin);
}

absl::StatusOr<OpenedDir> OpenDir(const std::string& dir,
                                  const std::string& passphrase_file,
                                  const Clock* clock, size_t num_seeds) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string origin, ReadOrigin(dir));
  OpenedDir opened;
  PARCELVEIL_ASSIGN_OR_RETURN(opened.secret,
                              ReadSecret(dir, passphrase_file, num_seeds));
  PARCELVEIL_ASSIGN_OR_RETURN(opened.store, OpenStoreOf(dir));
  PARCELVEIL_ASSIGN_OR_RETURN(
      opened.log, OpenLog(origin, opened.secret, opened.store.get(), clock));
  return opened;
}

}  // namespace parcelveil::local_gate
