// SPDX-License-Identifier: Apache-2.0
// Device: what a delivery app links on a handheld.
//
// It asks a gate for one field of one parcel, shows it for a while and forgets
// it. It holds no role key, so it can open no list of sealed fields. No I/O:
// bytes out, bytes in, over any transport. SPEC.md section 13.

#ifndef PARCELVEIL_DEVICE_H_
#define PARCELVEIL_DEVICE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "parcelveil/audit_verify.h"
#include "parcelveil/clock.h"
#include "parcelveil/ids.h"
#include "parcelveil/reveal.h"
#include "parcelveil/secret.h"

namespace parcelveil {

// Guards a device's state where the app stores it: on Android, an AES-GCM key
// of the Keystore. Implemented by the app.
class KeyWrap {
 public:
  virtual ~KeyWrap() = default;
  // Returns `state`, a few hundred bytes, encrypted and authenticated.
  virtual absl::StatusOr<std::string> Wrap(absl::Span<const uint8_t> state) = 0;
  // Returns what Wrap was given; an error for anything else.
  virtual absl::StatusOr<Secret> Unwrap(std::string_view wrapped) = 0;
};

// A question to the gate, with the one key that opens its answer.
//
// Ownership: move-only; its key is in locked memory and dies with it.
class Ask {
 public:
  Ask(Ask&&) noexcept = default;
  Ask& operator=(Ask&&) noexcept = default;

  // What to post to the gate. No answer came? Post the same bytes again: it
  // costs nothing more. They are good for 90 s, or for ten minutes where the
  // gate had them and its answer was lost; after that, ask anew. Empty once the
  // answer was opened.
  const std::string& bytes() const { return bytes_; }

 private:
  friend class Device;

  Ask() = default;
  void Spend();

  RequestKind kind_{};
  std::string bytes_;
  Secret reply_key_;  // X25519
  Sha256Digest hash_{};
  GateId gate_{};
  absl::Time made_;  // by the device's own clock
  std::vector<Slot> slots_;
  std::vector<std::string> waybills_;
};

// Fields of one parcel, until their time is over; then the text is zeroed at
// the next look at it (there is no timer here: let the screen's call Forget).
//
// Thread-safety: none; all methods look at the clock and may wipe.
// Ownership: move-only; borrows the device's clock.
class Shown {
 public:
  Shown(Shown&&) noexcept = default;
  Shown& operator=(Shown&&) noexcept = default;

  // The text of the one slot that was asked for, the first of several. Empty
  // when its time is over. Look each time anew; keep no reference.
  const Plaintext& text();
  // The text of `slot`; empty where the parcel has none.
  const Plaintext& operator[](Slot slot);
  // When the text goes, by the device's clock.
  absl::Time until() const { return until_; }
  // The leaf of the gate's log that says so: whose proof CheckLeaf takes.
  uint64_t leaf_index() const { return leaf_index_; }
  // Zeroes it now.
  void Forget();

 private:
  friend class Device;
  friend class RouteSheet;

  Shown() = default;

  std::vector<std::pair<Slot, Plaintext>> fields_;
  const Clock* clock_ = nullptr;
  absl::Time opened_;
  absl::Time until_;
  GateId gate_{};
  uint64_t leaf_index_ = 0;
  Sha256Digest request_hash_{};
  Plaintext none_;  // what there is of a slot that is not there
};

// Values for a tour without coverage. It stays sealed; one entry is open at a
// time. After the deadline nothing opens any more, and the next call zeroes the
// key.
//
// Thread-safety: none. Ownership: move-only; borrows the device's clock.
class RouteSheet {
 public:
  RouteSheet(RouteSheet&&) noexcept = default;
  RouteSheet& operator=(RouteSheet&&) noexcept = default;

  // Opens one entry and forgets the one before. The result is valid until the
  // next call.
  // Errors:
  //   kNotFound            the waybill is not on this sheet
  //   kFailedPrecondition  STALE: the deadline is over
  //   kUnavailable         KEY_UNAVAILABLE: in a forked child
  absl::StatusOr<Shown*> Entry(std::string_view waybill);
  std::vector<std::string> waybills() const;
  // By the device's clock.
  absl::Time deadline() const { return deadline_; }
  // Zeroes the key and the open entry now.
  void Forget();

 private:
  friend class Device;

  RouteSheet() = default;

  std::string bytes_;  // as it came, checked
  Secret reply_key_;
  GateId gate_{};
  const Clock* clock_ = nullptr;
  absl::Time opened_;
  absl::Time deadline_;
  Shown open_;
};

// One line of a list or of what a search found: masked text, no secret.
struct MaskedRow {
  std::string waybill;
  std::vector<std::pair<Slot, std::string>> fields;  // by ascending slot

