// SPDX-License-Identifier: Apache-2.0
// A gate's refusals as statuses.

#ifndef PARCELVEIL_SRC_DEVICE_REFUSAL_H_
#define PARCELVEIL_SRC_DEVICE_REFUSAL_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "parcelveil/reason.h"
#include "parcelveil/reveal.h"

namespace parcelveil::device {

// A signed refusal, `code` from 5 to 14. `retry_after` zero: it does not say.
absl::Status Refusal(RequestKind kind, Reason code, absl::Duration retry_after);
// An unsigned one, `code` from 1 to 4: whoever is on the line may have made it.
absl::Status Hint(RequestKind kind, Reason code);

}  // namespace parcelveil::device

#endif  // PARCELVEIL_SRC_DEVICE_REFUSAL_H_
