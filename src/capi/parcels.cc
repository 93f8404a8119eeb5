// SPDX-License-Identifier: Apache-2.0
#include "src/capi/parcels.h"

#include <cstdint>
#include <utility>

#include "src/capi/call.h"

namespace parcelveil::capi {
namespace {

absl::StatusOr<Parcel> ParcelOf(const parcelveil_parcel* given) {
  PARCELVEIL_RETURN_IF_ERROR(CheckStruct(given, "parcel"));
  PARCELVEIL_RETURN_IF_ERROR(
      CheckArray(given->cells, given->num_cells, "cells"));
  if (given->state > PARCELVEIL_STATE_RETURNING) {
    return Refuse("state", "there is no such value");
  }
  Parcel parcel;
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view id,
                              TextOf(given->record_id, "record_id"));
  parcel.record_id = id;
  parcel.assigned_to = given->assigned_to;
  parcel.state = static_cast<ParcelState>(given->state);
  parcel.outlet = Scope{given->outlet};
  parcel.version = given->version;
  parcel.no_coverage = given->no_coverage != 0;
  for (size_t i = 0; i < given->num_cells; ++i) {
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view sealed,
                                TextOf(given->cells[i].text, "cells"));
    parcel.cells.push_back({Slot{given->cells[i].slot}, std::string(sealed)});
  }
  return parcel;
}

// Takes the parcels that a callback gives, up to `limit`.
class Found {
 public:
  explicit Found(size_t limit) : limit_(limit) {}

  static int32_t Take(void* context, const parcelveil_parcel* parcel) {
    if (context == nullptr) return PARCELVEIL_INVALID_ARGUMENT;
    return static_cast<Found*>(context)->TakeOne(parcel);
  }

  // Of a callback that returned `code`.
  absl::StatusOr<std::vector<Parcel>> Of(int32_t code) {
    PARCELVEIL_RETURN_IF_ERROR(FromCallback(code, "find parcel"));
    PARCELVEIL_RETURN_IF_ERROR(status_);
    return std::move(parcels_);
  }

 private:
  int32_t TakeOne(const parcelveil_parcel* given) {
    absl::StatusOr<Parcel> parcel = ParcelOf(given);
    if (parcels_.size() == limit_) {
      parcel = Refuse("parcel", "more were given than were asked for");
    }
    if (parcel.ok()) {
      parcels_.push_back(*std::move(parcel));
      return PARCELVEIL_OK;
    }
    status_ = parcel.status();
    return static_cast<int32_t>(status_.code());
  }

  const size_t limit_;
  std::vector<Parcel> parcels_;
  absl::Status status_;
};

std::vector<uint16_t> NumbersOf(absl::Span<const Slot> slots) {
  std::vector<uint16_t> numbers;
  for (const Slot slot : slots) numbers.push_back(ToInt(slot));
  return numbers;
}

}  // namespace

absl::StatusOr<std::unique_ptr<CallerParcels>> CallerParcels::Make(
    const parcelveil_parcels* functions) {
  PARCELVEIL_RETURN_IF_ERROR(CheckStruct(functions, "parcels"));
  PARCELVEIL_RETURN_IF_ERROR(CheckThere(functions->find, "parcels.find"));
  PARCELVEIL_RETURN_IF_ERROR(
      CheckThere(functions->count_assigned, "parcels.count_assigned"));
  return std::unique_ptr<CallerParcels>(new CallerParcels(*functions));
}

CallerParcels::~CallerParcels() {
  if (is_kept_ && functions_.release != nullptr) {
    functions_.release(functions_.context);
  }
}

absl::StatusOr<std::optional<Parcel>> CallerParcels::Find(
    std::string_view record_id, absl::Span<const Slot> slots) {
  const std::vector<uint16_t> wanted = NumbersOf(slots);
  Found found(1);
  const int32_t code =
      functions_.find(functions_.context, BytesOf(record_id), wanted.data(),
                      wanted.size(), &Found::Take, &found);
  PARCELVEIL_ASSIGN_OR_RETURN(std::vector<Parcel> parcels, found.Of(code));
  if (parcels.empty()) return std::nullopt;
  return std::move(parcels.front());
}

absl::StatusOr<std::vector<Parcel>> CallerParcels::FindByIndex(
    Slot index, absl::Span<const std::string> values,
    absl::Span<const Slot> slots, size_t limit) {
  if (functions_.find_by_index == nullptr) {
    return absl::UnimplementedError(
        "find parcels: there is no find_by_index; a gate without it answers "
        "no searches");
  }
  const std::vector<uint16_t> wanted = NumbersOf(slots);
  std::vector<parcelveil_bytes> borrowed;
  for (const std::string& value : values) borrowed.push_back(BytesOf(value));
  Found found(limit);
  return found.Of(functions_.find_by_index(
      functions_.context, ToInt(index), borrowed.data(), borrowed.size(),
      wanted.data(), wanted.size(), limit, &Found::Take, &found));
}

absl::StatusOr<uint64_t> CallerParcels::CountAssigned(uint64_t principal) {
  uint64_t count = 0;
  PARCELVEIL_RETURN_IF_ERROR(FromCallback(
      functions_.count_assigned(functions_.context, principal, &count),
      "count parcels"));
  return count;
}

absl::Status CallerParcels::Erase(std::string_view, absl::Span<const Slot>) {
  return absl::UnimplementedError(
      "erase parcel: the caller's database does it; use its own statement");
}

}  // namespace parcelveil::capi