  // The masked text of `slot`, empty where the row has none. Borrowed.
  std::string_view operator[](Slot slot) const;
};

struct MaskedList {
  absl::Time served;
  std::vector<MaskedRow> rows;
};

// Reads the day's list as the back end sends it (EncodeList, list.h). Takes no
// key and checks no signature: it comes over the app's own login.
// Errors: MALFORMED.
absl::StatusOr<MaskedList> ParseList(std::string_view bytes);

// What to search for: parcels of one phone number.
struct SearchFor {
  std::string_view phone;  // as it is written; the gate brings it into form
  // Or kRecipientLast4Index (then `phone` is four digits, `outlet` is set).
  Slot index = Slot::kRecipientPhoneIndex;
  Scope outlet = Scope::kNational;
  // How long ago it may have been sealed. A day more at both ends is asked for,
  // as a device does not know the tenant's midnight; the gate's policy limits
  // the days.
  absl::Duration back = absl::Hours(7 * 24);
  std::vector<Slot> views = {Slot::kRecipientView};
  Purpose purpose = Purpose::kComplaint;
  std::string_view ticket = {};  // at most 32 bytes; may be empty
};

// Two checkpoints of a gate's log that cannot both be true: the log was
// rewritten. Hand both to the operators (Gate::CheckNote takes either).
struct ForkEvidence {
  std::string kept;
  std::string other;
};

// How long to wait, where `status` is QUOTA or RATE_LIMITED; zero where it does
// not say.
absl::Duration RetryAfter(const absl::Status& status);

// One handheld. Its state is a key pair, the gate's keys, the newest checkpoint
// that it has seen and how wrong its clock is.
//
// Refusals of the gate come back as a status with the gate's reason
// (ReasonOf): NOT_ASSIGNED, WRONG_STATE, QUOTA (with RetryAfter), STALE (the
// clock is corrected by then: ask anew) and so on.
//
// Thread-safety: all methods may run concurrently.
// Ownership: borrows `key_wrap` and `clock`.
class Device {
 public:
  // Makes a new device with a key pair of its own. `clock` may be null:
  // SystemClock(). Errors: LOCKED_MEMORY.
  static absl::StatusOr<std::unique_ptr<Device>> Create(
      KeyWrap* key_wrap, const Clock* clock = nullptr);
  // Loads what State returned. Errors: the key wrap's; MALFORMED.
  static absl::StatusOr<std::unique_ptr<Device>> Load(
      std::string_view state, KeyWrap* key_wrap, const Clock* clock = nullptr);
  ~Device();

  // To be handed to the company over its own login, which gives a card back.
  Ed25519PublicKey public_key() const;
  // Takes the card of a gate (Gate::Enrol); that gate is asked from now on.
  // Checkpoints of earlier gates are kept. Errors: MALFORMED;
  // kResourceExhausted for a ninth gate.
  absl::Status Enrol(std::string_view card);

  // The state for the app to store, guarded by the key wrap. Errors: the key
  // wrap's; KEY_UNAVAILABLE in a forked child.
  absl::StatusOr<std::string> State();
  // True where the state is another than State last returned: store it anew.
  bool HasNewState() const;

  // Asks for fields of one parcel. A search's `ticket` lets its parcels be
  // asked for without assignment.
  // Errors: MALFORMED; WRONG_STATE before Enrol; LOCKED_MEMORY.
  absl::StatusOr<Ask> Reveal(std::string_view waybill,
                             absl::Span<const Slot> slots, Purpose purpose,
                             std::string_view ticket = {});
  // Asks for a token that the dialler takes instead of a phone number.
  // Errors: as Reveal.
  absl::StatusOr<Ask> Dial(std::string_view waybill,
                           Slot phone = Slot::kRecipientPhone,
                           Purpose purpose = Purpose::kDeliver);
  // Asks for a route sheet of 1 to 64 waybills. Errors: as Reveal.
  absl::StatusOr<Ask> Sheet(absl::Span<const std::string> waybills,
                            absl::Span<const Slot> slots, Purpose purpose);
  // Errors: as Reveal.
  absl::StatusOr<Ask> Search(const SearchFor& what);

  // Open the gate's reply. When it opens, the ask is spent; until then it is
  // good for another reply, also after an error. Errors, besides the gate's
  // refusals:
  //   kInvalidArgument  MALFORMED: no reply, or an ask of another kind
  //   kUnauthenticated  UNAUTHENTICATED: not signed by the gate, or the answer
  //                     to another ask
  //   kDataLoss         DECRYPT_FAILED; LOG_ROLLED_BACK: the log has forked,
  //                     see Fork
  //   kFailedPrecondition  STALE: the reply is older than its time to live
  // A refusal whose code is 1 to 4 is signed by nobody: a hint, not a fact.
  absl::StatusOr<Shown> Open(Ask&& ask, std::string_view reply);
  // Returns the token, base64url without padding.
  absl::StatusOr<std::string> OpenDial(Ask&& ask, std::string_view reply);
  absl::StatusOr<RouteSheet> OpenSheet(Ask&& ask, std::string_view reply);
  absl::StatusOr<std::vector<MaskedRow>> OpenSearch(Ask&& ask,
                                                    std::string_view reply);

  // The newest checkpoint of the gate in use, a signed note; empty before the
  // first.
  std::string Checkpoint() const;
  // Takes a checkpoint that came otherwise, with the proof that the log goes on
  // from Checkpoint() (ProveConsistency; none is needed before the first).
  // Errors: MALFORMED; UNAUTHENTICATED where the log did not sign it;
  // WRONG_STATE before Enrol; LOG_ROLLED_BACK where the log does not go on:
  // hand both checkpoints to the operators.
  absl::Status Witness(std::string_view checkpoint, const MerkleProof& proof);
  // Checks that what is shown is on the record, where the reply said it is
  // (ProveLeaf). Errors: as VerifyLeaf; kDataLoss for the proof of another
  // leaf.
  absl::Status CheckLeaf(const Shown& shown, const LeafProof& proof) const;
  // Set once the log of any gate was seen to have forked. Kept for ever.
  std::optional<ForkEvidence> Fork() const;

 private:
  class Core;
  explicit Device(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_DEVICE_H_
