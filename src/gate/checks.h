// SPDX-License-Identifier: Apache-2.0
// The checks of a request, in their order. SPEC.md section 13.

#ifndef PARCELVEIL_SRC_GATE_CHECKS_H_
#define PARCELVEIL_SRC_GATE_CHECKS_H_

#include "parcelveil/reason.h"
#include "src/gate/core.h"
#include "src/gate/inquiry.h"

namespace parcelveil::gate {

// Runs checks 1 to 11 on `inquiry`, of which the parts "as it came" are set.
// Returns the code of the first that fails; kNone where all pass, or where the
// request was granted before (`inquiry->used` is set; the checks after 6 were
// then not run: it only gets what it got).
Reason RunChecks(Core* core, Inquiry* inquiry);

// Reads the parcels of a request that was granted before, and what is needed to
// answer it again.
Reason LoadAgain(Core* core, Inquiry* inquiry);

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_CHECKS_H_
