// SPDX-License-Identifier: Apache-2.0
// What a PostgresGateStore is made of: the session that writes, and those that
// read.

#ifndef PARCELVEIL_SRC_STORE_POSTGRES_GATE_STORE_STATE_H_
#define PARCELVEIL_SRC_STORE_POSTGRES_GATE_STORE_STATE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/postgres_gate.h"
#include "src/store/postgres/gate_schema.h"
#include "src/store/postgres/gate_transaction.h"
#include "src/store/postgres/postgres_pool.h"
#include "src/store/postgres/postgres_session.h"

namespace parcelveil {

class PostgresGateStore::State {
 public:
  static absl::StatusOr<std::unique_ptr<State>> Open(const std::string& address,
                                                     const std::string& log);
  ~State();

  // What a transaction holds from begin to commit: its log's row, or the
  // store's too.
  enum class Rows : uint8_t { kLog, kLogAndStore };
  // Runs `write` in a transaction, again after a conflict.
  absl::Status InTransaction(
      Rows rows,
      const std::function<absl::Status(PostgresSession*,
                                       PostgresGateTransaction*)>& write);
  // What `read` returns of a session that reads; it may run twice.
  template <typename F>
  auto Read(F read) -> decltype(read(nullptr)) {
    return readers_.With(std::move(read));
  }

  int64_t log() const { return log_; }
  const std::string& what() const { return what_; }

 private:
  State(const std::string& address, const std::string& log)
      : address_(address),
        name_(log),
        what_("gate store \"" + log + "\""),
        readers_(address, what_, kGateReader) {}

  // `mutex_` is held for these.
  // Sees to it that there is a session that writes and has the log's lock:
  // connects anew where it was lost.
  absl::Status Connect();
  // Takes the log for the first time: from now on nobody else may write.
  absl::Status TakeLog();
  absl::Status TakeLock(PostgresSession* session) const;
  absl::Status CheckStillOurs(PostgresSession* session) const;
  absl::StatusOr<PostgresLog> LockRows(Rows rows);
  absl::StatusOr<std::unique_ptr<PostgresTransaction>> Begin();
  absl::Status TryTransaction(
      Rows rows,
      const std::function<absl::Status(PostgresSession*,
                                       PostgresGateTransaction*)>& write);

  const std::string address_;
  const std::string name_;  // the log's
  const std::string what_;
  PostgresPool readers_;
  int64_t log_ = 0;     // its number
  int64_t opened_ = 0;  // which opening of it is ours

  std::recursive_mutex mutex_;  // held by a transaction
  bool is_in_transaction_ = false;
  std::unique_ptr<PostgresSession> writer_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_POSTGRES_GATE_STORE_STATE_H_
