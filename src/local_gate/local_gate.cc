// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/local_gate.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "parcelveil/role_secret.h"
#include "src/base/status.h"
#include "src/store/file/file_io.h"
#include "src/store/file/keyring_dir.h"

namespace parcelveil {
namespace {

constexpr size_t kSeedSize = 32;
constexpr size_t kMaxPolicySize = 1u << 20;
constexpr size_t kMaxSecretSize = 1u << 16;

std::string InDir(const std::string& dir, const char* name) {
  return (std::filesystem::path(dir) / name).string();
}

absl::Status WriteUnlock(const std::string& path) {
  PARCELVEIL_ASSIGN_OR_RETURN(const Secret raw, Secret::Random(kSeedSize));
  return raw.Use([&](absl::Span<const uint8_t> bytes) {
    return store::WriteFile(
        path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
        0600);
  });
}

// The gate's three keys, one after the other in its secret.
enum class SeedOf : size_t { kReplies = 0, kQueries = 1, kLog = 2 };
constexpr size_t kNumSeeds = 3;

absl::StatusOr<Secret> TakeSeed(const Secret& secret, SeedOf of) {
  PARCELVEIL_ASSIGN_OR_RETURN(Secret seed, Secret::Zero(kSeedSize));
  secret.Use([&](absl::Span<const uint8_t> from) {
    seed.UseMutable([&](absl::Span<uint8_t> to) {
      std::copy_n(from.data() + static_cast<size_t>(of) * kSeedSize, kSeedSize,
                  to.data());
    });
  });
  return seed;
}

absl::StatusOr<Secret> ReadGateSecret(const std::string& dir,
                                      const std::string& passphrase_file) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const Unlock unlock,
      store::ReadUnlock(passphrase_file, InDir(dir, "unlock")));
  const std::string path = InDir(dir, "secret");
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string sealed,
                              store::ReadPrivateFile(path, kMaxSecretSize));
  PARCELVEIL_ASSIGN_OR_RETURN(Secret secret, UnsealSecret(sealed, unlock));
  if (secret.size() != kNumSeeds * kSeedSize) {
    return MakeStatus(Reason::kMalformed, "open gate \"" + dir +
                                              "\": `secret` is not a gate's; "
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
                              TakeSeed(secret, SeedOf::kLog));
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
                    "open gate \"" + dir +
                        "\": `log.pub` is not a verifier key; restore it from "
                        "a copy");
}

absl::Status FillGateDir(const std::string& dir,
                         const CreateLocalGateOptions& options) {
  if (options.passphrase_file.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(WriteUnlock(InDir(dir, "unlock")));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const Unlock unlock,
      store::ReadUnlock(options.passphrase_file, InDir(dir, "unlock")));
  PARCELVEIL_ASSIGN_OR_RETURN(const Secret secret,
                              Secret::Random(kNumSeeds * kSeedSize));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string sealed,
                              SealSecret(secret, unlock));
  PARCELVEIL_RETURN_IF_ERROR(
      store::WriteFile(InDir(dir, "secret"), sealed, 0600));
  PARCELVEIL_RETURN_IF_ERROR(store::WriteFile(
      InDir(dir, "policy.textproto"), GatePolicy::Default().ToText(), 0644));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<SqliteGateStore> store,
                              SqliteGateStore::Create(InDir(dir, "store.db")));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::unique_ptr<AuditLog> log,
      OpenLog(options.origin, secret, store.get(), options.clock));
  return store::WriteFile(InDir(dir, "log.pub"), log->verifier_key() + "\n",
                          0644);
}

}  // namespace

absl::Status CreateLocalGate(const std::string& dir,
                             const CreateLocalGateOptions& options) {
  // Made beside its place and then moved there, so that it is whole or absent.
  const std::string made = dir + "." + store::RandomSuffix() + ".tmp";
  if (::mkdir(made.c_str(), 0700) != 0) {
    return store::FileError("make gate", dir, errno);
  }
  absl::Status status = FillGateDir(made, options);
  if (status.ok() && std::rename(made.c_str(), dir.c_str()) != 0) {
    status = errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR
                 ? MakeStatus(Reason::kAlreadyExists,
                              "make gate \"" + dir +
                                  "\": something is there already; name "
                                  "another directory")
                 : store::FileError("make gate", dir, errno);
  }
  if (!status.ok()) {
    std::error_code ignored;  // what cannot be removed is named .tmp
    std::filesystem::remove_all(made, ignored);
  }
  return status;
}

absl::StatusOr<std::unique_ptr<LocalGate>> LocalGate::Open(
    const std::string& dir, LocalGateOptions options) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string origin, ReadOrigin(dir));
  PARCELVEIL_ASSIGN_OR_RETURN(const Secret secret,
                              ReadGateSecret(dir, options.passphrase_file));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::string policy,
      store::ReadWholeFile(InDir(dir, "policy.textproto"), kMaxPolicySize));
  GateOptions gate;
  PARCELVEIL_ASSIGN_OR_RETURN(gate.policy, GatePolicy::Parse(policy));
  PARCELVEIL_ASSIGN_OR_RETURN(gate.signing_seed,
                              TakeSeed(secret, SeedOf::kReplies));
  PARCELVEIL_ASSIGN_OR_RETURN(gate.query_key,
                              TakeSeed(secret, SeedOf::kQueries));

  std::unique_ptr<LocalGate> opened(new LocalGate());
  PARCELVEIL_ASSIGN_OR_RETURN(opened->store_,
                              SqliteGateStore::Open(InDir(dir, "store.db")));
  PARCELVEIL_ASSIGN_OR_RETURN(
      opened->log_,
      OpenLog(origin, secret, opened->store_.get(), options.clock));
  gate.keyring = options.keyring;
  gate.store = opened->store_.get();
  gate.log = opened->log_.get();
  gate.parcels = options.parcels;
  gate.clock = options.clock;
  gate.alert = std::move(options.alert);
  PARCELVEIL_ASSIGN_OR_RETURN(opened->gate_, Gate::Create(std::move(gate)));
  return opened;
}

LocalGate::~LocalGate() {
  // Without one the next start signs it: nothing is lost.
  if (log_ != nullptr) log_->Checkpoint().status().IgnoreError();
}

}  // namespace parcelveil
