// SPDX-License-Identifier: Apache-2.0
// Forgetting what a gate needs no more, now and then.

#ifndef PARCELVEIL_SRC_GATE_TIDY_H_
#define PARCELVEIL_SRC_GATE_TIDY_H_

#include "src/gate/core.h"

namespace parcelveil::gate {

// Every five minutes: prunes the store, and deletes the signed requests (they
// hold waybill numbers) of days whose AUDIT_REF keys were destroyed. What fails
// is done the next time.
void TidyIfDue(Core* core);

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_TIDY_H_
