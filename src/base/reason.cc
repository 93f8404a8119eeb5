// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/reason.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"

namespace parcelveil {

Reason ReasonOf(const absl::Status& status) {
  const auto payload = status.GetPayload("parcelveil.reason");
  uint32_t number = 0;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &number)) {
    return Reason::kNone;
  }
  return static_cast<Reason>(number);
}

std::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return "NONE";
    case Reason::kMalformed:
      return "MALFORMED";
    case Reason::kWrongGate:
      return "WRONG_GATE";
    case Reason::kRateLimited:
      return "RATE_LIMITED";
    case Reason::kUnauthenticated:
      return "UNAUTHENTICATED";
    case Reason::kSuspended:
      return "SUSPENDED";
    case Reason::kStale:
      return "STALE";
    case Reason::kReplay:
      return "REPLAY";
    case Reason::kForbidden:
      return "FORBIDDEN";
    case Reason::kNotAssigned:
      return "NOT_ASSIGNED";
    case Reason::kWrongState:
      return "WRONG_STATE";
    case Reason::kNeedsApproval:
      return "NEEDS_APPROVAL";
    case Reason::kQuota:
      return "QUOTA";
    case Reason::kAuditUnavailable:
      return "AUDIT_UNAVAILABLE";
    case Reason::kUnavailable:
      return "UNAVAILABLE";
    case Reason::kDecryptFailed:
      return "DECRYPT_FAILED";
    case Reason::kKeyMismatch:
      return "KEY_MISMATCH";
    case Reason::kKeyringFork:
      return "KEYRING_FORK";
    case Reason::kKeyringRolledBack:
      return "KEYRING_ROLLED_BACK";
    case Reason::kLogRolledBack:
      return "LOG_ROLLED_BACK";
    case Reason::kKeyUnknown:
      return "KEY_UNKNOWN";
    case Reason::kKeyDestroyed:
      return "KEY_DESTROYED";
    case Reason::kNoActiveKey:
      return "NO_ACTIVE_KEY";
    case Reason::kNoSafeLength:
      return "NO_SAFE_LENGTH";
    case Reason::kKeyringStale:
      return "KEYRING_STALE";
    case Reason::kLogLocked:
      return "LOG_LOCKED";
    case Reason::kWrongPassphrase:
      return "WRONG_PASSPHRASE";
    case Reason::kAlreadyExists:
      return "ALREADY_EXISTS";
    case Reason::kConflict:
      return "CONFLICT";
    case Reason::kKeyUnavailable:
      return "KEY_UNAVAILABLE";
    case Reason::kLockedMemory:
      return "LOCKED_MEMORY";
    case Reason::kAlreadyMasked:
      return "ALREADY_MASKED";
  }
  return "UNKNOWN";
}

}  // namespace parcelveil
