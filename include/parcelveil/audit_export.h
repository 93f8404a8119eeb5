// SPDX-License-Identifier: Apache-2.0
// Publishing a log: its files as C2SP tlog-tiles has them, and the signatures
// of witnesses. SPEC.md section 14.

#ifndef PARCELVEIL_AUDIT_EXPORT_H_
#define PARCELVEIL_AUDIT_EXPORT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/audit.h"

namespace parcelveil {

struct ExportedFile {
  std::string path;  // "tile/0/x001/067", "tile/entries/000.p/5", "checkpoint"
  std::string bytes;
};

// Gives `sink` the files of the log's newest checkpoint, without those that an
// export of `exported_size` leaves has already; `checkpoint` comes last.
// (file.h writes them to a folder.)
// Errors: kFailedPrecondition where the log has no checkpoint; LOG_ROLLED_BACK
// where more was exported than the log has; the log's; what `sink` returns.
absl::Status ExportLog(
    LogReader* log, uint64_t exported_size,
    const std::function<absl::Status(const ExportedFile&)>& sink);

// Returns `checkpoint` with the signature line that a witness sent back for it
// (C2SP tlog-witness); unchanged where it has that witness's line.
// Errors: MALFORMED; kUnauthenticated where the line is not that witness's
// over this checkpoint.
absl::StatusOr<std::string> AddCosignature(std::string_view checkpoint,
                                           std::string_view line,
                                           std::string_view witness_key);

}  // namespace parcelveil

#endif  // PARCELVEIL_AUDIT_EXPORT_H_
