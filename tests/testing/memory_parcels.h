// SPDX-License-Identifier: Apache-2.0
// MemoryParcels: an embedder's database in memory.

#ifndef PARCELVEIL_TESTS_TESTING_MEMORY_PARCELS_H_
#define PARCELVEIL_TESTS_TESTING_MEMORY_PARCELS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parcelveil/parcels.h"

namespace parcelveil::testing {

// Thread-safety: all methods may run concurrently.
class MemoryParcels : public Parcels {
 public:
  // `parcel.cells` has every cell of the row; `indexes` its index values.
  void Put(Parcel parcel, std::map<Slot, std::string> indexes = {}) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::string id = parcel.record_id;
    rows_[std::move(id)] = {std::move(parcel), std::move(indexes)};
  }
  template <typename Change>
  void Edit(const std::string& record_id, Change change) {
    const std::lock_guard<std::mutex> lock(mutex_);
    change(&rows_.at(record_id).parcel);
  }
  void Remove(const std::string& record_id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    rows_.erase(record_id);
  }
  // Called by every Find before it looks, so that a test can hold it up.
  void set_before_find(std::function<void()> before_find) {
    const std::lock_guard<std::mutex> lock(mutex_);
    before_find_ = std::move(before_find);
  }
  // From now on every call fails, or none does.
  void set_fails(bool fails) {
    const std::lock_guard<std::mutex> lock(mutex_);
    fails_ = fails;
  }

  absl::StatusOr<std::optional<Parcel>> Find(
      std::string_view record_id, absl::Span<const Slot> slots) override {
    if (const std::function<void()> before = BeforeFind()) before();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (fails_) return Failure();
    const auto found = rows_.find(record_id);
    if (found == rows_.end()) return std::nullopt;
    return Only(found->second.parcel, slots);
  }
  absl::StatusOr<std::vector<Parcel>> FindByIndex(
      Slot index, absl::Span<const std::string> values,
      absl::Span<const Slot> slots, size_t limit) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (fails_) return Failure();
    std::vector<Parcel> parcels;
    for (const auto& [id, row] : rows_) {
      const auto value = row.indexes.find(index);
      if (value == row.indexes.end() || parcels.size() == limit) continue;
      if (std::find(values.begin(), values.end(), value->second) !=
          values.end()) {
        parcels.push_back(Only(row.parcel, slots));
      }
    }
    return parcels;
  }
  absl::StatusOr<uint64_t> CountAssigned(uint64_t principal) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (fails_) return Failure();
    return static_cast<uint64_t>(
        std::count_if(rows_.begin(), rows_.end(), [&](const auto& entry) {
          const Parcel& parcel = entry.second.parcel;
          return parcel.assigned_to == principal &&
                 parcel.state != ParcelState::kSignedOff;
        }));
  }
  absl::Status Erase(std::string_view record_id,
                     absl::Span<const Slot> slots) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (fails_) return Failure();
    const auto found = rows_.find(record_id);
    if (found == rows_.end()) return absl::NotFoundError("no such record");
    std::vector<Parcel::SealedCell>& cells = found->second.parcel.cells;
    cells.erase(std::remove_if(cells.begin(), cells.end(),
                               [&](const Parcel::SealedCell& cell) {
                                 return Holds(slots, cell.slot);
                               }),
                cells.end());
    return absl::OkStatus();
  }

 private:
  struct Row {
    Parcel parcel;
    std::map<Slot, std::string> indexes;
  };

  std::function<void()> BeforeFind() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return before_find_;
  }
  static absl::Status Failure() {
    return absl::UnavailableError("ask parcels: the database is away");
  }
  static bool Holds(absl::Span<const Slot> slots, Slot slot) {
    return std::find(slots.begin(), slots.end(), slot) != slots.end();
  }
  static Parcel Only(Parcel parcel, absl::Span<const Slot> slots) {
    std::vector<Parcel::SealedCell>& cells = parcel.cells;
    cells.erase(std::remove_if(cells.begin(), cells.end(),
                               [&](const Parcel::SealedCell& cell) {
                                 return !Holds(slots, cell.slot);
                               }),
                cells.end());
    return parcel;
  }

  std::mutex mutex_;
  bool fails_ = false;
  std::function<void()> before_find_;
  std::map<std::string, Row, std::less<>> rows_;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_MEMORY_PARCELS_H_
