// SPDX-License-Identifier: Apache-2.0
// CheckCharges: what no store can count, all refuse alike.

#ifndef PARCELVEIL_SRC_GATE_GRANT_CHECK_H_
#define PARCELVEIL_SRC_GATE_GRANT_CHECK_H_

#include "absl/status/status.h"
#include "parcelveil/gate_store.h"

namespace parcelveil::gate {

// Errors: MALFORMED: two charges of one counter, or a window that cannot be
// counted apart.
absl::Status CheckCharges(const Grant& grant);

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_GRANT_CHECK_H_
