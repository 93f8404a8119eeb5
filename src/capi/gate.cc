// SPDX-License-Identifier: Apache-2.0
// A gate at work.

#include "parcelveil/gate.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "parcelveil/c_gate.h"
#include "src/capi/back_end_objects.h"
#include "src/capi/call.h"

using parcelveil::Gate;
using parcelveil::Principal;
using parcelveil::capi::ByteLender;
using parcelveil::capi::BytesOf;
using parcelveil::capi::Call;
using parcelveil::capi::CheckStruct;
using parcelveil::capi::CheckThere;
using parcelveil::capi::GateObject;
using parcelveil::capi::TextOf;
using parcelveil::capi::TimeOf;
using parcelveil::capi::Used;

namespace {

// Runs `f`, which is given the gate.
template <typename F>
int32_t WithGate(parcelveil_gate gate, parcelveil_error* error, F&& f) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<GateObject> self,
                                Used<GateObject>::Of(gate));
    return f(self->local->gate());
  });
}

// Runs `f`, which is given the gate and a text.
template <typename F>
int32_t WithText(parcelveil_gate gate, const parcelveil_bytes& text,
                 parcelveil_error* error, F&& f) {
  return WithGate(gate, error, [&](Gate& self) -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view bytes,
                                TextOf(text, "text"));
    return f(self, bytes);
  });
}

absl::StatusOr<Principal> PrincipalOf(const parcelveil_principal* given) {
  PARCELVEIL_RETURN_IF_ERROR(CheckStruct(given, "principal"));
  return Principal{given->id, parcelveil::Role{given->role},
                   parcelveil::Scope{given->outlet}, given->active != 0};
}

}  // namespace

int32_t parcelveil_gate_handle(parcelveil_gate gate, parcelveil_bytes request,
                               parcelveil_bytes connection,
                               parcelveil_take take, void* context,
                               parcelveil_error* error) {
  return WithText(gate, request, error, [&](Gate& self, std::string_view ask) {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view peer,
                                TextOf(connection, "connection"));
    const std::string reply = self.Handle(ask, peer);
    return lender.Lend(BytesOf(reply));
  });
}

int32_t parcelveil_gate_enrol(parcelveil_gate gate, uint64_t device,
                              const uint8_t device_key[PARCELVEIL_KEY_SIZE],
                              const parcelveil_principal* principal,
                              int64_t expires_ms, parcelveil_take take,
                              void* context, parcelveil_error* error) {
  return WithGate(gate, error, [&](Gate& self) -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_RETURN_IF_ERROR(CheckThere(device_key, "device_key"));
    parcelveil::Enrolment enrolment;
    enrolment.device = device;
    PARCELVEIL_ASSIGN_OR_RETURN(enrolment.principal, PrincipalOf(principal));
    std::copy_n(device_key, PARCELVEIL_KEY_SIZE, enrolment.key.begin());
    enrolment.expires = TimeOf(expires_ms);
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string card, self.Enrol(enrolment));
    return lender.Lend(BytesOf(card));
  });
}

int32_t parcelveil_gate_revoke(parcelveil_gate gate, uint64_t device,
                               parcelveil_error* error) {
  return WithGate(gate, error, [&](Gate& self) { return self.Revoke(device); });
}

int32_t parcelveil_gate_admit(parcelveil_gate gate,
                              const parcelveil_principal* principal,
                              parcelveil_error* error) {
  return WithGate(gate, error, [&](Gate& self) -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const Principal who, PrincipalOf(principal));
    return self.Admit(who);
  });
}

int32_t parcelveil_gate_set_active(parcelveil_gate gate, uint64_t principal,
                                   int32_t active, parcelveil_error* error) {
  return WithGate(gate, error, [&](Gate& self) {
    return self.SetActive(principal, active != 0);
  });
}

int32_t parcelveil_gate_hold(parcelveil_gate gate, parcelveil_bytes record_id,
                             parcelveil_error* error) {
  return WithText(gate, record_id, error, [](Gate& self, std::string_view id) {
    return self.Hold(id);
  });
}

int32_t parcelveil_gate_release(parcelveil_gate gate,
                                parcelveil_bytes record_id,
                                parcelveil_error* error) {
  return WithText(gate, record_id, error, [](Gate& self, std::string_view id) {
    return self.Release(id);
  });
}

int32_t parcelveil_gate_approve(parcelveil_gate gate, uint64_t approver,
                                parcelveil_bytes subject, int64_t for_how_ms,
                                parcelveil_error* error) {
  return WithText(gate, subject, error, [&](Gate& self, std::string_view what) {
    return self.Approve(approver, what, absl::Milliseconds(for_how_ms));
  });
}

int32_t parcelveil_gate_check_note(parcelveil_gate gate, parcelveil_bytes note,
                                   parcelveil_error* error) {
  return WithText(gate, note, error, [](Gate& self, std::string_view text) {
    return self.CheckNote(text);
  });
}

int32_t parcelveil_gate_get_stats(parcelveil_gate gate,
                                  parcelveil_gate_stats* stats,
                                  parcelveil_error* error) {
  return WithGate(gate, error, [&](Gate& self) -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(CheckStruct(stats, "stats"));
    const parcelveil::GateStats now = self.Stats();
    stats->granted = now.granted;
    stats->retried = now.retried;
    stats->commits = now.commits;
    std::fill_n(stats->refused, PARCELVEIL_NUM_REPLY_CODES, 0);
    std::copy_n(
        now.refused.begin(),
        std::min<size_t>(now.refused.size(), PARCELVEIL_NUM_REPLY_CODES),
        stats->refused);
    return absl::OkStatus();
  });
}
