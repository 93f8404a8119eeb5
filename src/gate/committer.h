// SPDX-License-Identifier: Apache-2.0
// Group commit: concurrent grants share one durable transaction.
//
// No thread of its own: of those who wait, one leads, takes what has queued up
// and commits it for all.

#ifndef PARCELVEIL_SRC_GATE_COMMITTER_H_
#define PARCELVEIL_SRC_GATE_COMMITTER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "parcelveil/audit.h"
#include "parcelveil/gate_store.h"

namespace parcelveil::gate {

// What one caller wants committed.
struct CommitJob {
  // None: nothing is charged, and the rest is written as it is.
  std::optional<Grant> grant;
  // Appended where granted. `would_deny`, where a quota that only observes was
  // exceeded, comes behind them.
  std::vector<Leaf> leaves;
  std::optional<Leaf> would_deny;
  // Written where granted, in the same transaction; may be empty. May run more
  // than once.
  std::function<absl::Status(GateTransaction&)> write;

  // Set by Commit.
  GrantOutcome outcome;
  uint64_t first_leaf = 0;
};

// Thread-safety: all methods may run concurrently.
// Ownership: borrows the store and the log.
class Committer {
 public:
  Committer(GateStore* store, AuditLog* log) : store_(store), log_(log) {}

  // Somebody who may soon commit, once: a leader waits for it, at most 5 ms.
  class Guest {
   public:
    explicit Guest(Committer* committer);
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    ~Guest();

    // Returns when `job` is durable, or nothing of it was written. An error is
    // the store's or the log's; then it may be durable after all
    // (kUnavailable).
    absl::Status Commit(CommitJob* job);

   private:
    Committer* committer_;  // null once it has committed
  };
  // As a guest that comes for just this.
  absl::Status Commit(CommitJob* job) { return Guest(this).Commit(job); }

  uint64_t num_commits() const { return num_commits_; }

 private:
  struct Waiting {
    CommitJob* job;
    absl::Status status;
    bool is_done = false;
  };

  absl::Status Wait(CommitJob* job);
  // Whether everybody who may soon commit is waiting. Holds mutex_.
  bool IsGathered() const;
  // Commits up to kMaxGroup of those who wait. `lock` holds mutex_.
  void Lead(std::unique_lock<std::mutex>* lock);
  absl::Status Write(const std::vector<Waiting*>& group);

  GateStore* const store_;
  AuditLog* const log_;
  std::atomic<uint64_t> num_commits_{0};

  std::mutex mutex_;
  std::condition_variable arrived_;  // a job, or a guest has left
  std::condition_variable done_;     // a group
  size_t num_guests_ = 0;
  bool has_leader_ = false;
  std::vector<Waiting*> queue_;
};

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_COMMITTER_H_
