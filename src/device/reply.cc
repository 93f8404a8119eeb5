// SPDX-License-Identifier: Apache-2.0
// Judging replies: only what the pinned gate signed for this very ask counts.

#include <algorithm>
#include <string>

#include "src/base/status.h"
#include "src/crypto/labels.h"
#include "src/device/core.h"
#include "src/device/expiry.h"
#include "src/device/refusal.h"

namespace parcelveil {
namespace {

// Off by less than this, a clock is left alone; requests may be 90 s off.
constexpr absl::Duration kClockTolerance = absl::Seconds(10);

// The gate served at `served`, somewhere between the making of the ask and now
// (a reply may be handed out again later): the offset moves as little as that
// takes.
absl::Duration CorrectOffset(absl::Duration offset, absl::Duration least,
                             absl::Duration most) {
  if (least > most) return offset;  // the clock was turned back meanwhile
  if (offset >= least - kClockTolerance && offset <= most + kClockTolerance) {
    return offset;
  }
  const absl::Duration corrected = std::clamp(offset, least, most);
  return absl::AbsDuration(corrected) <= device::kMaxClockOffset ? corrected
                                                                 : offset;
}

absl::Status NotForThisAsk() {
  return MakeStatus(Reason::kUnauthenticated,
                    "open reply: it answers another ask; post this one again");
}

}  // namespace

absl::Status Device::Core::CheckAsk(const Ask& ask, RequestKind kind) {
  std::unique_lock<std::mutex> lock(mutex);
  const bool is_ours = state.FindGate(ask.gate_) != nullptr;
  lock.unlock();
  if (!is_ours || ask.bytes_.empty() || ask.kind_ != kind) {
    return MakeStatus(Reason::kMalformed,
                      "open reply: the ask is spent, of another kind or "
                      "another device's; ask anew, or open it as what it is");
  }
  if (!ask.reply_key_.alive()) {
    return MakeStatus(Reason::kKeyUnavailable,
                      "open reply: the ask was made before fork; ask anew");
  }
  return absl::OkStatus();
}

absl::Status Device::Core::CheckSignature(const Ask& ask,
                                          std::string_view prefix,
                                          std::string_view signed_part,
                                          std::string_view signature) {
  crypto::Signature bytes;
  std::copy(signature.begin(), signature.end(), bytes.begin());
  std::unique_lock<std::mutex> lock(mutex);
  const Ed25519PublicKey key = state.FindGate(ask.gate_)->card.gate_key;
  lock.unlock();
  if (!crypto::VerifySignature(key, prefix, signed_part, bytes)) {
    return MakeStatus(Reason::kUnauthenticated,
                      "open reply: the gate did not sign it; post the same "
                      "bytes again, and do not trust this connection");
  }
  return absl::OkStatus();
}

absl::Status Device::Core::LearnFrom(const Ask& ask, uint64_t served_ms,
                                     std::string_view note) {
  const absl::Time served = device::FromMillis(served_ms);
  const absl::Time now = clock->Now();
  std::lock_guard<std::mutex> lock(mutex);
  const absl::Duration offset = absl::Floor(
      CorrectOffset(state.clock_offset, served - now, served - ask.made_),
      absl::Milliseconds(1));
  has_new_state |= offset != state.clock_offset;
  state.clock_offset = offset;
  device::KnownGate* const gate = state.FindGate(ask.gate_);
  const device::KnownGate before = *gate;
  const absl::Status taken = device::TakeCheckpoint(note, gate);
  has_new_state |= !device::HasSeenTheSame(before, *gate);
  return taken;
}

absl::StatusOr<wire::ParsedReply> Device::Core::CheckReply(
    const Ask& ask, RequestKind kind, std::string_view reply) {
  PARCELVEIL_RETURN_IF_ERROR(CheckAsk(ask, kind));
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::ParsedReply parsed,
                              wire::ParseRevealReply(reply));
  const Reason code{parsed.reply.status};
  if (parsed.is_short) return device::Hint(kind, code);
  PARCELVEIL_RETURN_IF_ERROR(CheckSignature(
      ask, crypto::kSignedReply, parsed.signed_part, parsed.signature));
  if (parsed.reply.request_hash != ask.hash_) return NotForThisAsk();
  PARCELVEIL_RETURN_IF_ERROR(
      LearnFrom(ask, parsed.reply.served_ms, parsed.reply.note));
  if (code != Reason::kNone) {
    return device::Refusal(kind, code, absl::Seconds(parsed.reply.ttl_s));
  }
  return parsed;
}

bool Device::Core::HoldsOnlyWhatWasAsked(const wire::RouteSheet& sheet,
                                         const Ask& ask) {
  const auto& waybills = ask.waybills_;
  return std::all_of(
      sheet.entries.begin(), sheet.entries.end(),
      [&](const wire::SheetEntry& entry) {
        return std::find(waybills.begin(), waybills.end(), entry.record_id) !=
                   waybills.end() &&
               std::includes(ask.slots_.begin(), ask.slots_.end(),
                             entry.slots.begin(), entry.slots.end());
      });
}

absl::StatusOr<wire::ParsedSheet> Device::Core::CheckSheet(
    const Ask& ask, std::string_view reply) {
  PARCELVEIL_RETURN_IF_ERROR(CheckAsk(ask, RequestKind::kSheet));
  // Only a grant is a sheet; a refusal is a reply as any other.
  if (wire::ParseRevealReply(reply).ok()) {
    PARCELVEIL_RETURN_IF_ERROR(
        CheckReply(ask, RequestKind::kSheet, reply).status());
  }
  PARCELVEIL_ASSIGN_OR_RETURN(wire::ParsedSheet parsed,
                              wire::ParseRouteSheet(reply));
  PARCELVEIL_RETURN_IF_ERROR(CheckSignature(
      ask, crypto::kSignedSheet, parsed.signed_part, parsed.signature));
  if (parsed.sheet.request_hash != ask.hash_) return NotForThisAsk();
  if (!HoldsOnlyWhatWasAsked(parsed.sheet, ask)) {
    return MakeStatus(Reason::kMalformed,
                      "open route sheet: it holds what was not asked for; tell "
                      "the operators");
  }
  PARCELVEIL_RETURN_IF_ERROR(LearnFrom(ask, parsed.sheet.issued_ms, ""));
  return parsed;
}

absl::StatusOr<absl::Time> Device::Core::EndOf(uint64_t served_ms,
                                               absl::Duration life) {
  const absl::Time now = clock->Now();
  std::lock_guard<std::mutex> lock(mutex);
  const absl::Time end = std::min(
      device::FromMillis(served_ms) + life - state.clock_offset, now + life);
  if (end <= now) {
    return MakeStatus(Reason::kStale,
                      "open reply: what it shows is past its time; ask anew, "
                      "the same parcel costs nothing more today");
  }
  return end;
}

}  // namespace parcelveil
