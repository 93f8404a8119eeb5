// SPDX-License-Identifier: Apache-2.0
// Steps 14 and 15 of a granted request: open, seal to whoever asked, sign; and
// the signed refusals. SPEC.md section 13.

#ifndef PARCELVEIL_SRC_GATE_ANSWER_H_
#define PARCELVEIL_SRC_GATE_ANSWER_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/reason.h"
#include "src/gate/core.h"
#include "src/gate/inquiry.h"

namespace parcelveil::gate {

// A grant that is durable.
struct Granted {
  uint64_t leaf_index = 0;  // of its first leaf
  absl::Time time;
};

// Opens and returns the reply: of a sheet, a route sheet.
// Errors: the inner cause, for the log; nothing was shown.
absl::StatusOr<std::string> MakeReply(const Core& core, const Inquiry& inquiry,
                                      const Granted& granted);

// `code` is 5 to 14; `retry_after` is told to whoever is over quota.
absl::StatusOr<std::string> MakeRefusal(const Core& core,
                                        const Sha256Digest& request_hash,
                                        Reason code,
                                        absl::Duration retry_after);

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_ANSWER_H_
