// SPDX-License-Identifier: Apache-2.0
// MemoryLogStore: a log's store in memory, which tests may damage, and whose
// commits fail when a test wants them to.

#ifndef PARCELVEIL_TESTS_TESTING_MEMORY_LOG_STORE_H_
#define PARCELVEIL_TESTS_TESTING_MEMORY_LOG_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/audit.h"

namespace parcelveil::testing {

// What a log consists of. A value, so that a transaction is a copy.
struct MemoryLog {
  std::vector<std::string> leaves;
  std::map<std::pair<uint8_t, uint64_t>, std::string> tiles;
  std::optional<std::string> checkpoint;
  uint64_t checkpoint_size = 0;
};

// Writes into a MemoryLog; refuses what a store must refuse.
class MemoryLogTransaction : public LogTransaction {
 public:
  explicit MemoryLogTransaction(MemoryLog* log) : log_(log) {}

  absl::Status PutLeaf(uint64_t index, std::string_view leaf) override {
    if (index != log_->leaves.size()) {
      return absl::InternalError("a leaf was put out of its place");
    }
    log_->leaves.emplace_back(leaf);
    return absl::OkStatus();
  }
  absl::Status PutTile(const TileName& name, std::string_view hashes) override {
    if (hashes.size() != 256 * 32) {
      return absl::InternalError("a tile that is not full was put");
    }
    const auto [it, is_new] =
        log_->tiles.emplace(std::pair(name.level, name.index), hashes);
    return is_new ? absl::OkStatus()
                  : absl::InternalError("a tile was put twice");
  }
  absl::Status PutCheckpoint(uint64_t size, std::string_view note) override {
    if (size < log_->checkpoint_size || size > log_->leaves.size()) {
      return absl::InternalError("a checkpoint was put out of its place");
    }
    log_->checkpoint = std::string(note);
    log_->checkpoint_size = size;
    return absl::OkStatus();
  }

 private:
  MemoryLog* log_;
};

// Thread-safety: as LogStore; `log()` is for a test that is alone.
class MemoryLogStore : public LogStore {
 public:
  enum class Commit {
    kDone,
    kFails,       // and nothing of it is there
    kUnsureDone,  // said to have failed, but everything of it is there
    kRunAgain,    // meets a conflict first, and runs `write` a second time
  };

  absl::Status WriteLog(
      const std::function<absl::Status(LogTransaction&)>& write) override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    const Commit commit = std::exchange(next_commit_, Commit::kDone);
    if (commit == Commit::kRunAgain) {
      MemoryLog lost = log_;
      MemoryLogTransaction transaction(&lost);
      if (absl::Status status = write(transaction); !status.ok()) return status;
    }
    MemoryLog next = log_;
    MemoryLogTransaction transaction(&next);
    if (absl::Status status = write(transaction); !status.ok()) return status;
    if (commit != Commit::kFails) {
      log_ = std::move(next);
      ++num_commits_;
    }
    return commit == Commit::kDone || commit == Commit::kRunAgain
               ? absl::OkStatus()
               : absl::UnavailableError("the connection was lost");
  }
  absl::StatusOr<uint64_t> NumLeaves() override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    return log_.leaves.size();
  }
  absl::Status ReadLeaves(
      uint64_t first, uint64_t count,
      const std::function<absl::Status(uint64_t, std::string_view)>& f)
      override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    for (uint64_t i = first; i < first + count; ++i) {
      if (i >= log_.leaves.size()) {
        return absl::NotFoundError("read leaf: it is not there");
      }
      if (absl::Status status = f(i, log_.leaves[i]); !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> ReadTile(const TileName& name) override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    ++num_tile_reads_;
    const auto it = log_.tiles.find({name.level, name.index});
    if (it == log_.tiles.end()) {
      return absl::NotFoundError("read tile: it is not there");
    }
    return it->second;
  }
  absl::StatusOr<std::optional<std::string>> ReadCheckpoint() override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    return log_.checkpoint;
  }

  MemoryLog& log() { return log_; }
  int num_commits() const { return num_commits_; }
  int num_tile_reads() const { return num_tile_reads_; }
  // What becomes of the next transaction.
  void SetNextCommit(Commit commit) { next_commit_ = commit; }

 private:
  // Recursive: a transaction's own thread may read meanwhile.
  std::recursive_mutex mutex_;
  MemoryLog log_;
  int num_commits_ = 0;
  int num_tile_reads_ = 0;
  Commit next_commit_ = Commit::kDone;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_MEMORY_LOG_STORE_H_
