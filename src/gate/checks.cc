// SPDX-License-Identifier: Apache-2.0
#include "src/gate/checks.h"

#include <algorithm>
#include <utility>

#include "src/crypto/hash.h"
#include "src/crypto/labels.h"
#include "src/crypto/sign.h"

namespace parcelveil::gate {
namespace {

constexpr absl::Duration kMaxSkew = absl::Seconds(90);

// The store or the log does not answer: fail closed, tell the operators.
Reason StoreFailed(Core* core, const Inquiry& inquiry,
                   const absl::Status& status) {
  core->watch.Trouble(status, inquiry.now);
  return Reason::kAuditUnavailable;
}

// So does the embedder's database, or a key.
Reason Unavailable(Core* core, const Inquiry& inquiry,
                   const absl::Status& status) {
  core->watch.Trouble(status, inquiry.now);
  return Reason::kUnavailable;
}

// 1: it is a request, whole and canonical.
Reason CheckForm(Core* /*core*/, Inquiry* inquiry) {
  if (inquiry->bytes.size() > wire::kMaxRequestSize) return Reason::kMalformed;
  absl::StatusOr<wire::ParsedRequest> parsed =
      wire::ParseRevealRequest(inquiry->bytes);
  if (!parsed.ok()) return Reason::kMalformed;
  inquiry->parsed = *std::move(parsed);
  inquiry->hash = crypto::Sha256(inquiry->bytes);
  return Reason::kNone;
}

// 2: it is for this gate.
Reason CheckGate(Core* core, Inquiry* inquiry) {
  const wire::RevealRequest& request = inquiry->request();
  const bool is_mine =
      request.tenant == core->tenant && request.gate_id == core->id;
  return is_mine ? Reason::kNone : Reason::kWrongGate;
}

// 3: the connection does not ask too fast. Never keyed by the device that is
// claimed: anybody could then lock it out.
Reason CheckRate(Core* core, Inquiry* inquiry) {
  const bool may_ask =
      inquiry->connection.empty() ||
      core->rate_limiter.Take(inquiry->connection, inquiry->now);
  return may_ask ? Reason::kNone : Reason::kRateLimited;
}

// 4: a known device signed it. An unknown one takes as long: some key is
// verified against in any case.
Reason CheckSignature(Core* core, Inquiry* inquiry) {
  absl::StatusOr<std::optional<EnrolledDevice>> device =
      core->store->FindDevice(inquiry->request().device);
  if (!device.ok()) return StoreFailed(core, *inquiry, device.status());
  inquiry->device = *std::move(device);
  const bool is_known = inquiry->device.has_value();
  const Ed25519PublicKey& key =
      is_known ? inquiry->device->key : core->signing_key.public_key();
  crypto::Signature signature;
  std::copy(inquiry->parsed.signature.begin(), inquiry->parsed.signature.end(),
            signature.begin());
  const bool is_signed = crypto::VerifySignature(
      key, crypto::kSignedRequest, inquiry->parsed.signed_part, signature);
  return is_known && is_signed ? Reason::kNone : Reason::kUnauthenticated;
}

// 5: the device is in use, and its person's.
Reason CheckStanding(Core* core, Inquiry* inquiry) {
  const EnrolledDevice& device = *inquiry->device;
  inquiry->principal.id = device.principal;
  const absl::StatusOr<std::optional<Principal>> principal =
      core->store->FindPrincipal(device.principal);
  if (!principal.ok()) return StoreFailed(core, *inquiry, principal.status());
  if (!principal->has_value()) return Reason::kSuspended;
  inquiry->principal = **principal;
  const bool is_good = !device.revoked && inquiry->now < device.expires &&
                       device.principal == inquiry->request().principal &&
                       inquiry->principal.active;
  return is_good ? Reason::kNone : Reason::kSuspended;
}

// Not a check: compares the log that the device has seen. What it says is
// unsigned by the log, so an alarm is all; a lying device must not be able to
// stop the gate.
Reason CompareLogs(Core* core, Inquiry* inquiry) {
  const wire::RevealRequest& request = inquiry->request();
  const absl::StatusOr<SeenHead> seen =
      core->log->Compare({request.seen_size, request.seen_root});
  if (!seen.ok()) return StoreFailed(core, *inquiry, seen.status());
  if (*seen != SeenHead::kConsistent) {
    core->watch.ForkSeen(inquiry->principal, request.device, inquiry->now);
  }
  return core->is_stopped ? Reason::kAuditUnavailable : Reason::kNone;
}

// Not a check: takes up the newest keyring, on record.
Reason TakeKeyring(Core* core, Inquiry* inquiry) {
  absl::StatusOr<std::shared_ptr<const KeyringInUse>> keyring =
      core->keyring_record.Current();
  if (!keyring.ok()) return StoreFailed(core, *inquiry, keyring.status());
  inquiry->keyring = *std::move(keyring);
  return Reason::kNone;
}

// 6: its nonce is new, or it is the same request again.
Reason CheckNonce(Core* core, Inquiry* inquiry) {
  const wire::RevealRequest& request = inquiry->request();
  const absl::StatusOr<std::optional<UsedNonce>> used =
      core->store->FindNonce(request.device, request.nonce);
  if (!used.ok()) return StoreFailed(core, *inquiry, used.status());
  if (!used->has_value()) return Reason::kNone;
  const bool is_again = (*used)->request_hash == inquiry->hash &&
                        inquiry->now - (*used)->time <= ReplyCache::kAge;
  if (!is_again) return Reason::kReplay;
  inquiry->used = **used;
  return Reason::kNone;
}

// 7: it is fresh. After 6: a retry over a lossy link may be older.
Reason CheckTime(Core* /*core*/, Inquiry* inquiry) {
  const absl::Time made = absl::FromUnixMillis(static_cast<int64_t>(
      std::min<uint64_t>(inquiry->request().time_ms, INT64_MAX)));
  const bool is_fresh = absl::AbsDuration(inquiry->now - made) <= kMaxSkew;
  return is_fresh ? Reason::kNone : Reason::kStale;
}

bool AreFields(const Schema& schema, const std::vector<Slot>& slots) {
  return std::all_of(slots.begin(), slots.end(), [&](Slot slot) {
    return schema.FindSlot(slot) != nullptr;
  });
}

// One phone.
bool CanBeDialled(const Schema& schema, const std::vector<Slot>& slots) {
  return slots.size() == 1 && AreFields(schema, slots) &&
         schema.FindSlot(slots[0])->kind == FieldKind::kPhone;
}

// Views, an index of one's own outlet, and not too many days.
bool CanBeSearched(const Core& core, const Inquiry& inquiry) {
  const Schema& schema = inquiry.keyring->schema;
  const wire::SearchQuery& query = inquiry.query.query;
  for (Slot slot : inquiry.request().slots) {
    if (schema.FindView(slot) == nullptr) return false;
  }
  const Schema::IndexSlot* index = schema.FindIndex(query.index);
  if (index == nullptr) return false;
  const Scope own = inquiry.principal.outlet;
  const bool is_elsewhere =
      index->scoped && own != Scope::kNational && query.scope != own;
  const bool names_scope_in_vain =
      !index->scoped && query.scope != Scope::kNational;
  const uint32_t num_days = ToInt(query.last) - ToInt(query.first) + 1u;
  return !is_elsewhere && !names_scope_in_vain &&
         num_days <= core.policy.search_days();
}

// Opens what a search looks for, so that the index is known.
Reason OpenSearch(Core* core, Inquiry* inquiry) {
  absl::StatusOr<OpenedQuery> query = OpenQuery(*core, inquiry->parsed);
  if (!query.ok()) return Reason::kForbidden;
  inquiry->query = *std::move(query);
  return Reason::kNone;
}

// 8: the policy grants this to such a role.
Reason CheckPolicy(Core* core, Inquiry* inquiry) {
  const wire::RevealRequest& request = inquiry->request();
  inquiry->asked = {inquiry->principal.role, request.kind, request.purpose,
                    request.slots};
  bool makes_sense = false;
  if (request.kind == RequestKind::kSearch) {
    if (OpenSearch(core, inquiry) != Reason::kNone) return Reason::kForbidden;
    makes_sense = CanBeSearched(*core, *inquiry);
    // An index's slot is above any field's and below any view's.
    inquiry->asked.slots.insert(inquiry->asked.slots.begin(),
                                inquiry->query.query.index);
  } else if (request.kind == RequestKind::kDial) {
    makes_sense = CanBeDialled(inquiry->keyring->schema, request.slots);
  } else {
    makes_sense = AreFields(inquiry->keyring->schema, request.slots);
  }
  const bool is_granted = makes_sense && core->policy.Allows(inquiry->asked);
  return is_granted ? Reason::kNone : Reason::kForbidden;
}

// 9: every record is there and assigned to the principal, or one that a search
// under the same ticket has shown. One code for all: no oracle for what exists.
Reason CheckAssignment(Core* core, Inquiry* inquiry) {
  const wire::RevealRequest& request = inquiry->request();
  for (const std::string& id : request.record_ids) {
    absl::StatusOr<std::optional<Parcel>> parcel =
        core->parcels->Find(id, request.slots);
    if (!parcel.ok()) return Unavailable(core, *inquiry, parcel.status());
    const absl::StatusOr<bool> is_covered = core->store->IsCovered(
        request.ticket, request.principal, id, inquiry->now);
    if (!is_covered.ok()) {
      return StoreFailed(core, *inquiry, is_covered.status());
    }
    if (!parcel->has_value()) return Reason::kNotAssigned;
    const bool is_assigned = (*parcel)->assigned_to == request.principal;
    const bool may_go_by_ticket = request.kind != RequestKind::kSheet;
    if (!is_assigned && !(may_go_by_ticket && *is_covered)) {
      return Reason::kNotAssigned;
    }
    inquiry->parcels.push_back(**std::move(parcel));
  }
  return Reason::kNone;
}

// 10: it is where the purpose needs it, and never signed off for a courier.
Reason CheckState(Core* core, Inquiry* inquiry) {
  const bool is_sheet = inquiry->request().kind == RequestKind::kSheet;
  for (const Parcel& parcel : inquiry->parcels) {
    if (!core->policy.AllowsIn(inquiry->asked, parcel.state) ||
        (is_sheet && !parcel.no_coverage)) {
      return Reason::kWrongState;
    }
  }
  return Reason::kNone;
}

// 11: no record is held, or somebody else said yes.
Reason CheckHold(Core* core, Inquiry* inquiry) {
  const uint64_t asker = inquiry->principal.id;
  for (const std::string& id : inquiry->request().record_ids) {
    const absl::StatusOr<bool> is_held = core->store->IsHeld(id);
    if (!is_held.ok()) return StoreFailed(core, *inquiry, is_held.status());
    if (!*is_held) continue;
    const absl::StatusOr<std::vector<Approval>> approvals =
        core->store->FindApprovals(id, inquiry->now);
    if (!approvals.ok()) return StoreFailed(core, *inquiry, approvals.status());
    const bool is_approved = std::any_of(
        approvals->begin(), approvals->end(),
        [&](const Approval& approval) { return approval.approver != asker; });
    if (!is_approved) return Reason::kNeedsApproval;
  }
  return Reason::kNone;
}

// Not a check: how the log and the quotas call the records, and what a search
// finds, which its leaf counts.
Reason Prepare(Core* core, Inquiry* inquiry) {
  const wire::RevealRequest& request = inquiry->request();
  absl::StatusOr<std::vector<RecordRef>> refs =
      RecordRefs(core->keyring, request.record_ids);
  if (!refs.ok()) return Unavailable(core, *inquiry, refs.status());
  inquiry->refs = *std::move(refs);
  inquiry->token_id = DialIssuer::NewTokenId();
  if (request.kind != RequestKind::kSearch) return Reason::kNone;
  absl::StatusOr<FoundRows> found = FindRows(
      *core, *inquiry->keyring,
      {&inquiry->query.query, &request.slots, inquiry->principal.outlet});
  if (!found.ok()) return Unavailable(core, *inquiry, found.status());
  inquiry->found = *std::move(found);
  return Reason::kNone;
}

using Check = Reason (*)(Core*, Inquiry*);

}  // namespace

Reason RunChecks(Core* core, Inquiry* inquiry) {
  constexpr Check kInOrder[] = {
      CheckForm,       CheckGate,   CheckRate,  CheckSignature, CheckStanding,
      CompareLogs,     TakeKeyring, CheckNonce, CheckTime,      CheckPolicy,
      CheckAssignment, CheckState,  CheckHold,  Prepare};
  for (Check check : kInOrder) {
    const Reason refusal = check(core, inquiry);
    if (refusal != Reason::kNone) return refusal;
    if (inquiry->used.has_value()) return Reason::kNone;
  }
  return Reason::kNone;
}

Reason LoadAgain(Core* core, Inquiry* inquiry) {
  const wire::RevealRequest& request = inquiry->request();
  if (request.kind == RequestKind::kSearch) {
    const Reason refusal = OpenSearch(core, inquiry);
    if (refusal != Reason::kNone) return refusal;
  }
  for (const std::string& id : request.record_ids) {
    absl::StatusOr<std::optional<Parcel>> parcel =
        core->parcels->Find(id, request.slots);
    if (!parcel.ok()) return Unavailable(core, *inquiry, parcel.status());
    if (!parcel->has_value()) return Reason::kNotAssigned;
    inquiry->parcels.push_back(**std::move(parcel));
  }
  return Prepare(core, inquiry);
}

}  // namespace parcelveil::gate
