// SPDX-License-Identifier: Apache-2.0
// What the directories of a gate and of a dial desk have in common: a store, a
// log in it, and a secret that holds the keys of both.

#ifndef PARCELVEIL_SRC_LOCAL_GATE_GATE_DIR_H_
#define PARCELVEIL_SRC_LOCAL_GATE_GATE_DIR_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/audit.h"
#include "parcelveil/clock.h"
#include "parcelveil/gate_store.h"
#include "parcelveil/secret.h"

namespace parcelveil::local_gate {

struct NewDir {
  std::string origin;
  std::string passphrase_file;
  std::string store;  // empty: store.db
  const Clock* clock = nullptr;
  size_t num_seeds = 0;  // in its secret; the last is the log's
  // Puts more files into the directory; may be empty.
  std::function<absl::Status(const std::string& dir)> fill;
};
// Makes the whole directory or nothing. Errors: ALREADY_EXISTS; MALFORMED
// origin; those of the files and the store.
absl::Status CreateDir(const std::string& dir, const NewDir& options);

struct OpenedDir {
  Secret secret;
  // Destroyed from the last to the first.
  std::unique_ptr<GateStore> store;
  std::unique_ptr<AuditLog> log;
};
// Errors: LOG_LOCKED; LOG_ROLLED_BACK; MALFORMED; those of the files, the store
// and UnsealSecret.
absl::StatusOr<OpenedDir> OpenDir(const std::string& dir,
                                  const std::string& passphrase_file,
                                  const Clock* clock, size_t num_seeds);

// The store alone, which needs no secret: of whoever reads the log.
// Errors: as OpenDir; kNotFound where `dir` is no such directory.
absl::StatusOr<std::unique_ptr<GateStore>> OpenStoreOf(const std::string& dir);
bool HasStore(const std::string& dir);

absl::StatusOr<Secret> TakeSeed(const Secret& secret, size_t position);
std::string InDir(const std::string& dir, const char* name);

// A store in a database, for the log `origin`; made first where there is none.
// Errors: kUnimplemented in a build without PostgreSQL; as PostgresGateStore.
absl::StatusOr<std::unique_ptr<GateStore>> CreatePostgresStore(
    const std::string& address, const std::string& origin);
absl::StatusOr<std::unique_ptr<GateStore>> OpenPostgresStore(
    const std::string& address, const std::string& origin);

}  // namespace parcelveil::local_gate

#endif  // PARCELVEIL_SRC_LOCAL_GATE_GATE_DIR_H_
