// SPDX-License-Identifier: Apache-2.0
// The way of one request through a gate, top to bottom: check, write it down
// durably, only then open. SPEC.md section 13.
#include <algorithm>
#include <utility>

#include "src/base/status.h"
#include "src/gate/answer.h"
#include "src/gate/charges.h"
#include "src/gate/checks.h"
#include "src/gate/gate_state.h"
#include "src/gate/tidy.h"
#include "src/wire/bytes.h"
#include "src/wire/leaf.h"
#include "src/wire/reveal_reply.h"

namespace parcelveil {
namespace gate {
namespace {

bool IsShort(Reason code) {
  return ToInt(code) <= ToInt(Reason::kUnauthenticated);
}

uint64_t UnixMillis(absl::Time time) {
  return static_cast<uint64_t>(absl::ToUnixMillis(time));
}

// What every leaf about this request says.
Leaf LeafOf(const Core& core, const Inquiry& inquiry, LeafType type) {
  Leaf leaf;
  leaf.type = type;
  leaf.tenant = core.tenant;
  leaf.time_ms = UnixMillis(inquiry.now);
  leaf.principal = inquiry.principal.id;
  leaf.device = inquiry.request().device;
  leaf.role = inquiry.principal.role;
  leaf.purpose = static_cast<uint16_t>(inquiry.request().purpose);
  leaf.slots = inquiry.request().slots;
  leaf.object_hash = inquiry.hash;
  return leaf;
}

void SetRecord(const RecordRef& ref, Leaf* leaf) {
  leaf->record_ref = ref.bytes;
  leaf->ref_gen = ref.gen;
}

// ---- Refusing.

// Two unsigned bytes to whoever is not known, a signed reply to a device.
std::string RefusalReply(Core* core, const Inquiry& inquiry, Reason code,
                         absl::Duration retry_after) {
  ++core->answered[ToInt(code)];
  if (IsShort(code)) return wire::EncodeShortReply(code);
  absl::StatusOr<std::string> reply =
      MakeRefusal(*core, inquiry.hash, code, retry_after);
  // Only a forked child cannot sign.
  return reply.ok() ? *std::move(reply)
                    : wire::EncodeShortReply(Reason::kMalformed);
}

// A refusal stands, whether its leaf can be written or not.
void RecordDenial(Core* core, const Inquiry& inquiry, Reason code,
                  Committer::Guest* guest) {
  const std::optional<uint32_t> left_out =
      core->denials.Count(inquiry.request().device, code, inquiry.now);
  if (!left_out.has_value()) return;
  Leaf leaf = LeafOf(*core, inquiry, LeafType::kDeny);
  leaf.result = ToInt(code);
  wire::Appender(&leaf.detail).Put(*left_out);
  const absl::StatusOr<std::vector<RecordRef>> refs =
      RecordRefs(core->keyring, inquiry.request().record_ids);
  if (refs.ok() && refs->size() == 1) SetRecord((*refs)[0], &leaf);
  CommitJob job;
  job.leaves.push_back(std::move(leaf));
  const absl::Status status = guest->Commit(&job);
  if (!status.ok()) core->watch.Trouble(status, inquiry.now);
}

std::string Refuse(Core* core, const Inquiry& inquiry, Reason code,
                   Committer::Guest* guest,
                   absl::Duration retry_after = absl::ZeroDuration()) {
  const bool is_outage =
      code == Reason::kAuditUnavailable || code == Reason::kUnavailable;
  if (!IsShort(code) && !is_outage) {
    RecordDenial(core, inquiry, code, guest);
  }
  return RefusalReply(core, inquiry, code, retry_after);
}

// ---- 13: one durable transaction.

Leaf SearchLeaf(const Core& core, const Inquiry& inquiry) {
  Leaf leaf = LeafOf(core, inquiry, LeafType::kSearch);
  wire::Appender detail(&leaf.detail);
  detail.Put(ToInt(inquiry.query.query.index));
  detail.Put(inquiry.found.num_hits);
  return leaf;
}

// The rows that a search shows.
Leaf ViewsLeaf(const Core& core, const Inquiry& inquiry) {
  Leaf leaf = LeafOf(core, inquiry, LeafType::kViews);
  leaf.ref_gen = inquiry.found.refs[0].gen;
  leaf.detail = ViewsDetail(inquiry.found.refs);
  return leaf;
}

std::vector<Leaf> SearchLeaves(const Core& core, const Inquiry& inquiry) {
  std::vector<Leaf> leaves{SearchLeaf(core, inquiry)};
  if (!inquiry.found.refs.empty()) leaves.push_back(ViewsLeaf(core, inquiry));
  return leaves;
}

// One leaf a record; of a search, one, and one of what it shows.
std::vector<Leaf> GrantLeaves(const Core& core, const Inquiry& inquiry) {
  const RequestKind kind = inquiry.request().kind;
  if (kind == RequestKind::kSearch) return SearchLeaves(core, inquiry);
  const LeafType type = kind == RequestKind::kDial    ? LeafType::kDialIssued
                        : kind == RequestKind::kSheet ? LeafType::kSheet
                                                      : LeafType::kGrant;
  std::vector<Leaf> leaves;
  for (const RecordRef& ref : inquiry.refs) {
    leaves.push_back(LeafOf(core, inquiry, type));
    SetRecord(ref, &leaves.back());
    if (kind == RequestKind::kDial) {
      leaves.back().detail = wire::AsText(inquiry.token_id);
    }
  }
  return leaves;
}

// A quota that only observes was exceeded.
Leaf WouldDenyLeaf(const Core& core, const Inquiry& inquiry) {
  Leaf leaf = LeafOf(core, inquiry, LeafType::kWouldDeny);
  leaf.object_hash = {};
  wire::Appender(&leaf.detail).Put(ToInt(Reason::kQuota));
  if (inquiry.refs.size() == 1) SetRecord(inquiry.refs[0], &leaf);
  return leaf;
}

// Lets the rows that a search shows be asked for under its ticket.
absl::Status PutCoverage(const Core& core, const Inquiry& inquiry,
                         GateTransaction* transaction) {
  const std::string& ticket = inquiry.request().ticket;
  if (ticket.empty()) return absl::OkStatus();
  for (const FoundRows::Row& row : inquiry.found.rows) {
    PARCELVEIL_RETURN_IF_ERROR(
        transaction->PutCoverage(ticket, inquiry.principal.id, row.record_id,
                                 inquiry.now + core.policy.ticket_time()));
  }
  return absl::OkStatus();
}

CommitJob JobOf(const Core& core, const Inquiry& inquiry,
                std::vector<Charge> charges) {
  CommitJob job;
  job.grant.emplace();
  job.grant->device = inquiry.request().device;
  job.grant->nonce = inquiry.request().nonce;
  job.grant->request_hash = inquiry.hash;
  job.grant->now = inquiry.now;
  job.grant->day = core.keyring->Today();
  job.grant->charges = std::move(charges);
  job.grant->request = inquiry.bytes;
  job.leaves = GrantLeaves(core, inquiry);
  job.would_deny = WouldDenyLeaf(core, inquiry);
  if (!inquiry.found.rows.empty()) {
    job.write = [&core, &inquiry](GateTransaction& transaction) {
      return PutCoverage(core, inquiry, &transaction);
    };
  }
  return job;
}

// ---- 14 and 15: open, seal, sign, keep, send.

void RecordFailure(Core* core, const Inquiry& inquiry,
                   const absl::Status& cause) {
  core->watch.Trouble(cause, inquiry.now);
  if (!core->denials.Count(inquiry.request().device, Reason::kUnavailable,
                           inquiry.now)) {
    return;
  }
  Leaf leaf = LeafOf(*core, inquiry, LeafType::kGrantFailed);
  leaf.result = ToInt(Reason::kUnavailable);
  wire::Appender(&leaf.detail).Put(ToInt(ReasonOf(cause)));
  if (inquiry.refs.size() == 1) SetRecord(inquiry.refs[0], &leaf);
  CommitJob job;
  job.leaves.push_back(std::move(leaf));
  const absl::Status status = core->committer.Commit(&job);
  if (!status.ok()) core->watch.Trouble(status, inquiry.now);
}

std::string Answer(Core* core, const Inquiry& inquiry, const Granted& granted) {
  absl::StatusOr<std::string> reply = MakeReply(*core, inquiry, granted);
  // A key that was missing may have brought a newer keyring: it is on record
  // before anything that it opened goes out.
  if (reply.ok()) {
    const absl::Status recorded = core->keyring_record.Current().status();
    if (!recorded.ok()) reply = recorded;
  }
  if (!reply.ok()) {
    RecordFailure(core, inquiry, reply.status());
    return RefusalReply(core, inquiry, Reason::kUnavailable, {});
  }
  core->replies.Put(inquiry.hash, *reply, inquiry.now);
  ++core->answered[0];
  return *std::move(reply);
}

// The token that was issued then, and how its leaf calls the record.
absl::Status TakeTokenFromLeaf(Core* core, Inquiry* inquiry) {
  return core->store->ReadLeaves(
      inquiry->used->leaf_index, 1,
      [&](uint64_t, std::string_view bytes) -> absl::Status {
        Leaf leaf;
        PARCELVEIL_RETURN_IF_ERROR(wire::ParseLeaf(bytes, &leaf));
        inquiry->token_id =
            wire::Reader(leaf.detail).GetArray<sizeof(wire::TokenId)>();
        inquiry->refs[0] = {leaf.record_ref, leaf.ref_gen};
        return absl::OkStatus();
      });
}

// Whether the leaf of the search then names every row that it finds now. Rows
// that came since do not, and none does past midnight.
absl::StatusOr<bool> IsOnRecord(Core* core, const Inquiry& inquiry) {
  PARCELVEIL_ASSIGN_OR_RETURN(const uint64_t size, core->store->NumLeaves());
  const uint64_t first = inquiry.used->leaf_index;
  std::vector<std::array<uint8_t, 16>> shown;
  PARCELVEIL_RETURN_IF_ERROR(core->store->ReadLeaves(
      first, std::min<uint64_t>(2, size - first),
      [&](uint64_t, std::string_view bytes) -> absl::Status {
        Leaf leaf;
        PARCELVEIL_RETURN_IF_ERROR(wire::ParseLeaf(bytes, &leaf));
        const bool is_of_it =
            leaf.type == LeafType::kViews && leaf.object_hash == inquiry.hash;
        if (is_of_it) shown = ViewedRecords(leaf);
        return absl::OkStatus();
      }));
  const std::vector<RecordRef>& found = inquiry.found.refs;
  return std::all_of(found.begin(), found.end(), [&](const RecordRef& ref) {
    return std::find(shown.begin(), shown.end(), ref.bytes) != shown.end();
  });
}

// What only the leaf of the grant knows. STALE where it does not cover what
// would be shown now.
Reason TakeFromLeaf(Core* core, Inquiry* inquiry) {
  absl::StatusOr<bool> is_on_record = true;
  if (inquiry->request().kind == RequestKind::kSearch) {
    is_on_record = IsOnRecord(core, *inquiry);
  } else if (inquiry->request().kind == RequestKind::kDial) {
    const absl::Status status = TakeTokenFromLeaf(core, inquiry);
    if (!status.ok()) is_on_record = status;
  }
  if (is_on_record.ok()) {
    return *is_on_record ? Reason::kNone : Reason::kStale;
  }
  core->watch.Trouble(is_on_record.status(), inquiry->now);
  return Reason::kUnavailable;
}

// The same request again: the same bytes while they are kept, otherwise made
// anew from the same grant. No charge, no leaf.
std::string AnswerAgain(Core* core, Inquiry* inquiry, Committer::Guest* guest) {
  ++core->retried;
  std::optional<std::string> kept =
      core->replies.Find(inquiry->hash, inquiry->now);
  if (kept.has_value()) return *std::move(kept);
  Reason refusal = LoadAgain(core, inquiry);
  if (refusal == Reason::kNone) refusal = TakeFromLeaf(core, inquiry);
  if (refusal != Reason::kNone) return Refuse(core, *inquiry, refusal, guest);
  return Answer(core, *inquiry,
                {inquiry->used->leaf_index, inquiry->used->time});
}

// Somebody used this nonce in the meantime.
std::string AnswerRace(Core* core, Inquiry* inquiry) {
  Committer::Guest guest(&core->committer);
  const absl::StatusOr<std::optional<UsedNonce>> used = core->store->FindNonce(
      inquiry->request().device, inquiry->request().nonce);
  if (!used.ok()) {
    core->watch.Trouble(used.status(), inquiry->now);
    return Refuse(core, *inquiry, Reason::kAuditUnavailable, &guest);
  }
  if (!used->has_value() || (*used)->request_hash != inquiry->hash) {
    return Refuse(core, *inquiry, Reason::kReplay, &guest);
  }
  inquiry->used = **used;
  inquiry->parcels.clear();
  return AnswerAgain(core, inquiry, &guest);
}

// ---- What operators are told.

void TellAboutBreakers(Core* core, const Inquiry& inquiry,
                       const CommitJob& job) {
  for (size_t position : job.outcome.exceeded) {
    const SubjectKind of = job.grant->charges[position].subject_kind;
    if (of == SubjectKind::kPrincipal) continue;
    core->watch.BreakerReached(inquiry.principal, of, inquiry.now);
  }
}

void TellAboutLookUps(Core* core, const Inquiry& inquiry) {
  if (inquiry.request().kind == RequestKind::kSheet) return;  // a list by right
  for (const std::string& id : inquiry.request().record_ids) {
    core->watch.Granted(inquiry.principal, inquiry.request().device, id,
                        inquiry.now);
  }
}

std::string Handle(Core* core, std::string_view request,
                   std::string_view connection) {
  Committer::Guest guest(&core->committer);
  Inquiry inquiry;
  inquiry.bytes = request;
  inquiry.connection = connection;
  inquiry.now = core->Now();
  const Reason refusal = RunChecks(core, &inquiry);  // 1 to 11
  if (refusal != Reason::kNone) {
    return Refuse(core, inquiry, refusal, &guest);
  }
  if (inquiry.used.has_value()) return AnswerAgain(core, &inquiry, &guest);

  absl::StatusOr<std::vector<Charge>> charges = ChargesOf(core, inquiry);  // 12
  if (!charges.ok()) {
    core->watch.Trouble(charges.status(), inquiry.now);
    return Refuse(core, inquiry, Reason::kUnavailable, &guest);
  }
  CommitJob job = JobOf(*core, inquiry, *std::move(charges));
  const absl::Status committed = guest.Commit(&job);  // 13
  if (!committed.ok()) {
    core->watch.Trouble(committed, inquiry.now);
    return RefusalReply(core, inquiry, Reason::kAuditUnavailable, {});
  }
  TellAboutBreakers(core, inquiry, job);
  switch (job.outcome.kind) {
    case GrantOutcome::Kind::kSeen:
      return AnswerRace(core, &inquiry);
    case GrantOutcome::Kind::kOverQuota: {
      Committer::Guest denier(&core->committer);
      return Refuse(core, inquiry, Reason::kQuota, &denier,
                    job.outcome.retry_after);
    }
    case GrantOutcome::Kind::kGranted:
      break;
  }
  TellAboutLookUps(core, inquiry);
  return Answer(core, inquiry, {job.first_leaf, inquiry.now});  // 14, 15
}

}  // namespace
}  // namespace gate

std::string Gate::Handle(std::string_view request,
                         std::string_view connection) {
  std::string reply = gate::Handle(&state_->core, request, connection);
  gate::TidyIfDue(&state_->core);
  return reply;
}

}  // namespace parcelveil
