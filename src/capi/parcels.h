// SPDX-License-Identifier: Apache-2.0
// Parcels made of a C caller's functions.

#ifndef PARCELVEIL_SRC_CAPI_PARCELS_H_
#define PARCELVEIL_SRC_CAPI_PARCELS_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/c_gate.h"
#include "parcelveil/parcels.h"

namespace parcelveil::capi {

class CallerParcels : public Parcels {
 public:
  // Copies the functions. Errors: MALFORMED for a struct that is not whole.
  static absl::StatusOr<std::unique_ptr<CallerParcels>> Make(
      const parcelveil_parcels* functions);
  ~CallerParcels() override;

  // From now on the caller is told when nobody needs the functions any more.
  void Keep() { is_kept_ = true; }

  absl::StatusOr<std::optional<Parcel>> Find(
      std::string_view record_id, absl::Span<const Slot> slots) override;
  absl::StatusOr<std::vector<Parcel>> FindByIndex(
      Slot index, absl::Span<const std::string> values,
      absl::Span<const Slot> slots, size_t limit) override;
  absl::StatusOr<uint64_t> CountAssigned(uint64_t principal) override;
  // The C ABI has no erasure: kUnimplemented.
  absl::Status Erase(std::string_view record_id,
                     absl::Span<const Slot> slots) override;

 private:
  explicit CallerParcels(const parcelveil_parcels& functions)
      : functions_(functions) {}

  const parcelveil_parcels functions_;
  bool is_kept_ = false;
};

}  // namespace parcelveil::capi

#endif  // PARCELVEIL_SRC_CAPI_PARCELS_H_
