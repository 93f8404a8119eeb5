// SPDX-License-Identifier: Apache-2.0
// Dial tokens, telephony's side: from a token to a call that shows no number.
//
// A courier's app dials with a token that it got from the gate. The telephony
// platform asks here for the number behind it and binds it as B of an A-X-B
// binding: A is the courier's line, X a virtual number that both sides see. The
// digits stay within the platform. SPEC.md section 13.

#ifndef PARCELVEIL_DIAL_H_
#define PARCELVEIL_DIAL_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/audit.h"
#include "parcelveil/clock.h"
#include "parcelveil/gate_store.h"
#include "parcelveil/keyring.h"
#include "parcelveil/reveal.h"
#include "parcelveil/secret.h"

namespace parcelveil {

struct DialDeskOptions {
  const Keyring* keyring = nullptr;  // borrowed; role TELEPHONY
  // Its own, not a gate's: it counts the uses of tokens. Borrowed.
  GateStore* store = nullptr;
  AuditLog* log = nullptr;       // borrowed; its store is `store`
  const Clock* clock = nullptr;  // borrowed; null means SystemClock()
};

// What to bind for one use of a token.
struct DialBinding {
  Plaintext number;     // B: digits, country code first, no plus
  Plaintext extension;  // digits to dial once connected; empty where none
  absl::Time expires;   // take the binding down then
  int uses_left = 0;
  Purpose purpose{};
};

// Turns dial tokens into bindings, each use counted and on record first.
// Thread-safety: all methods may run concurrently; concurrent uses share
// commits.
// Ownership: borrows what its options borrow.
class DialDesk {
 public:
  // Appends a KEYRING leaf where the keyring is new to the log, as Bind does.
  // Errors: kPermissionDenied FORBIDDEN for a keyring of another role;
  // kDataLoss KEYRING_ROLLED_BACK where the log has seen a newer one; MALFORMED
  // for a null pointer; the log's and the store's.
  static absl::StatusOr<std::unique_ptr<DialDesk>> Create(
      const DialDeskOptions& options);
  ~DialDesk();

  // Uses `token` (base64url, as Device::OpenDial gives it) once. `caller` is
  // the principal whose line is calling: the host knows, from its own list of
  // lines, never from the caller.
  // Errors; nothing is shown, and only the last may have used up a call:
  //   kInvalidArgument    MALFORMED: not a token
  //   kDataLoss           DECRYPT_FAILED: forged or changed
  //   kFailedPrecondition STALE: expired; KEY_DESTROYED
  //   kPermissionDenied   FORBIDDEN: another principal's line; or its day is
  //                       over for this role
  //   kResourceExhausted  QUOTA: every use was made
  //   kNotFound           KEY_UNKNOWN
  //   kUnavailable        KEY_UNAVAILABLE: used in a forked child;
  //                       AUDIT_UNAVAILABLE: the use could not be recorded
  // A keyring that is new to the log goes on record first: the store's errors.
  absl::StatusOr<DialBinding> Bind(std::string_view token, uint64_t caller);

 private:
  class State;
  explicit DialDesk(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_DIAL_H_
