// SPDX-License-Identifier: Apache-2.0
// What operators, not devices, ask of a gate.
#include <utility>

#include "src/base/status.h"
#include "src/gate/gate_state.h"
#include "src/gate/record_ref.h"
#include "src/wire/bytes.h"
#include "src/wire/gate_card.h"

namespace parcelveil {
namespace {

Leaf LeafAbout(const gate::Core& core, LeafType type,
               const Principal& principal, uint64_t device) {
  Leaf leaf;
  leaf.type = type;
  leaf.tenant = core.tenant;
  leaf.time_ms = static_cast<uint64_t>(absl::ToUnixMillis(core.Now()));
  leaf.principal = principal.id;
  leaf.device = device;
  leaf.role = principal.role;
  return leaf;
}

absl::StatusOr<Principal> FindPrincipal(gate::Core* core, uint64_t id) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::optional<Principal> principal,
                              core->store->FindPrincipal(id));
  if (principal.has_value()) return *principal;
  return absl::NotFoundError(
      "find principal: the gate knows none of this number; enrol a device of "
      "theirs first");
}

// "<origin>+<key id>+<key>"
std::string OriginOf(const AuditLog& log) {
  const std::string key = log.verifier_key();
  return key.substr(0, key.find('+'));
}

// Whatever is held or approved is named in the log as a record is.
absl::Status SetSubject(const gate::Core& core, std::string_view subject,
                        Leaf* leaf) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::vector<gate::RecordRef> refs,
      gate::RecordRefs(core.keyring, {std::string(subject)}));
  leaf->record_ref = refs[0].bytes;
  leaf->ref_gen = refs[0].gen;
  return absl::OkStatus();
}

absl::Status PutPrincipal(gate::Core* core, const Principal& principal) {
  gate::CommitJob job;
  job.leaves.push_back(LeafAbout(*core, LeafType::kPrincipal, principal, 0));
  wire::Appender detail(&job.leaves.back().detail);
  detail.Put(static_cast<uint8_t>(principal.active));
  detail.Put(ToInt(principal.outlet));
  job.write = [&](GateTransaction& transaction) {
    return transaction.PutPrincipal(principal);
  };
  return core->committer.Commit(&job);
}

absl::Status PutHold(gate::Core* core, std::string_view record_id, bool held) {
  gate::CommitJob job;
  job.leaves.push_back(LeafAbout(*core, LeafType::kHold, {}, 0));
  wire::Appender(&job.leaves.back().detail).Put(static_cast<uint8_t>(held));
  PARCELVEIL_RETURN_IF_ERROR(SetSubject(*core, record_id, &job.leaves.back()));
  job.write = [&](GateTransaction& transaction) {
    return transaction.PutHold(record_id, held);
  };
  return core->committer.Commit(&job);
}

}  // namespace

absl::StatusOr<std::string> Gate::Enrol(const Enrolment& enrolment) {
  gate::Core& core = state_->core;
  if (enrolment.device == 0 || enrolment.principal.id == 0 ||
      enrolment.expires <= core.Now()) {
    return MakeStatus(Reason::kMalformed,
                      "enrol device: its number or its principal's is 0, or "
                      "its time is over; give other ones");
  }
  gate::CommitJob job;
  job.leaves.push_back(LeafAbout(core, LeafType::kDeviceEnrol,
                                 enrolment.principal, enrolment.device));
  job.leaves.back().detail = wire::AsText(enrolment.key);
  job.write = [&](GateTransaction& transaction) -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(transaction.PutPrincipal(enrolment.principal));
    return transaction.PutDevice({enrolment.device, enrolment.principal.id,
                                  enrolment.key, enrolment.expires, false});
  };
  PARCELVEIL_RETURN_IF_ERROR(core.committer.Commit(&job));
  return wire::EncodeGateCard(
      {core.tenant, enrolment.principal.id, enrolment.device, public_key(),
       query_public_key(), core.log->public_key(), OriginOf(*core.log)});
}

absl::Status Gate::Revoke(uint64_t device) {
  gate::Core& core = state_->core;
  PARCELVEIL_ASSIGN_OR_RETURN(std::optional<EnrolledDevice> found,
                              core.store->FindDevice(device));
  if (!found.has_value()) {
    return absl::NotFoundError(
        "revoke device: the gate knows none of this number; check the number");
  }
  found->revoked = true;
  Principal principal;
  principal.id = found->principal;
  gate::CommitJob job;
  job.leaves.push_back(
      LeafAbout(core, LeafType::kDeviceRevoke, principal, device));
  job.write = [&](GateTransaction& transaction) {
    return transaction.PutDevice(*found);
  };
  return core.committer.Commit(&job);
}

absl::Status Gate::Admit(const Principal& principal) {
  if (principal.id == 0) {
    return MakeStatus(Reason::kMalformed,
                      "admit principal: 0 is nobody's number; give another");
  }
  return PutPrincipal(&state_->core, principal);
}

absl::Status Gate::SetActive(uint64_t principal, bool active) {
  gate::Core& core = state_->core;
  PARCELVEIL_ASSIGN_OR_RETURN(Principal found, FindPrincipal(&core, principal));
  found.active = active;
  return PutPrincipal(&core, found);
}

absl::Status Gate::Hold(std::string_view record_id) {
  return PutHold(&state_->core, record_id, true);
}

absl::Status Gate::Release(std::string_view record_id) {
  return PutHold(&state_->core, record_id, false);
}

absl::Status Gate::Approve(uint64_t approver, std::string_view subject,
                           absl::Duration for_how) {
  gate::Core& core = state_->core;
  PARCELVEIL_ASSIGN_OR_RETURN(const Principal principal,
                              FindPrincipal(&core, approver));
  if (!principal.active || !core.policy.MayApprove(principal.role)) {
    return MakeStatus(Reason::kForbidden,
                      "approve as " + Describe(principal.role) +
                          ": the policy does not let this principal approve; "
                          "ask somebody whom it names");
  }
  gate::CommitJob job;
  job.leaves.push_back(LeafAbout(core, LeafType::kApproval, principal, 0));
  PARCELVEIL_RETURN_IF_ERROR(SetSubject(core, subject, &job.leaves.back()));
  job.write = [&](GateTransaction& transaction) {
    return transaction.PutApproval(
        {approver, std::string(subject), core.Now() + for_how});
  };
  return core.committer.Commit(&job);
}

}  // namespace parcelveil
