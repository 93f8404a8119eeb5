// SPDX-License-Identifier: Apache-2.0
#include "src/gate/committer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "src/base/status.h"

namespace parcelveil::gate {
namespace {

constexpr size_t kMaxGroup = 64;
constexpr std::chrono::milliseconds kMaxWait{5};

// Puts one job into the transaction.
absl::Status PutJob(CommitJob* job, GateTransaction* transaction,
                    AuditLog::Batch* batch) {
  job->outcome = {};
  job->first_leaf = batch->next_index();
  if (job->grant.has_value()) {
    job->grant->leaf_index = job->first_leaf;
    PARCELVEIL_ASSIGN_OR_RETURN(job->outcome,
                                transaction->PutGrant(*job->grant));
  }
  if (job->outcome.kind != GrantOutcome::Kind::kGranted) {
    return absl::OkStatus();
  }
  if (job->write != nullptr) {
    PARCELVEIL_RETURN_IF_ERROR(job->write(*transaction));
  }
  for (const Leaf& leaf : job->leaves) {
    PARCELVEIL_RETURN_IF_ERROR(batch->Append(leaf).status());
  }
  if (job->would_deny.has_value() && !job->outcome.exceeded.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(batch->Append(*job->would_deny).status());
  }
  return absl::OkStatus();
}

}  // namespace

Committer::Guest::Guest(Committer* committer) : committer_(committer) {
  const std::lock_guard<std::mutex> lock(committer_->mutex_);
  ++committer_->num_guests_;
}

Committer::Guest::~Guest() {
  if (committer_ == nullptr) return;
  {
    const std::lock_guard<std::mutex> lock(committer_->mutex_);
    --committer_->num_guests_;
  }
  committer_->arrived_.notify_one();
}

absl::Status Committer::Guest::Commit(CommitJob* job) {
  return std::exchange(committer_, nullptr)->Wait(job);
}

absl::Status Committer::Wait(CommitJob* job) {
  Waiting waiting{job, {}, false};
  std::unique_lock<std::mutex> lock(mutex_);
  queue_.push_back(&waiting);
  if (IsGathered()) arrived_.notify_one();
  while (!waiting.is_done) {
    if (has_leader_) {
      done_.wait(lock);
    } else {
      Lead(&lock);
    }
  }
  return waiting.status;
}

bool Committer::IsGathered() const {
  return queue_.size() >= std::min(kMaxGroup, num_guests_);
}

void Committer::Lead(std::unique_lock<std::mutex>* lock) {
  has_leader_ = true;
  // Those who wait here are guests, too.
  arrived_.wait_for(*lock, kMaxWait, [this] { return IsGathered(); });
  const size_t size = std::min(kMaxGroup, queue_.size());
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(size);
  const std::vector<Waiting*> group(queue_.begin(), end);
  queue_.erase(queue_.begin(), end);
  lock->unlock();
  const absl::Status status = Write(group);
  lock->lock();
  for (Waiting* waiting : group) {
    waiting->status = status;
    waiting->is_done = true;
  }
  num_guests_ -= group.size();
  has_leader_ = false;
  done_.notify_all();
}

absl::Status Committer::Write(const std::vector<Waiting*>& group) {
  std::optional<AuditLog::Batch> batch;
  PARCELVEIL_RETURN_IF_ERROR(
      store_->Write([&](GateTransaction& transaction) -> absl::Status {
        batch.reset();  // of a run before, which a conflict took back
        PARCELVEIL_ASSIGN_OR_RETURN(AuditLog::Batch begun, log_->Begin());
        batch.emplace(std::move(begun));
        for (Waiting* waiting : group) {
          PARCELVEIL_RETURN_IF_ERROR(
              PutJob(waiting->job, &transaction, &*batch));
        }
        return batch->WriteTo(&transaction);
      }));
  batch->Accept();
  ++num_commits_;
  return absl::OkStatus();
}

}  // namespace parcelveil::gate
