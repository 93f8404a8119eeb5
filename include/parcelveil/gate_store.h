// SPDX-License-Identifier: Apache-2.0
// GateStore: what a gate keeps besides its log, in the same transactions.
//
// Nonces, quotas, devices, principals, holds and approvals. Implemented in
// sqlite.h (one process, one gate) and postgres.h (several gates share quotas
// and nonces, each with a log of its own).

#ifndef PARCELVEIL_GATE_STORE_H_
#define PARCELVEIL_GATE_STORE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/audit.h"
#include "parcelveil/ids.h"
#include "parcelveil/reveal.h"

namespace parcelveil {

// Who a quota counts. On disk: never renumber.
enum class SubjectKind : uint8_t { kPrincipal = 1, kOutlet = 2, kTenant = 3 };

// What a quota counts: distinct records a day, or searches.
// On disk: never renumber.
enum class QuotaClass : uint8_t {
  kName = 1,
  kPhone = 2,
  kAddress = 3,
  kOtherField = 4,
  kDial = 5,
  kRecord = 6,  // any field of it
  kSearch = 7,
};

// A sliding window, counted in buckets of length/12. At a time in bucket k,
// bucket k - 12 and all after it count whole, so that no real window of
// `length` ever exceeds `limit`, and turning the clock back gains nothing.
// src/gate/quota_window.h does the arithmetic for every store.
struct QuotaWindow {
  absl::Duration length;  // whole seconds, at least 12
  uint64_t limit = 0;
};

// One counter that a request is charged to: in every window, the records that
// are new to it. All or none: a grant that any enforced charge refuses charges
// nothing.
struct Charge {
  SubjectKind subject_kind{};
  uint64_t subject = 0;
  QuotaClass quota_class{};
  std::vector<QuotaWindow> windows;
  // What is counted, each distinct: those already charged to this counter on
  // `Grant::day` are free. Record references, or a request's nonce for
  // searches.
  std::vector<std::array<uint8_t, 16>> records;
  bool enforced = true;  // false: count and report, but do not refuse
};

// A request that is about to be granted.
struct Grant {
  uint64_t device = 0;
  std::array<uint8_t, 16> nonce{};
  Sha256Digest request_hash{};
  uint64_t leaf_index = 0;  // of its first leaf
  absl::Time now;
  Epoch day{};  // the tenant's
  std::vector<Charge> charges;
  std::string_view request;  // signed bytes, kept while `day` can be audited
};

struct GrantOutcome {
  enum class Kind : uint8_t {
    kGranted,
    kSeen,       // this device used this nonce before; nothing was written
    kOverQuota,  // nothing was written
  };
  Kind kind{};
  // Of kOverQuota: when the enforced windows have room again, more than zero.
  absl::Duration retry_after;
  // Positions in `Grant::charges` of those over a limit, ascending; also of
  // those that are not enforced.
  std::vector<size_t> exceeded;
};

// What a nonce was used for.
struct UsedNonce {
  Sha256Digest request_hash{};
  uint64_t leaf_index = 0;
  absl::Time time;
};

struct EnrolledDevice {
  uint64_t device = 0;
  uint64_t principal = 0;
  Ed25519PublicKey key{};
  absl::Time expires;
  bool revoked = false;
};

struct Principal {
  uint64_t id = 0;
  Role role{};
  Scope outlet = Scope::kNational;
  bool active = true;
};

// A second person's yes to `subject`: a record id, or an export's name.
struct Approval {
  uint64_t approver = 0;
  std::string subject;
  absl::Time expires;
};

class GateTransaction : public LogTransaction {
 public:
  // Uses the nonce and charges every counter, or writes nothing. Counters and
  // nonces are shared by all gates of the store: two grants never both fit
  // where only one does.
  virtual absl::StatusOr<GrantOutcome> PutGrant(const Grant& grant) = 0;
  // Each replaces what was there under the same id.
  virtual absl::Status PutDevice(const EnrolledDevice& device) = 0;
  virtual absl::Status PutPrincipal(const Principal& principal) = 0;
  virtual absl::Status PutHold(std::string_view record_id, bool held) = 0;
  virtual absl::Status PutApproval(const Approval& approval) = 0;
  // Lets `principal` ask for this record under `ticket` until `expires`.
  virtual absl::Status PutCoverage(std::string_view ticket, uint64_t principal,
                                   std::string_view record_id,
                                   absl::Time expires) = 0;
  // Counts one use of a dial token; returns how many there are now, 1 for the
  // first. Kept at least until `expires`.
  virtual absl::StatusOr<uint32_t> PutDialUse(
      const std::array<uint8_t, 16>& token_id, absl::Time expires) = 0;
  // A small value of the gate's own: "policy", "keyring_serial".
  virtual absl::Status PutValue(std::string_view name,
                                std::string_view value) = 0;
};

// Thread-safety: all calls may run concurrently; transactions of one store wait
// for each other. Reads see what was committed, and are cheap.
class GateStore : public LogStore {
 public:
  // As WriteLog, with the gate's tables in the same transaction. May be run
  // again from the start after a conflict with another gate.
  virtual absl::Status Write(
      const std::function<absl::Status(GateTransaction&)>& write) = 0;

  virtual absl::StatusOr<std::optional<EnrolledDevice>> FindDevice(
      uint64_t device) = 0;
  virtual absl::StatusOr<std::optional<Principal>> FindPrincipal(
      uint64_t principal) = 0;
  virtual absl::StatusOr<std::optional<UsedNonce>> FindNonce(
      uint64_t device, const std::array<uint8_t, 16>& nonce) = 0;
  // How many records were charged to a counter on `day`.
  virtual absl::StatusOr<uint64_t> CountCharged(SubjectKind subject_kind,
                                                uint64_t subject,
                                                QuotaClass quota_class,
                                                Epoch day) = 0;
  virtual absl::StatusOr<bool> IsHeld(std::string_view record_id) = 0;
  // Those that have not expired at `now`, by approver: one each, the latest.
  virtual absl::StatusOr<std::vector<Approval>> FindApprovals(
      std::string_view subject, absl::Time now) = 0;
  virtual absl::StatusOr<bool> IsCovered(std::string_view ticket,
                                         uint64_t principal,
                                         std::string_view record_id,
                                         absl::Time now) = 0;
  virtual absl::StatusOr<std::optional<std::string>> FindValue(
      std::string_view name) = 0;
  // The signed request behind a leaf of this store's log, by the index of its
  // first leaf; nullopt where there was none or it is no longer kept.
  virtual absl::StatusOr<std::optional<std::string>> FindRequest(
      uint64_t leaf_index) = 0;

  // Forgets nonces used before `nonces`, counters that no window reaches any
  // more, charges of days before the day before yesterday, and approvals,
  // coverage and dial uses that have expired.
  virtual absl::Status Prune(absl::Time now, absl::Time nonces) = 0;
  // Deletes the signed requests (they hold waybill numbers) of the days before
  // `day`: called when those days' AUDIT_REF keys are gone.
  virtual absl::Status DeleteRequestsBefore(Epoch day) = 0;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_GATE_STORE_H_
