// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "absl/time/civil_time.h"
#include "src/base/status.h"
#include "src/gate/quota_window.h"
#include "tests/testing/memory_gate_store.h"

namespace parcelveil::testing {
namespace {

template <typename Map, typename Key>
std::optional<typename Map::mapped_type> Get(const Map& map, const Key& key) {
  const auto found = map.find(key);
  if (found == map.end()) return std::nullopt;
  return found->second;
}

template <typename Map, typename Predicate>
void EraseIf(Map* map, Predicate predicate) {
  for (auto it = map->begin(); it != map->end();) {
    it = predicate(*it) ? map->erase(it) : std::next(it);
  }
}

}  // namespace

absl::StatusOr<uint64_t> MemoryGateStore::NumLeaves() {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  return leaves_.size();
}

absl::Status MemoryGateStore::ReadLeaves(
    uint64_t first, uint64_t count,
    const std::function<absl::Status(uint64_t index, std::string_view leaf)>&
        f) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  if (first + count > leaves_.size()) {
    return absl::NotFoundError("read leaves: there are fewer; ask for less");
  }
  for (uint64_t i = first; i < first + count; ++i) {
    PARCELVEIL_RETURN_IF_ERROR(f(i, leaves_[i]));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> MemoryGateStore::ReadTile(const TileName& name) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  auto tile = Get(tiles_, std::pair(name.level, name.index));
  if (!tile.has_value()) return absl::NotFoundError("read tile: there is none");
  return *std::move(tile);
}

absl::StatusOr<std::optional<std::string>> MemoryGateStore::ReadCheckpoint() {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  return checkpoint_;
}

absl::StatusOr<std::optional<EnrolledDevice>> MemoryGateStore::FindDevice(
    uint64_t device) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  return Get(devices_, device);
}

absl::StatusOr<std::optional<Principal>> MemoryGateStore::FindPrincipal(
    uint64_t principal) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  return Get(principals_, principal);
}

absl::StatusOr<std::optional<UsedNonce>> MemoryGateStore::FindNonce(
    uint64_t device, const std::array<uint8_t, 16>& nonce) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  return Get(nonces_, Nonce(device, nonce));
}

absl::StatusOr<uint64_t> MemoryGateStore::CountCharged(SubjectKind subject_kind,
                                                       uint64_t subject,
                                                       QuotaClass quota_class,
                                                       Epoch day) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  const auto found =
      charged_.find({Counter(subject_kind, subject, quota_class), day});
  return found == charged_.end() ? 0 : found->second.size();
}

absl::StatusOr<bool> MemoryGateStore::IsHeld(std::string_view record_id) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  return held_.find(record_id) != held_.end();
}

absl::StatusOr<std::vector<Approval>> MemoryGateStore::FindApprovals(
    std::string_view subject, absl::Time now) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  std::vector<Approval> found;
  for (const auto& [key, approval] : approvals_) {
    if (approval.subject == subject && now < approval.expires) {
      found.push_back(approval);
    }
  }
  return found;
}

absl::StatusOr<bool> MemoryGateStore::IsCovered(std::string_view ticket,
                                                uint64_t principal,
                                                std::string_view record_id,
                                                absl::Time now) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  const auto expires = Get(coverage_, std::tuple(std::string(ticket), principal,
                                                 std::string(record_id)));
  return expires.has_value() && now < *expires;
}

absl::StatusOr<std::optional<std::string>> MemoryGateStore::FindValue(
    std::string_view name) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  return Get(values_, name);
}

absl::StatusOr<std::optional<std::string>> MemoryGateStore::FindRequest(
    uint64_t leaf_index) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  const auto found = requests_.find(leaf_index);
  if (found == requests_.end()) return std::nullopt;
  return found->second.bytes;
}

absl::Status MemoryGateStore::Prune(absl::Time now, absl::Time nonces) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  EraseIf(&nonces_,
          [&](const auto& entry) { return entry.second.time < nonces; });
  for (auto& [key, buckets] : buckets_) {
    const int64_t oldest = gate::OldestCounted(absl::Seconds(key.second), now);
    buckets.erase(buckets.begin(), buckets.lower_bound(oldest));
  }
  const Epoch today = EpochOf(absl::ToCivilDay(now, absl::UTCTimeZone()));
  EraseIf(&charged_, [&](const auto& entry) {
    return ToInt(entry.first.second) + 2 < ToInt(today);
  });
  EraseIf(&approvals_,
          [&](const auto& entry) { return entry.second.expires <= now; });
  EraseIf(&coverage_, [&](const auto& entry) { return entry.second <= now; });
  EraseIf(&dial_uses_,
          [&](const auto& entry) { return entry.second.second <= now; });
  return absl::OkStatus();
}

absl::Status MemoryGateStore::DeleteRequestsBefore(Epoch day) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  PARCELVEIL_RETURN_IF_ERROR(Step());
  EraseIf(&requests_,
          [&](const auto& entry) { return entry.second.day < day; });
  return absl::OkStatus();
}

void MemoryGateStore::EditLeaves(
    const std::function<void(std::vector<std::string>*)>& change) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  change(&leaves_);
}

std::string MemoryGateStore::Dump() {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  std::string dump;
  for (const std::string& leaf : leaves_) dump += leaf;
  for (const auto& [index, request] : requests_) dump += request.bytes;
  for (const auto& [name, value] : values_) dump += name + value;
  if (checkpoint_.has_value()) dump += *checkpoint_;
  return dump;
}

}  // namespace parcelveil::testing
