// SPDX-License-Identifier: Apache-2.0
// RawDevice: a handheld that says anything to a gate, also what none would.

#ifndef PARCELVEIL_TESTS_GATE_RAW_DEVICE_H_
#define PARCELVEIL_TESTS_GATE_RAW_DEVICE_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "parcelveil/gate.h"
#include "src/crypto/hash.h"
#include "src/crypto/hpke.h"
#include "src/crypto/labels.h"
#include "src/crypto/sign.h"
#include "src/crypto/x25519.h"
#include "src/wire/bytes.h"
#include "src/wire/masked_rows.h"
#include "src/wire/reveal_reply.h"
#include "src/wire/reveal_request.h"
#include "src/wire/route_sheet.h"

namespace parcelveil::testing {

inline Secret SecretOf(uint8_t fill) {
  std::array<uint8_t, 32> bytes;
  bytes.fill(fill);
  return Secret::Take(absl::MakeSpan(bytes)).value();
}

class RawDevice {
 public:
  // What a reply says. `fields` is of a reveal or dial.
  struct Reply {
    Reason code = Reason::kNone;
    uint64_t served_ms = 0;
    uint32_t ttl_s = 0;
    uint64_t leaf_index = 0;
    std::string note;
    std::map<Slot, std::string> fields;
    std::string rows;  // of a search, still encoded
  };

  RawDevice(uint64_t device, uint64_t principal, const Clock* clock)
      : device_(device),
        principal_(principal),
        clock_(clock),
        key_(
            crypto::SigningKey::FromSeed(SecretOf(static_cast<uint8_t>(device)))
                .value()) {
    reply_secret_.fill(0x77);
  }

  uint64_t device() const { return device_; }
  uint64_t principal() const { return principal_; }
  const Ed25519PublicKey& key() const { return key_.public_key(); }

  // A good request for one record, to be changed before it is signed.
  wire::RevealRequest New(const Gate& gate, RequestKind kind,
                          std::vector<Slot> slots,
                          std::vector<std::string> record_ids) {
    wire::RevealRequest request;
    request.kind = kind;
    request.purpose = Purpose::kDeliver;
    request.tenant = 7;
    request.principal = principal_;
    request.device = device_;
    request.time_ms = static_cast<uint64_t>(absl::ToUnixMillis(clock_->Now()));
    const uint64_t number = ++num_requests_;
    for (int i = 0; i < 8; ++i) {
      request.nonce[i] = static_cast<uint8_t>(number >> (56 - 8 * i));
    }
    request.reply_key = crypto::X25519Public(reply_secret_);
    request.gate_id = GateIdOf(gate.public_key());
    request.slots = std::move(slots);
    request.record_ids = std::move(record_ids);
    return request;
  }

  std::string Sign(const wire::RevealRequest& request) const {
    std::string bytes = wire::EncodeUnsignedRequest(request).value();
    bytes += wire::AsText(key_.Sign(crypto::kSignedRequest, bytes).value());
    return bytes;
  }
  std::string Reveal(const Gate& gate, const std::string& record_id,
                     Slot slot = Slot::kRecipientAddress) {
    return Sign(New(gate, RequestKind::kReveal, {slot}, {record_id}));
  }

  // Seals a search's query into `request`.
  static void SetQuery(const Gate& gate, const wire::SearchQuery& query,
                       wire::RevealRequest* request) {
    std::string text(wire::SearchQuerySize(query), '\0');
    auto* bytes = reinterpret_cast<uint8_t*>(text.data());
    EXPECT_TRUE(wire::EncodeSearchQuery(query, {bytes, text.size()}).ok());
    std::string sealed(text.size() + wire::kSealedQueryOverhead, '\0');
    const std::string binding =
        wire::EncodeQueryBinding(*request, sealed.size()).value();
    std::string info(crypto::kInfoQuery);
    info += wire::AsText(request->gate_id);
    EXPECT_TRUE(crypto::HpkeSeal(
                    gate.query_public_key(), info, binding, wire::AsBytes(text),
                    {reinterpret_cast<uint8_t*>(sealed.data()), sealed.size()})
                    .ok());
    request->sealed_query = sealed;
  }

