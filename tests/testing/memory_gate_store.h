// SPDX-License-Identifier: Apache-2.0
// MemoryGateStore: a gate's store and log in memory, with accidents on order.

#ifndef PARCELVEIL_TESTS_TESTING_MEMORY_GATE_STORE_H_
#define PARCELVEIL_TESTS_TESTING_MEMORY_GATE_STORE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "parcelveil/gate_store.h"

namespace parcelveil::testing {

// What is committed outlives every gate made over it, as a database does.
class MemoryGateStore : public GateStore {
 public:
  // What goes wrong, where it does.
  enum class Accident {
    kFailure,       // this step fails, nothing else does
    kDeath,         // this step and all after it fail: the process is gone
    kUnsureCommit,  // the next commit happens, but says kUnavailable
  };
  // Steps (reads, writes of a transaction, commits; a commit is two: before
  // and after it is durable) are counted from here on; the accident happens at
  // step `step`, from 1.
  void Plan(Accident accident, int step);
  // Forgets the plan: the process is started anew.
  void Revive();
  int num_steps() const { return num_steps_; }
  int num_commits() const { return num_commits_; }

  absl::Status WriteLog(
      const std::function<absl::Status(LogTransaction&)>& write) override;
  absl::StatusOr<uint64_t> NumLeaves() override;
  absl::Status ReadLeaves(
      uint64_t first, uint64_t count,
      const std::function<absl::Status(uint64_t index, std::string_view leaf)>&
          f) override;
  absl::StatusOr<std::string> ReadTile(const TileName& name) override;
  absl::StatusOr<std::optional<std::string>> ReadCheckpoint() override;

  absl::Status Write(
      const std::function<absl::Status(GateTransaction&)>& write) override;
  absl::StatusOr<std::optional<EnrolledDevice>> FindDevice(
      uint64_t device) override;
  absl::StatusOr<std::optional<Principal>> FindPrincipal(
      uint64_t principal) override;
  absl::StatusOr<std::optional<UsedNonce>> FindNonce(
      uint64_t device, const std::array<uint8_t, 16>& nonce) override;
  absl::StatusOr<uint64_t> CountCharged(SubjectKind subject_kind,
                                        uint64_t subject,
                                        QuotaClass quota_class,
                                        Epoch day) override;
  absl::StatusOr<bool> IsHeld(std::string_view record_id) override;
  absl::StatusOr<std::vector<Approval>> FindApprovals(std::string_view subject,
                                                      absl::Time now) override;
  absl::StatusOr<bool> IsCovered(std::string_view ticket, uint64_t principal,
                                 std::string_view record_id,
                                 absl::Time now) override;
  absl::StatusOr<std::optional<std::string>> FindValue(
      std::string_view name) override;
  absl::StatusOr<std::optional<std::string>> FindRequest(
      uint64_t leaf_index) override;
  absl::Status Prune(absl::Time now, absl::Time nonces) override;
  absl::Status DeleteRequestsBefore(Epoch day) override;

  // For tests that damage a log: `change` is given every leaf.
  void EditLeaves(const std::function<void(std::vector<std::string>*)>& change);
  // The bytes of every leaf, request and value that is kept.
  std::string Dump();

 private:
  class Transaction;
  using Counter = std::tuple<SubjectKind, uint64_t, QuotaClass>;
  using Nonce = std::pair<uint64_t, std::array<uint8_t, 16>>;
  struct Request {
    Epoch day{};
    std::string bytes;
  };

  // Counts a step; fails where the accident happens.
  absl::Status Step();

  // Held by a transaction from its begin to its end. Recursive: within one,
  // its own thread may read.
  std::recursive_mutex mutex_;
  std::vector<std::string> leaves_;
  std::map<std::pair<uint8_t, uint64_t>, std::string> tiles_;
  std::optional<std::string> checkpoint_;
  std::map<uint64_t, EnrolledDevice> devices_;
  std::map<uint64_t, Principal> principals_;
  std::map<Nonce, UsedNonce> nonces_;
  std::map<uint64_t, Request> requests_;  // by leaf index
  // By counter and length in seconds, the count of each bucket.
  std::map<std::pair<Counter, int64_t>, std::map<int64_t, uint64_t>> buckets_;
  std::map<std::pair<Counter, Epoch>, std::set<std::array<uint8_t, 16>>>
      charged_;
  std::set<std::string, std::less<>> held_;
  std::map<std::pair<std::string, uint64_t>, Approval> approvals_;
  std::map<std::tuple<std::string, uint64_t, std::string>, absl::Time>
      coverage_;
  std::map<std::array<uint8_t, 16>, std::pair<uint32_t, absl::Time>> dial_uses_;
  std::map<std::string, std::string, std::less<>> values_;

  std::optional<Accident> accident_;
  int accident_step_ = 0;
  std::atomic<int> num_steps_{0};
  std::atomic<int> num_commits_{0};
  bool is_dead_ = false;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_MEMORY_GATE_STORE_H_
