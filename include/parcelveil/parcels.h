// SPDX-License-Identifier: Apache-2.0
// Parcels: what a gate asks the embedder's own database.
//
// SqliteParcels (sqlite.h) and PostgresParcels (postgres.h) answer from a
// wrapped table by its map.

#ifndef PARCELVEIL_PARCELS_H_
#define PARCELVEIL_PARCELS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"

namespace parcelveil {

// Where a parcel stands. A state that the table map does not name is kUnknown
// and reveals nothing.
enum class ParcelState : uint8_t {
  kUnknown = 0,
  kAccepted = 1,
  kInTransit = 2,
  kOutForDelivery = 3,
  kException = 4,
  kSignedOff = 5,
  kReturning = 6,
};

// One parcel as the embedder's database has it now.
struct Parcel {
  struct SealedCell {
    Slot slot{};
    std::string sealed;
  };
  std::string record_id;
  uint64_t assigned_to = 0;  // a principal; 0 = nobody
  ParcelState state = ParcelState::kUnknown;
  Scope outlet = Scope::kNational;
  uint32_t version = 0;
  bool no_coverage = false;       // may go on a route sheet
  std::vector<SealedCell> cells;  // of the slots asked for; NULL ones left out
};

// The embedder's own database: who may see what. SqliteParcels (sqlite.h) and
// PostgresParcels (postgres.h) answer from a wrapped table by its map.
// Thread-safety: called from any thread.
class Parcels {
 public:
  virtual ~Parcels() = default;
  // The parcel with the cells of `slots`, from one consistent read; nullopt
  // where there is none.
  virtual absl::StatusOr<std::optional<Parcel>> Find(
      std::string_view record_id, absl::Span<const Slot> slots) = 0;
  // Parcels whose `index` column holds one of `values`, with the cells of
  // `slots`; at most `limit`.
  virtual absl::StatusOr<std::vector<Parcel>> FindByIndex(
      Slot index, absl::Span<const std::string> values,
      absl::Span<const Slot> slots, size_t limit) = 0;
  // How many parcels are assigned to `principal` and not signed off: lifts the
  // daily quotas that follow the work.
  virtual absl::StatusOr<uint64_t> CountAssigned(uint64_t principal) = 0;
  // Sets the cells of `slots` to NULL, for an erasure.
  virtual absl::Status Erase(std::string_view record_id,
                             absl::Span<const Slot> slots) = 0;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_PARCELS_H_
