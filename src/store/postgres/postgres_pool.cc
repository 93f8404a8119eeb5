// SPDX-License-Identifier: Apache-2.0
#include "src/store/postgres/postgres_pool.h"

namespace parcelveil {
namespace {

constexpr size_t kMaxConnections = 8;
constexpr size_t kMaxStatements = 64;  // of a connection: slots vary

}  // namespace

absl::StatusOr<PostgresPool::Taken> PostgresPool::Take() {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    given_back_.wait(lock, [&] { return num_taken_ < kMaxConnections; });
    ++num_taken_;
    if (!idle_.empty()) {
      Taken taken{std::move(idle_.back()), /*is_new=*/false};
      idle_.pop_back();
      return taken;
    }
  }
  auto opened = PostgresSession::Open(address_, what_, set_up_);
  if (opened.ok()) return Taken{*std::move(opened), /*is_new=*/true};
  GiveBack(nullptr);
  return opened.status();
}

void PostgresPool::GiveBack(std::unique_ptr<PostgresSession> session) {
  std::vector<std::unique_ptr<PostgresSession>>
      lost;  // closed without the lock
  if (session != nullptr && session->size() > kMaxStatements) session->Clear();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    --num_taken_;
    if (session != nullptr && session->db()->IsLost()) {
      lost.swap(idle_);
    } else if (session != nullptr) {
      idle_.push_back(std::move(session));
    }
  }
  given_back_.notify_one();
}

}  // namespace parcelveil
