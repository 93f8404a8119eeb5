// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/memory_gate_store.h"

#include <algorithm>

#include "src/base/status.h"
#include "src/gate/quota_window.h"

namespace parcelveil::testing {
namespace {

constexpr size_t kTileBytes = 256 * 32;

absl::Status Gone() {
  return MakeStatus(Reason::kUnavailable,
                    "use memory store: an accident was ordered; revive it");
}

}  // namespace

// Writes through and remembers how to take back.
class MemoryGateStore::Transaction : public GateTransaction {
 public:
  explicit Transaction(MemoryGateStore* store) : store_(store) {}

  void TakeBack() {
    for (size_t i = undo_.size(); i-- > 0;) undo_[i]();
    undo_.clear();
  }

  absl::Status PutLeaf(uint64_t index, std::string_view leaf) override {
    PARCELVEIL_RETURN_IF_ERROR(store_->Step());
    if (index != store_->leaves_.size()) {
      return absl::InternalError("put leaf: it is not the next one");
    }
    store_->leaves_.emplace_back(leaf);
    undo_.push_back([this] { store_->leaves_.pop_back(); });
    return absl::OkStatus();
  }

  absl::Status PutTile(const TileName& name, std::string_view hashes) override {
    PARCELVEIL_RETURN_IF_ERROR(store_->Step());
    if (hashes.size() != kTileBytes) {
      return absl::InternalError("put tile: it is not full");
    }
    Set(&store_->tiles_, {name.level, name.index}, std::string(hashes));
    return absl::OkStatus();
  }

  absl::Status PutCheckpoint(uint64_t size, std::string_view note) override {
    PARCELVEIL_RETURN_IF_ERROR(store_->Step());
    if (size > store_->leaves_.size()) {
      return absl::InternalError("put checkpoint: it covers too much");
    }
    undo_.push_back(
        [this, before = store_->checkpoint_] { store_->checkpoint_ = before; });
    store_->checkpoint_ = std::string(note);
    return absl::OkStatus();
  }

  absl::StatusOr<GrantOutcome> PutGrant(const Grant& grant) override {
    PARCELVEIL_RETURN_IF_ERROR(store_->Step());
    GrantOutcome outcome;
    if (store_->nonces_.count({grant.device, grant.nonce}) > 0) {
      outcome.kind = GrantOutcome::Kind::kSeen;
      return outcome;
    }
    std::vector<std::vector<std::array<uint8_t, 16>>> added;
    for (size_t i = 0; i < grant.charges.size(); ++i) {
      added.push_back(NewRecords(grant.charges[i], grant.day));
      Look(grant.charges[i], i, added.back().size(), grant.now, &outcome);
    }
    if (outcome.retry_after > absl::ZeroDuration()) {
      outcome.kind = GrantOutcome::Kind::kOverQuota;
      return outcome;
    }
    for (size_t i = 0; i < grant.charges.size(); ++i) {
      AddCharge(grant.charges[i], added[i], grant);
    }
    Set(&store_->nonces_, {grant.device, grant.nonce},
        UsedNonce{grant.request_hash, grant.leaf_index, grant.now});
    Set(&store_->requests_, grant.leaf_index,
        Request{grant.day, std::string(grant.request)});
    outcome.kind = GrantOutcome::Kind::kGranted;
    return outcome;
  }

  absl::Status PutDevice(const EnrolledDevice& device) override {
    return Put(&store_->devices_, device.device, device);
  }
  absl::Status PutPrincipal(const Principal& principal) override {
    return Put(&store_->principals_, principal.id, principal);
  }
  absl::Status PutHold(std::string_view record_id, bool held) override {
    PARCELVEIL_RETURN_IF_ERROR(store_->Step());
    undo_.push_back([this, before = store_->held_] { store_->held_ = before; });
    if (held) {
      store_->held_.emplace(record_id);
    } else {
      store_->held_.erase(std::string(record_id));
    }
    return absl::OkStatus();
  }
  absl::Status PutApproval(const Approval& approval) override {
    return Put(&store_->approvals_, {approval.subject, approval.approver},
               approval);
  }
  absl::Status PutCoverage(std::string_view ticket, uint64_t principal,
                           std::string_view record_id,
                           absl::Time expires) override {
    return Put(&store_->coverage_,
               {std::string(ticket), principal, std::string(record_id)},
               expires);
  }
  absl::StatusOr<uint32_t> PutDialUse(const std::array<uint8_t, 16>& token_id,
                                      absl::Time expires) override {
    PARCELVEIL_RETURN_IF_ERROR(store_->Step());
    const auto found = store_->dial_uses_.find(token_id);
    const uint32_t uses =
        found == store_->dial_uses_.end() ? 1 : found->second.first + 1;
    Set(&store_->dial_uses_, token_id, {uses, expires});
    return uses;
  }
  absl::Status PutValue(std::string_view name,
                        std::string_view value) override {
    return Put(&store_->values_, std::string(name), std::string(value));
  }