  // Checks the gate's signature and opens what is sealed.
  Reply Open(const Gate& gate, std::string_view request,
             std::string_view bytes) const {
    Reply reply;
    const auto parsed = wire::ParseRevealReply(bytes);
    if (!parsed.ok()) {
      ADD_FAILURE() << parsed.status();
      return reply;
    }
    reply.code = static_cast<Reason>(parsed->reply.status);
    if (parsed->is_short) return reply;
    EXPECT_TRUE(IsSigned(gate, crypto::kSignedReply, parsed->signed_part,
                         parsed->signature));
    EXPECT_EQ(parsed->reply.request_hash, crypto::Sha256(request));
    reply.served_ms = parsed->reply.served_ms;
    reply.ttl_s = parsed->reply.ttl_s;
    reply.leaf_index = parsed->reply.leaf_index;
    reply.note = std::string(parsed->reply.note);
    if (reply.code != Reason::kNone) return reply;
    std::string info(crypto::kInfoReply);
    info += wire::AsText(crypto::Sha256(request));
    std::string sealed(parsed->reply.enc);
    sealed += parsed->reply.sealed;
    std::string text(sealed.size() - 48, '\0');
    EXPECT_TRUE(crypto::HpkeOpen(
                    reply_secret_, info, parsed->head, wire::AsBytes(sealed),
                    {reinterpret_cast<uint8_t*>(text.data()), text.size()})
                    .ok());
    const auto kind = wire::ParseRevealRequest(request)->request.kind;
    if (kind == RequestKind::kSearch) {
      reply.rows = text;
      return reply;
    }
    const auto fields = wire::ParseRevealed(wire::AsBytes(text));
    EXPECT_TRUE(fields.ok()) << fields.status();
    for (const wire::RevealedField& field : *fields) {
      reply.fields[field.slot] = std::string(field.text);
    }
    return reply;
  }

  // Opens every entry of a route sheet: record and slot to text.
  std::map<std::pair<std::string, Slot>, std::string> OpenSheet(
      const Gate& gate, std::string_view bytes, uint64_t* leaf_index) const {
    std::map<std::pair<std::string, Slot>, std::string> values;
    const auto parsed = wire::ParseRouteSheet(bytes);
    if (!parsed.ok()) {
      ADD_FAILURE() << parsed.status();
      return values;
    }
    EXPECT_TRUE(IsSigned(gate, crypto::kSignedSheet, parsed->signed_part,
                         parsed->signature));
    *leaf_index = parsed->sheet.leaf_index;
    std::string info(crypto::kInfoSheet);
    info += parsed->head;
    crypto::HpkeKeys keys;
    EXPECT_TRUE(keys.SetUpRecipient(wire::AsBytes(parsed->sheet.enc),
                                    reply_secret_, info)
                    .ok());
    for (size_t i = 0; i < parsed->sheet.entries.size(); ++i) {
      const wire::SheetEntry& entry = parsed->sheet.entries[i];
      std::string text(entry.sealed.size() - 16, '\0');
      const absl::Span<uint8_t> out(reinterpret_cast<uint8_t*>(text.data()),
                                    text.size());
      EXPECT_TRUE(
          keys.Open(i, entry.head, wire::AsBytes(entry.sealed), out).ok());
      const auto fields = wire::ParseRevealed(out);
      EXPECT_TRUE(fields.ok());
      for (const wire::RevealedField& field : *fields) {
        values[{std::string(entry.record_id), field.slot}] =
            std::string(field.text);
      }
    }
    return values;
  }

 private:
  static bool IsSigned(const Gate& gate, std::string_view label,
                       std::string_view bytes, std::string_view signature) {
    crypto::Signature copy;
    std::copy(signature.begin(), signature.end(), copy.begin());
    return crypto::VerifySignature(gate.public_key(), label, bytes, copy);
  }

  const uint64_t device_;
  const uint64_t principal_;
  const Clock* const clock_;
  const crypto::SigningKey key_;
  std::array<uint8_t, 32> reply_secret_;
  std::atomic<uint64_t> num_requests_{0};
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_GATE_RAW_DEVICE_H_
