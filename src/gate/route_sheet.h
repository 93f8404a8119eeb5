// SPDX-License-Identifier: Apache-2.0
// Sealing a route sheet: one HPKE context, one message an entry.

#ifndef PARCELVEIL_SRC_GATE_ROUTE_SHEET_H_
#define PARCELVEIL_SRC_GATE_ROUTE_SHEET_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "src/gate/core.h"
#include "src/gate/inquiry.h"

namespace parcelveil::gate {

struct SheetGrant {
  uint64_t leaf_index = 0;
  absl::Time issued;
};

// Opens every record of `inquiry` and returns the sheet without its signature,
// or nothing. Errors: as Opener::Open.
absl::StatusOr<std::string> SealSheet(const Core& core, const Inquiry& inquiry,
                                      const SheetGrant& grant);

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_ROUTE_SHEET_H_
