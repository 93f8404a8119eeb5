// SPDX-License-Identifier: Apache-2.0
#include "src/device/refusal.h"

#include <string>
#include <string_view>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "parcelveil/device.h"
#include "src/base/status.h"

namespace parcelveil {
namespace device {
namespace {

constexpr char kRetryAfterPayload[] = "parcelveil.retry_after_ms";

// "<reason>; <remedy>" of a refusal.
std::string_view Explain(Reason code) {
  switch (code) {
    case Reason::kMalformed:
      return "the gate could not read the request; update the app";
    case Reason::kWrongGate:
      return "this is another gate; enrol the device at it";
    case Reason::kRateLimited:
      return "too many requests on this connection; wait a little";
    case Reason::kUnauthenticated:
      return "the gate does not know this device; enrol it";
    case Reason::kSuspended:
      return "device or user is suspended, revoked or expired; ask a manager";
    case Reason::kStale:
      return "the clock was wrong or the answer came late; ask anew";
    case Reason::kReplay:
      return "the request was used before; ask anew";
    case Reason::kForbidden:
      return "the role may not see this for that purpose; do not ask again";
    case Reason::kNotAssigned:
      return "the parcel is not assigned to this user; have it assigned";
    case Reason::kWrongState:
      return "the parcel's state does not allow it; update its state first";
    case Reason::kNeedsApproval:
      return "the parcel is held; have a second person approve it";
    case Reason::kQuota:
      return "the quota is used up; ask again later";
    case Reason::kAuditUnavailable:
      return "the audit log cannot be written; post the same bytes again later";
    default:
      return "the gate could not open it; ask again later";
  }
}

std::string Text(RequestKind kind, Reason code) {
  return std::string(Describe(kind)) +
         " at gate: " + std::string(Explain(code));
}

}  // namespace

absl::Status Refusal(RequestKind kind, Reason code,
                     absl::Duration retry_after) {
  absl::Status status = MakeStatus(code, Text(kind, code));
  if (retry_after > absl::ZeroDuration()) {
    status.SetPayload(
        kRetryAfterPayload,
        absl::Cord(std::to_string(absl::ToInt64Milliseconds(retry_after))));
  }
  return status;
}

absl::Status Hint(RequestKind kind, Reason code) {
  return MakeStatus(code, Text(kind, code) + " (an unsigned answer)");
}

}  // namespace device

absl::Duration RetryAfter(const absl::Status& status) {
  const auto payload = status.GetPayload(device::kRetryAfterPayload);
  int64_t ms = 0;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &ms)) {
    return absl::ZeroDuration();
  }
  return absl::Milliseconds(ms);
}

}  // namespace parcelveil
