// SPDX-License-Identifier: Apache-2.0
#include "src/base/status.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"

namespace parcelveil {
namespace {

constexpr char kReasonUrl[] = "parcelveil.reason";

absl::StatusCode CodeOf(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return absl::StatusCode::kInternal;
    case Reason::kMalformed:
    case Reason::kWrongGate:
    case Reason::kAlreadyMasked:
      return absl::StatusCode::kInvalidArgument;
    case Reason::kKeyUnknown:
      return absl::StatusCode::kNotFound;
    case Reason::kReplay:
    case Reason::kAlreadyExists:
      return absl::StatusCode::kAlreadyExists;
    case Reason::kUnauthenticated:
    case Reason::kWrongPassphrase:
      return absl::StatusCode::kUnauthenticated;
    case Reason::kSuspended:
    case Reason::kForbidden:
    case Reason::kNotAssigned:
      return absl::StatusCode::kPermissionDenied;
    case Reason::kRateLimited:
    case Reason::kQuota:
    case Reason::kLockedMemory:
      return absl::StatusCode::kResourceExhausted;
    case Reason::kStale:
    case Reason::kWrongState:
    case Reason::kNeedsApproval:
    case Reason::kKeyDestroyed:
    case Reason::kNoActiveKey:
    case Reason::kNoSafeLength:
    case Reason::kKeyringStale:
    case Reason::kLogLocked:
      return absl::StatusCode::kFailedPrecondition;
    case Reason::kAuditUnavailable:
    case Reason::kUnavailable:
    case Reason::kKeyUnavailable:
      return absl::StatusCode::kUnavailable;
    case Reason::kConflict:
      return absl::StatusCode::kAborted;
    case Reason::kDecryptFailed:
    case Reason::kKeyMismatch:
    case Reason::kKeyringFork:
    case Reason::kKeyringRolledBack:
    case Reason::kLogRolledBack:
      return absl::StatusCode::kDataLoss;
  }
  return absl::StatusCode::kInternal;
}

}  // namespace

absl::Status MakeStatus(Reason reason, std::string_view text) {
  absl::Status status(CodeOf(reason),
                      absl::string_view(text.data(), text.size()));
  status.SetPayload(kReasonUrl,
                    absl::Cord(std::to_string(static_cast<uint16_t>(reason))));
  return status;
}

absl::Status Annotate(const absl::Status& status, std::string_view what) {
  if (status.ok()) return status;
  std::string text(what);
  text += ": ";
  text += std::string(status.message());
  absl::Status annotated(status.code(), text);
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    annotated.SetPayload(url, payload);
  });
  return annotated;
}

}  // namespace parcelveil
