// SPDX-License-Identifier: Apache-2.0
// Reasons: why a call failed, finer than absl::StatusCode.
//
// Callers branch on the status code or on ReasonOf(status), never on the text.

#ifndef PARCELVEIL_REASON_H_
#define PARCELVEIL_REASON_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace parcelveil {

// 1..14 are the gate's reply codes; a status that carries no reason has kNone.
// On disk and on the wire: never renumber.
enum class Reason : uint16_t {
  kNone = 0,
  kMalformed = 1,           // kInvalidArgument
  kWrongGate = 2,           // kInvalidArgument
  kRateLimited = 3,         // kResourceExhausted
  kUnauthenticated = 4,     // kUnauthenticated
  kSuspended = 5,           // kPermissionDenied
  kStale = 6,               // kFailedPrecondition
  kReplay = 7,              // kAlreadyExists
  kForbidden = 8,           // kPermissionDenied
  kNotAssigned = 9,         // kPermissionDenied
  kWrongState = 10,         // kFailedPrecondition
  kNeedsApproval = 11,      // kFailedPrecondition
  kQuota = 12,              // kResourceExhausted
  kAuditUnavailable = 13,   // kUnavailable
  kUnavailable = 14,        // kUnavailable
  kDecryptFailed = 32,      // kDataLoss: does not authenticate
  kKeyMismatch = 33,        // kDataLoss: unwrapped key is not the listed one
  kKeyringFork = 34,        // kDataLoss: two keyrings of one serial
  kKeyringRolledBack = 35,  // kDataLoss: older than one already seen
  kLogRolledBack = 36,      // kDataLoss
  kKeyUnknown = 37,         // kNotFound: the keyring never had that key
  kKeyDestroyed = 38,       // kFailedPrecondition
  kNoActiveKey = 39,        // kFailedPrecondition: nothing to seal under
  kNoSafeLength = 40,       // kFailedPrecondition
  kKeyringStale = 41,     // kFailedPrecondition: past not_after, sealing stops
  kLogLocked = 42,        // kFailedPrecondition
  kWrongPassphrase = 43,  // kUnauthenticated
  kAlreadyExists = 44,    // kAlreadyExists
  kConflict = 45,         // kAborted: somebody else published first
  kKeyUnavailable = 46,   // kUnavailable: used in a forked child
  kLockedMemory = 47,     // kResourceExhausted: mlock limit reached
  kAlreadyMasked = 48,    // kInvalidArgument: masked text offered as real
};

// Returns the reason that `status` carries, kNone if it carries none.
Reason ReasonOf(const absl::Status& status);

// Returns the reason's name as it stands in the design: "KEY_DESTROYED".
// A value that is not in the enum gives "UNKNOWN".
std::string_view ReasonName(Reason reason);

}  // namespace parcelveil

#endif  // PARCELVEIL_REASON_H_
