// SPDX-License-Identifier: Apache-2.0
#include "tests/device/fake_gate.h"

#include <deque>

#include "src/audit/note.h"
#include "src/crypto/hash.h"
#include "src/crypto/hpke.h"
#include "src/crypto/labels.h"
#include "src/crypto/x25519.h"
#include "src/wire/bytes.h"
#include "src/wire/route_sheet.h"

namespace parcelveil::testing {
namespace {

Secret Filled(uint8_t byte) {
  std::string bytes(32, static_cast<char>(byte));
  return Secret::Take({reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()})
      .value();
}

crypto::SigningKey KeyOf(uint8_t byte) {
  return crypto::SigningKey::FromSeed(Filled(byte)).value();
}

absl::Span<uint8_t> Out(std::string* bytes) {
  return {reinterpret_cast<uint8_t*>(bytes->data()), bytes->size()};
}

wire::RevealRequest Parse(std::string_view request) {
  return wire::ParseRevealRequest(request)->request;
}

}  // namespace

std::string PaddedFields(const FakeGate::Values& values) {
  std::vector<wire::RevealedField> fields;
  for (const auto& [slot, text] : values) fields.push_back({slot, text});
  std::string padded(wire::RevealedSize(fields), '\0');
  wire::EncodeRevealed(fields, Out(&padded)).IgnoreError();
  return padded;
}

FakeGate::FakeGate(uint8_t number, const Clock* clock)
    : clock_(clock),
      key_(KeyOf(number)),
      log_key_(KeyOf(static_cast<uint8_t>(number + 64))),
      query_key_(Filled(static_cast<uint8_t>(number + 128))) {
  card.tenant = 7;
  card.principal = 4711;
  card.device = 42;
  card.gate_key = key_.public_key();
  card.query_key = query_key_.Use(
      [](absl::Span<const uint8_t> sk) { return crypto::X25519Public(sk); });
  card.log_key = log_key_.public_key();
  card.log_origin = "courier.example/audit/7/gate-" + std::to_string(number);
}

std::string FakeGate::Card() const {
  return wire::EncodeGateCard(card).value();
}

wire::RevealReply FakeGate::HeadFor(std::string_view request) const {
  wire::RevealReply reply;
  reply.served_ms = static_cast<uint64_t>(absl::ToUnixMillis(clock_->Now()));
  reply.leaf_index = leaf_index;
  reply.request_hash = crypto::Sha256(request);
  reply.note = note;
  return reply;
}

std::string FakeGate::SignReply(std::string unsigned_reply) const {
  const auto signature =
      key_.Sign(crypto::kSignedReply, unsigned_reply).value();
  return unsigned_reply + std::string(wire::AsText(signature));
}

std::string FakeGate::Grant(std::string_view request, const Values& values,
                            absl::Duration ttl) const {
  return GrantPadded(request, PaddedFields(values), ttl);
}

std::string FakeGate::GrantPadded(std::string_view request,
                                  std::string_view padded,
                                  absl::Duration ttl) const {
  wire::RevealReply reply = HeadFor(request);
  reply.ttl_s = static_cast<uint32_t>(absl::ToInt64Seconds(ttl));
  const std::string info = std::string(crypto::kInfoReply) +
                           std::string(wire::AsText(reply.request_hash));
  std::string sealed(padded.size() + 48, '\0');
  crypto::HpkeSeal(Parse(request).reply_key, info, wire::EncodeReplyHead(reply),
                   wire::AsBytes(padded), Out(&sealed))
      .IgnoreError();
  reply.enc = std::string_view(sealed).substr(0, 32);
  reply.sealed = std::string_view(sealed).substr(32);
  return SignReply(wire::EncodeUnsignedReply(reply));
}

std::string FakeGate::Refuse(std::string_view request, Reason code,
                             absl::Duration retry_after) const {
  wire::RevealReply reply = HeadFor(request);
  reply.status = static_cast<uint8_t>(code);
  reply.ttl_s = static_cast<uint32_t>(absl::ToInt64Seconds(retry_after));
  return SignReply(wire::EncodeUnsignedReply(reply));
}

std::string FakeGate::Sheet(std::string_view request, const Values& values,
                            absl::Duration life,
                            std::string_view instead) const {
  const wire::RevealRequest asked = Parse(request);
  wire::RouteSheet sheet;
  sheet.tenant = asked.tenant;
  sheet.principal = asked.principal;
  sheet.device = asked.device;
  sheet.issued_ms = static_cast<uint64_t>(absl::ToUnixMillis(clock_->Now()));
  sheet.deadline_ms =
      sheet.issued_ms + static_cast<uint64_t>(absl::ToInt64Milliseconds(life));
  sheet.request_hash = crypto::Sha256(instead.empty() ? request : instead);
  const Secret ephemeral = Secret::Random(32).value();
  crypto::X25519PublicKey enc;
  crypto::HpkeKeys keys;
  ephemeral.Use([&](absl::Span<const uint8_t> sk) {
    keys.SetUpSender(asked.reply_key, sk,
                     std::string(crypto::kInfoSheet) +
                         wire::EncodeSheetHead(sheet, asked.record_ids.size()),
                     absl::MakeSpan(enc))
        .IgnoreError();
  });
  sheet.enc = wire::AsText(enc);
  std::deque<std::string> lent;
  for (const std::string& id : asked.record_ids) {
    Values own = values;  // every entry tells its record
    own.back().second += " of " + id;
    const std::string padded = PaddedFields(own);
    wire::SheetEntry entry = {id, asked.slots, {}, {}};
    std::string& sealed = lent.emplace_back(padded.size() + 16, '\0');
    keys.Seal(sheet.entries.size(),
              wire::EncodeSheetEntryHead(entry, sealed.size()),
              wire::AsBytes(padded), Out(&sealed));
    entry.sealed = sealed;
    sheet.entries.push_back(entry);
  }
  const std::string part = wire::EncodeUnsignedSheet(sheet).value();
  const auto signature = key_.Sign(crypto::kSignedSheet, part).value();
  return part + std::string(wire::AsText(signature));
}

wire::SearchQuery FakeGate::OpenQuery(std::string_view request,
                                      std::string* phone) const {
  const wire::RevealRequest asked = Parse(request);
  const std::string_view sealed = asked.sealed_query;
  wire::RevealRequest bare = asked;
  bare.sealed_query.clear();
  std::vector<uint8_t> text(sealed.size() - 48);
  const absl::Status opened = query_key_.Use([&](absl::Span<const uint8_t> sk) {
    return crypto::HpkeOpen(
        sk,
        std::string(crypto::kInfoQuery) +
            std::string(wire::AsText(GateIdOf(card.gate_key))),
        wire::EncodeQueryBinding(bare, sealed.size()).value(),
        wire::AsBytes(sealed), absl::MakeSpan(text));
  });
  wire::SearchQuery query;
  if (!opened.ok()) return query;
  query = wire::ParseSearchQuery(text).value();
  *phone = query.value;
  query.value = *phone;
  return query;
}

void FakeGate::SetCheckpoint(uint64_t size, uint8_t root) {
  TreeHead head;
  head.size = size;
  head.root.fill(root);
  SetHead(head);
}

void FakeGate::SetHead(const TreeHead& head) {
  note = audit::SignCheckpoint(
             head,
             audit::MakeVerifierKey(card.log_origin,
                                    wire::NoteKeyType::kEd25519, card.log_key),
             log_key_)
             .value();
}

}  // namespace parcelveil::testing
