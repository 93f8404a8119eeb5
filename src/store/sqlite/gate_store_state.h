// SPDX-License-Identifier: Apache-2.0
// What a SqliteGateStore is made of: the lock, the connection, the mirror.

#ifndef PARCELVEIL_SRC_STORE_SQLITE_GATE_STORE_STATE_H_
#define PARCELVEIL_SRC_STORE_SQLITE_GATE_STORE_STATE_H_

#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/sqlite_gate.h"
#include "src/store/sqlite/file_lock.h"
#include "src/store/sqlite/gate_mirror.h"
#include "src/store/sqlite/gate_quota.h"
#include "src/store/sqlite/gate_transaction.h"
#include "src/store/sqlite/statement_cache.h"

namespace parcelveil {

class SqliteGateStore::State {
 public:
  enum class Mode : uint8_t { kCreate, kOpen };
  static absl::StatusOr<std::unique_ptr<State>> Open(const std::string& path,
                                                     Mode mode);

  // Runs `write` in a transaction; the mirror follows once it is committed.
  absl::Status InTransaction(
      const std::function<absl::Status(SqliteGateTransaction*)>& write);

  // What `read` returns of the committed state.
  template <typename F>
  auto Read(F read) {
    const std::shared_lock<std::shared_mutex> lock(mirror_mutex_);
    return read(mirror_);
  }

  // Held by a transaction from begin to commit. Recursive: its own thread may
  // read meanwhile.
  std::recursive_mutex& connection_mutex() { return connection_mutex_; }
  StatementCache* sql() { return &sql_; }

 private:
  State(FileLock lock, std::unique_ptr<SqliteDatabase> db, std::string name)
      : lock_(std::move(lock)),
        db_(std::move(db)),
        sql_(db_.get(), std::move(name)),
        quota_(&sql_) {}

  absl::Status Commit(
      SqliteTransaction* transaction,
      const std::function<absl::Status(SqliteGateTransaction*)>& write);

  const FileLock lock_;
  const std::unique_ptr<SqliteDatabase> db_;
  std::recursive_mutex connection_mutex_;
  StatementCache sql_;
  QuotaCounters quota_;
  std::shared_mutex mirror_mutex_;
  GateMirror mirror_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_SQLITE_GATE_STORE_STATE_H_
