// SPDX-License-Identifier: Apache-2.0
#include "src/store/sqlite/gate_quota.h"

#include <algorithm>

#include "src/base/status.h"

namespace parcelveil {
namespace {

constexpr size_t kMaxWindows = 50000;  // some 15 MB

}  // namespace

absl::StatusOr<std::vector<std::array<uint8_t, 16>>> NewRecords(
    StatementCache* sql, const Charge& charge, Epoch day) {
  std::vector<std::array<uint8_t, 16>> records = charge.records;
  std::sort(records.begin(), records.end());
  records.erase(std::unique(records.begin(), records.end()), records.end());
  std::vector<std::array<uint8_t, 16>> added;
  for (const std::array<uint8_t, 16>& record : records) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        const bool is_charged,
        sql->HasRow("SELECT 1 FROM charged WHERE day = ? AND subject_kind = ? "
                    "AND subject = ? AND class = ? AND record = ?",
                    day, charge.subject_kind, charge.subject,
                    charge.quota_class, record));
    if (!is_charged) added.push_back(record);
  }
  return added;
}

absl::Status PutRecords(StatementCache* sql, const Charge& charge,
                        const std::vector<std::array<uint8_t, 16>>& added,
                        Epoch day) {
  for (const std::array<uint8_t, 16>& record : added) {
    PARCELVEIL_RETURN_IF_ERROR(sql->Run(
        "INSERT INTO charged VALUES (?, ?, ?, ?, ?)", day, charge.subject_kind,
        charge.subject, charge.quota_class, record));
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::Duration> QuotaCounters::TimeUntilRoom(
    const Charge& charge, uint64_t added, absl::Time now) {
  absl::Duration wait;
  if (added == 0) return wait;
  for (const QuotaWindow& window : charge.windows) {
    PARCELVEIL_ASSIGN_OR_RETURN(const Window* const found,
                                Find(charge, window.length, now));
    wait =
        std::max(wait, gate::TimeUntilRoom(window, found->counts, added, now));
  }
  return wait;
}

absl::Status QuotaCounters::Add(const Charge& charge, uint64_t added,
                                absl::Time now) {
  if (added == 0) return absl::OkStatus();
  for (const QuotaWindow& window : charge.windows) {
    PARCELVEIL_ASSIGN_OR_RETURN(Window* const found,
                                Find(charge, window.length, now));
    const int64_t bucket = gate::BucketAt(window.length, now);
    auto at = found->counts.end();  // most often the last one, or after it
    while (at != found->counts.begin() && (at - 1)->bucket >= bucket) --at;
    if (at == found->counts.end() || at->bucket != bucket) {
      at = found->counts.insert(at, {bucket, 0});
    }
    at->count += added;
    const Key key(charge.subject_kind, charge.subject, charge.quota_class,
                  absl::ToInt64Seconds(window.length));
    added_[{key, bucket}] += added;
  }
  return absl::OkStatus();
}

absl::StatusOr<QuotaCounters::Window*> QuotaCounters::Find(
    const Charge& charge, absl::Duration length, absl::Time now) {
  const Key key(charge.subject_kind, charge.subject, charge.quota_class,
                absl::ToInt64Seconds(length));
  const int64_t first = gate::OldestCounted(length, now);
  const auto found = windows_.find(key);
  if (found != windows_.end() && found->second.first <= first) {
    Window& window = found->second;
    while (!window.counts.empty() && window.counts.front().bucket < first) {
      window.counts.erase(window.counts.begin());
    }
    window.first = first;
    return &window;
  }
  // Not read yet, or the clock was turned back: the table has all, but for
  // what was added here.
  const bool is_full = windows_.size() >= kMaxWindows;
  if (is_full || found != windows_.end()) PARCELVEIL_RETURN_IF_ERROR(Flush());
  if (is_full) windows_.clear();
  PARCELVEIL_ASSIGN_OR_RETURN(Window window, Read(key, first));
  return &(windows_[key] = std::move(window));
}

absl::StatusOr<QuotaCounters::Window> QuotaCounters::Read(const Key& key,
                                                          int64_t first) {
  const auto& [kind, subject, quota_class, window_s] = key;
  Window window{first, {}};
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundStatement row,
      sql_->Bind("SELECT bucket, used FROM quota WHERE subject_kind = ? AND "
                 "subject = ? AND class = ? AND window_s = ? AND bucket >= ? "
                 "ORDER BY bucket",
                 kind, subject, quota_class, window_s, first));
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
    if (!has_row) return window;
    window.counts.push_back({row->Int(0), static_cast<uint64_t>(row->Int(1))});
  }
}

absl::Status QuotaCounters::Flush() {
  for (const auto& [place, added] : added_) {
    const auto& [kind, subject, quota_class, window_s] = place.first;
    PARCELVEIL_RETURN_IF_ERROR(sql_->Run(
        "INSERT INTO quota VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "used = used + excluded.used",
        kind, subject, quota_class, window_s, place.second, added));
  }
  added_.clear();
  return absl::OkStatus();
}

void QuotaCounters::Forget() {
  windows_.clear();
  added_.clear();
}

}  // namespace parcelveil
