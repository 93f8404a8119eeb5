// SPDX-License-Identifier: Apache-2.0
// Check 12: which counters a request is charged to. Whether they have room is
// decided where they are charged, in the transaction of step 13.

#ifndef PARCELVEIL_SRC_GATE_CHARGES_H_
#define PARCELVEIL_SRC_GATE_CHARGES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/gate_store.h"
#include "src/gate/core.h"
#include "src/gate/inquiry.h"

namespace parcelveil::gate {

// Errors: the store's, the database's.
absl::StatusOr<std::vector<Charge>> ChargesOf(Core* core,
                                              const Inquiry& inquiry);

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_CHARGES_H_
