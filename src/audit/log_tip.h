// SPDX-License-Identifier: Apache-2.0
// LogTip: what a log's writer knows of the tree it appends to, and how it is
// read back from a store and checked.

#ifndef PARCELVEIL_SRC_AUDIT_LOG_TIP_H_
#define PARCELVEIL_SRC_AUDIT_LOG_TIP_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/audit.h"
#include "src/audit/tree.h"
#include "src/wire/signed_note.h"

namespace parcelveil::audit {

// The newest checkpoint.
struct StoredNote {
  std::string note;  // empty before the first
  TreeHead head;
  absl::Time signed_at = absl::InfinitePast();  // nothing stored says when
};

// A value.
struct LogTip {
  RightEdge edge;
  uint64_t last_time_ms = 0;
  StoredNote checkpoint;
};

// Reads the tip of a stored log, whose last checkpoint `key` signed.
// Errors: LOG_ROLLED_BACK where leaves or tiles are missing, or the tree does
// not have the checkpoint's root; kUnauthenticated; the store's.
absl::StatusOr<LogTip> LoadTip(LogReader* reader, const wire::VerifierKey& key);

// Takes up what was stored since. Errors: as LoadTip.
absl::Status CatchUp(LogReader* reader, const wire::VerifierKey& key,
                     LogTip* tip);

// Errors: LOG_ROLLED_BACK unless the stored log of `size` leaves once had this
// head.
absl::Status CheckHead(LogReader* reader, uint64_t size, const TreeHead& head);

}  // namespace parcelveil::audit

#endif  // PARCELVEIL_SRC_AUDIT_LOG_TIP_H_
