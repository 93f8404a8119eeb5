// SPDX-License-Identifier: Apache-2.0
// Gate: the only way from a masked view to a full value.
//
// One field of one assigned parcel, within a quota, before sign-off, after the
// audit record is durable. SPEC.md section 13.

#ifndef PARCELVEIL_GATE_H_
#define PARCELVEIL_GATE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/audit.h"
#include "parcelveil/clock.h"
#include "parcelveil/gate_export.h"
#include "parcelveil/gate_policy.h"
#include "parcelveil/gate_store.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/parcels.h"
#include "parcelveil/reveal.h"
#include "parcelveil/secret.h"

namespace parcelveil {

// Something an operator should look at; never personal data.
struct GateAlert {
  enum class Kind : uint8_t {
    kFork,        // a device has seen another log under this log's key
    kListDriven,  // look-ups in the order of a list, not of a route
    kAfterHours,
    kBreaker,  // an outlet's or the tenant's quota was reached
    kTrouble,  // the store, the log or the parcels failed: text says how
  };
  Kind kind{};
  uint64_t principal = 0;
  uint64_t device = 0;
  Scope outlet = Scope::kNational;
  std::string text;  // one sentence
};

struct GateOptions {
  const Keyring* keyring = nullptr;  // borrowed; role GATE
  GateStore* store = nullptr;        // borrowed
  AuditLog* log = nullptr;           // borrowed; its store is `store`
  Parcels* parcels = nullptr;        // borrowed
  GatePolicy policy = GatePolicy::Default();
  Secret signing_seed;           // 32 bytes, Ed25519: replies and sheets
  Secret query_key;              // 32 bytes, X25519: sealed queries
  const Clock* clock = nullptr;  // borrowed; null means SystemClock()
  std::function<void(const GateAlert&)> alert;  // from any thread; may be empty
};

// A device and whose it is. Enrolling replaces what was known of both.
struct Enrolment {
  uint64_t device = 0;
  Principal principal;     // id 0 is nobody
  Ed25519PublicKey key{};  // of the device
  absl::Time expires;
};

// A list that the back end shows somebody masked, past the gate.
struct ShownViews {
  uint64_t principal = 0;
  uint64_t device = 0;  // 0: none, as at a desk
  Role role{};
  std::vector<Slot> views;  // ascending: Slot::kRecipientView
  std::vector<std::string> record_ids;
};

// How a gate is doing. Plain counters since it was made.
struct GateStats {
  uint64_t granted = 0;
  uint64_t retried = 0;
  std::vector<uint64_t> refused;  // by reply code, 1 to 14; [0] is 0
  uint64_t commits = 0;
};

// Thread-safety: all methods may run concurrently; concurrent requests share
// commits.
// Ownership: borrows what its options borrow.
class Gate {
 public:
  // Appends POLICY and KEYRING leaves where either is new to the log.
  // Errors: kDataLoss KEYRING_ROLLED_BACK where the log has seen a newer
  // keyring; kPermissionDenied FORBIDDEN for a keyring of another role;
  // MALFORMED for a key that is none; the log's and the store's.
  static absl::StatusOr<std::unique_ptr<Gate>> Create(GateOptions options);
  ~Gate();

  // Answers one request of a device. Always a reply, also when it refuses; a
  // value is in it only after its leaf is durable. `connection` names the
  // transport's connection, for its rate limit; empty: none.
  std::string Handle(std::string_view request,
                     std::string_view connection = {});

  // Records what is about to be shown masked, so that a leak of masked rows can
  // be traced, too: one leaf for 64 records. Searches record theirs. Show it
  // after OK. No records: no leaf.
  // Errors: MALFORMED for principal 0, views that are none or not ascending, or
  // an id that is none; AUDIT_UNAVAILABLE once CheckNote found a fork; the
  // log's.
  absl::Status RecordViews(const ShownViews& shown);

  // Enrols a device for a principal, or anew with another key; returns the
  // card to hand to it (Device::Enrol).
  // Errors: MALFORMED for an id of 0 or a time that is over; the log's.
  absl::StatusOr<std::string> Enrol(const Enrolment& enrolment);
  // Errors: kNotFound; the log's.
  absl::Status Revoke(uint64_t device);
  // Makes somebody known who has no device: an approver. Replaces what was
  // known of them, after a PRINCIPAL leaf. Errors: MALFORMED for an id of 0;
  // the log's.
  absl::Status Admit(const Principal& principal);
  // After a PRINCIPAL leaf. Errors: kNotFound; the log's.
  absl::Status SetActive(uint64_t principal, bool active);

  // A held record needs a second person's approval. After a HOLD leaf each.
  // Errors: MALFORMED for an id that is none; the log's.
  absl::Status Hold(std::string_view record_id);
  absl::Status Release(std::string_view record_id);
  // Says yes to `subject` (a held record's id, or an export's name: 1 to 64
  // bytes) for `for_how` from now.
  // Errors: FORBIDDEN where the policy does not let this principal approve;
  // MALFORMED; the log's.
  absl::Status Approve(uint64_t approver, std::string_view subject,
                       absl::Duration for_how);

  // Records for an authority or the person themselves, one by one, each after
  // its EXPORT leaf is durable: `sink` is given one record's fields and keeps
  // no view of them. Needs approvals of the export's name by two people who are
  // not `by`. Stopped half-way, by an error of `sink` too, the same call goes
  // on with the record it stopped at: that one may come twice, its leaf does
  // not. gate_export.h.
  // Errors: AUDIT_UNAVAILABLE once CheckNote found a fork;
  // FORBIDDEN for a keyring or a principal that is not DISPUTE's, or
  // one who is not active; NEEDS_APPROVAL;
  // ALREADY_EXISTS where the name was used for other records, or is done;
  // kNotFound for a record that is not there; as Opener::Open.
  absl::Status Export(const ExportOrder& order, const ExportSink& sink);
  // Erases one person's cells of one record, for good, after a leaf for each:
  // DESTROY with the record's reference. Slots without a cell are passed over.
  // Errors: kNotFound; the log's, the database's.
  absl::Status Erase(const ErasureOrder& order);

  // A checkpoint that a device or an operator hands in. Where this log's own
  // key signed it and it does not fit, the log has forked: raises an alert and
  // refuses everything (AUDIT_UNAVAILABLE). The note is kept in the store, so
  // that a gate made anew refuses as well while its log does not fit.
  // Errors: kDataLoss LOG_ROLLED_BACK then; kUnauthenticated, MALFORMED for a
  // note that says nothing of this log.
  absl::Status CheckNote(std::string_view note);

  Ed25519PublicKey public_key() const;
  X25519PublicKey query_public_key() const;
  GateStats Stats() const;

 private:
  class State;
  explicit Gate(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_GATE_H_