 private:
  template <typename Map>
  void Set(Map* map, const typename Map::key_type& key,
           typename Map::mapped_type value) {
    const auto found = map->find(key);
    if (found == map->end()) {
      undo_.push_back([map, key] { map->erase(key); });
    } else {
      undo_.push_back(
          [map, key, before = found->second] { (*map)[key] = before; });
    }
    (*map)[key] = std::move(value);
  }

  template <typename Map>
  absl::Status Put(Map* map, const typename Map::key_type& key,
                   typename Map::mapped_type value) {
    PARCELVEIL_RETURN_IF_ERROR(store_->Step());
    Set(map, key, std::move(value));
    return absl::OkStatus();
  }

  static Counter CounterOf(const Charge& charge) {
    return {charge.subject_kind, charge.subject, charge.quota_class};
  }

  std::vector<std::array<uint8_t, 16>> NewRecords(const Charge& charge,
                                                  Epoch day) const {
    std::vector<std::array<uint8_t, 16>> added;
    const auto found = store_->charged_.find({CounterOf(charge), day});
    for (const std::array<uint8_t, 16>& record : charge.records) {
      if (found == store_->charged_.end() || found->second.count(record) == 0) {
        added.push_back(record);
      }
    }
    return added;
  }

  // Whether `added` more fit into every window of `charge`.
  void Look(const Charge& charge, size_t position, uint64_t added,
            absl::Time now, GrantOutcome* outcome) const {
    absl::Duration wait;
    for (const QuotaWindow& window : charge.windows) {
      std::vector<gate::BucketCount> counts;
      const auto found = store_->buckets_.find(
          {CounterOf(charge), absl::ToInt64Seconds(window.length)});
      if (found != store_->buckets_.end()) {
        const int64_t oldest = gate::OldestCounted(window.length, now);
        for (auto it = found->second.lower_bound(oldest);
             it != found->second.end(); ++it) {
          counts.push_back({it->first, it->second});
        }
      }
      wait = std::max(wait, gate::TimeUntilRoom(window, counts, added, now));
    }
    if (wait == absl::ZeroDuration()) return;
    outcome->exceeded.push_back(position);
    if (charge.enforced) {
      outcome->retry_after = std::max(outcome->retry_after, wait);
    }
  }

  void AddCharge(const Charge& charge,
                 const std::vector<std::array<uint8_t, 16>>& added,
                 const Grant& grant) {
    if (added.empty()) return;
    const Counter counter = CounterOf(charge);
    for (const QuotaWindow& window : charge.windows) {
      auto* const buckets =
          &store_->buckets_[{counter, absl::ToInt64Seconds(window.length)}];
      const int64_t bucket = gate::BucketAt(window.length, grant.now);
      (*buckets)[bucket] += added.size();
      undo_.push_back([buckets, bucket, count = added.size()] {
        (*buckets)[bucket] -= count;
      });
    }
    auto* const charged = &store_->charged_[{counter, grant.day}];
    for (const std::array<uint8_t, 16>& record : added) {
      charged->insert(record);
      undo_.push_back([charged, record] { charged->erase(record); });
    }
  }

  MemoryGateStore* const store_;
  std::vector<std::function<void()>> undo_;
};

void MemoryGateStore::Plan(Accident accident, int step) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  accident_ = accident;
  accident_step_ = step;
  num_steps_ = 0;
}

void MemoryGateStore::Revive() {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  accident_.reset();
  is_dead_ = false;
  num_steps_ = 0;
}

absl::Status MemoryGateStore::Step() {
  ++num_steps_;
  if (is_dead_) return Gone();
  if (!accident_.has_value() || num_steps_ != accident_step_ ||
      *accident_ == Accident::kUnsureCommit) {
    return absl::OkStatus();
  }
  is_dead_ = *accident_ == Accident::kDeath;
  return Gone();
}

absl::Status MemoryGateStore::WriteLog(
    const std::function<absl::Status(LogTransaction&)>& write) {
  return Write(
      [&](GateTransaction& transaction) { return write(transaction); });
}

absl::Status MemoryGateStore::Write(
    const std::function<absl::Status(GateTransaction&)>& write) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  Transaction transaction(this);
  absl::Status status = write(transaction);
  if (status.ok()) status = Step();
  if (!status.ok()) {
    transaction.TakeBack();
    return status;
  }
  ++num_commits_;
  if (accident_ == Accident::kUnsureCommit) {
    accident_.reset();
    return Gone();
  }
  return Step();  // durable, but who asked may be gone
}

}  // namespace parcelveil::testing
