// SPDX-License-Identifier: Apache-2.0
// What the log and the quotas call a record: a keyed hash of its id that nobody
// can compute once its day's key is gone. SPEC.md section 13.

#ifndef PARCELVEIL_SRC_GATE_RECORD_REF_H_
#define PARCELVEIL_SRC_GATE_RECORD_REF_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"

namespace parcelveil::gate {

struct RecordRef {
  std::array<uint8_t, 16> bytes{};
  uint8_t gen = 0;  // of the AUDIT_REF key of that day
};

// The detail of a VIEWS leaf, of distinct records.
std::string ViewsDetail(std::vector<RecordRef> refs);

// Today's references, one an id. Errors: MALFORMED for an id that is none;
// NO_ACTIVE_KEY, KEYRING_STALE, FORBIDDEN, KEY_UNAVAILABLE, KEY_MISMATCH.
absl::StatusOr<std::vector<RecordRef>> RecordRefs(
    const Keyring* keyring, absl::Span<const std::string> record_ids);

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_RECORD_REF_H_
