// SPDX-License-Identifier: Apache-2.0
// PostgresPool: a few connections that threads take turns with, to read.

#ifndef PARCELVEIL_SRC_STORE_POSTGRES_POSTGRES_POOL_H_
#define PARCELVEIL_SRC_STORE_POSTGRES_POSTGRES_POOL_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "src/store/postgres/postgres_session.h"

namespace parcelveil {

// Thread-safety: all methods may run concurrently.
class PostgresPool {
 public:
  // As PostgresSession::Open, of each connection.
  PostgresPool(std::string address, std::string what, std::string set_up)
      : address_(std::move(address)),
        what_(std::move(what)),
        set_up_(std::move(set_up)) {}

  // Returns what `use` returns of a session that no other thread uses
  // meanwhile. `use` may run twice: where a connection that lay idle turns out
  // to be lost, it runs again on a new one.
  template <typename F>
  auto With(F use) -> decltype(use(nullptr)) {
    while (true) {
      PARCELVEIL_ASSIGN_OR_RETURN(Taken taken, Take());
      auto result = use(taken.session.get());
      const bool is_lost = taken.session->db()->IsLost();
      GiveBack(std::move(taken.session));
      if (!is_lost || taken.is_new) return result;
    }
  }

 private:
  struct Taken {
    std::unique_ptr<PostgresSession> session;
    bool is_new;
  };

  absl::StatusOr<Taken> Take();
  // Of a lost connection, those that lie idle are let go, too: they are likely
  // to be lost with it.
  void GiveBack(std::unique_ptr<PostgresSession> session);

  const std::string address_;
  const std::string what_;
  const std::string set_up_;

  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<std::unique_ptr<PostgresSession>> idle_;
  size_t num_taken_ = 0;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_POSTGRES_POSTGRES_POOL_H_
