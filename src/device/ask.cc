// SPDX-License-Identifier: Apache-2.0
// Asking: requests are made, signed and bound to a key of their own.

#include <algorithm>
#include <string>

#include "src/base/status.h"
#include "src/base/wipe.h"
#include "src/crypto/hash.h"
#include "src/crypto/hpke.h"
#include "src/crypto/labels.h"
#include "src/crypto/x25519.h"
#include "src/crypto/xchacha.h"
#include "src/device/core.h"
#include "src/wire/bytes.h"

namespace parcelveil {
namespace {

constexpr size_t kMaxQuerySize = 320;  // 11 and 255 bytes, padded to 64

// Seals what is searched for to the gate, bound to all that stands before it.
absl::Status SealQuery(const wire::SearchQuery& query,
                       const X25519PublicKey& gate_key,
                       wire::RevealRequest* request) {
  const size_t size = wire::SearchQuerySize(query);
  if (size > kMaxQuerySize) {
    return MakeStatus(Reason::kMalformed,
                      "search: the phone is over 255 bytes; pass one number");
  }
  base::WipedBuffer<kMaxQuerySize> text(size);
  PARCELVEIL_RETURN_IF_ERROR(wire::EncodeSearchQuery(query, text.span()));
  std::string sealed(size + wire::kSealedQueryOverhead, '\0');
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::string binding,
      wire::EncodeQueryBinding(*request, sealed.size()));
  std::string info(crypto::kInfoQuery);
  info += wire::AsText(request->gate_id);
  PARCELVEIL_RETURN_IF_ERROR(crypto::HpkeSeal(
      gate_key, info, binding, text.span(),
      {reinterpret_cast<uint8_t*>(sealed.data()), sealed.size()}));
  request->sealed_query = std::move(sealed);
  return absl::OkStatus();
}

std::vector<Slot> Sorted(absl::Span<const Slot> slots) {
  std::vector<Slot> sorted(slots.begin(), slots.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

// The day of a moment a little east or west of the tenant: the gate narrows
// days down to those it has, so a day more does no harm.
Epoch DayOfUtc(absl::Time time) {
  return EpochOf(absl::ToCivilDay(time, absl::UTCTimeZone()));
}

}  // namespace

absl::StatusOr<Ask> Device::Core::MakeAsk(wire::RevealRequest request,
                                          const wire::SearchQuery* query) {
  Ask ask;
  PARCELVEIL_ASSIGN_OR_RETURN(ask.reply_key_,
                              Secret::Random(crypto::kX25519Size));
  request.reply_key = ask.reply_key_.Use(
      [](absl::Span<const uint8_t> sk) { return crypto::X25519Public(sk); });
  crypto::RandomBytes(absl::MakeSpan(request.nonce));
  ask.made_ = clock->Now();
  std::unique_lock<std::mutex> lock(mutex);
  if (state.gates.empty()) {
    return MakeStatus(Reason::kWrongState,
                      "ask gate: the device is not enrolled; enrol it with a "
                      "gate's card");
  }
  const device::KnownGate& gate = state.gates.front();
  request.tenant = gate.card.tenant;
  request.principal = gate.card.principal;
  request.device = gate.card.device;
  request.gate_id = GateIdOf(gate.card.gate_key);
  if (!gate.note.empty()) {
    request.seen_size = gate.head.size;
    request.seen_root = gate.head.root;
  }
  request.time_ms = static_cast<uint64_t>(
      std::max<int64_t>(0, absl::ToUnixMillis(ask.made_ + state.clock_offset)));
  const X25519PublicKey query_key = gate.card.query_key;
  lock.unlock();

  if (query != nullptr) {
    PARCELVEIL_RETURN_IF_ERROR(SealQuery(*query, query_key, &request));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(ask.bytes_, wire::EncodeUnsignedRequest(request));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const crypto::Signature signature,
      signing_key.Sign(crypto::kSignedRequest, ask.bytes_));
  ask.bytes_ += wire::AsText(signature);
  ask.hash_ = crypto::Sha256(ask.bytes_);
  ask.kind_ = request.kind;
  ask.gate_ = request.gate_id;
  ask.slots_ = std::move(request.slots);
  ask.waybills_ = std::move(request.record_ids);
  return ask;
}

absl::StatusOr<Ask> Device::Reveal(std::string_view waybill,
                                   absl::Span<const Slot> slots,
                                   Purpose purpose, std::string_view ticket) {
  wire::RevealRequest request;
  request.kind = RequestKind::kReveal;
  request.purpose = purpose;
  request.slots = Sorted(slots);
  request.record_ids = {std::string(waybill)};
  request.ticket = ticket;
  return core_->MakeAsk(std::move(request), nullptr);
}

absl::StatusOr<Ask> Device::Dial(std::string_view waybill, Slot phone,
                                 Purpose purpose) {
  wire::RevealRequest request;
  request.kind = RequestKind::kDial;
  request.purpose = purpose;
  request.slots = {phone};
  request.record_ids = {std::string(waybill)};
  return core_->MakeAsk(std::move(request), nullptr);
}

absl::StatusOr<Ask> Device::Sheet(absl::Span<const std::string> waybills,
                                  absl::Span<const Slot> slots,
                                  Purpose purpose) {
  wire::RevealRequest request;
  request.kind = RequestKind::kSheet;
  request.purpose = purpose;
  request.slots = Sorted(slots);
  request.record_ids.assign(waybills.begin(), waybills.end());
  return core_->MakeAsk(std::move(request), nullptr);
}

absl::StatusOr<Ask> Device::Search(const SearchFor& what) {
  wire::RevealRequest request;
  request.kind = RequestKind::kSearch;
  request.purpose = what.purpose;
  request.slots = Sorted(what.views);
  request.ticket = what.ticket;
  const absl::Time now = core_->clock->Now();
  wire::SearchQuery query;
  query.index = what.index;
  query.first = DayOfUtc(now - what.back - absl::Hours(24));
  query.last = DayOfUtc(now + absl::Hours(24));
  query.scope = what.outlet;
  query.value = what.phone;
  return core_->MakeAsk(std::move(request), &query);
}

}  // namespace parcelveil
