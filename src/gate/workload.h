// SPDX-License-Identifier: Apache-2.0
// How much work a principal has today: what quotas that follow it are lifted
// by.

#ifndef PARCELVEIL_SRC_GATE_WORKLOAD_H_
#define PARCELVEIL_SRC_GATE_WORKLOAD_H_

#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "parcelveil/gate_store.h"
#include "parcelveil/ids.h"
#include "parcelveil/parcels.h"

namespace parcelveil::gate {

// The most parcels that were assigned at once: they become fewer as they are
// signed off, and the day's limit must not fall with them. Handing somebody one
// parcel after the other lifts nothing. After a restart, what was charged today
// stands for what was signed off before.
// Thread-safety: all methods may run concurrently.
// Ownership: borrows both.
class Workload {
 public:
  Workload(GateStore* store, Parcels* parcels)
      : store_(store), parcels_(parcels) {}

  // Errors: the store's, the database's.
  absl::StatusOr<uint64_t> Of(uint64_t principal, Epoch today);

 private:
  absl::StatusOr<uint64_t> ChargedToday(uint64_t principal, Epoch today);

  GateStore* const store_;
  Parcels* const parcels_;
  std::mutex mutex_;
  Epoch day_{};
  std::unordered_map<uint64_t, uint64_t> most_;  // by principal, of day_
};

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_WORKLOAD_H_
