// SPDX-License-Identifier: Apache-2.0
#include "src/gate/answer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "src/base/status.h"
#include "src/crypto/hpke.h"
#include "src/crypto/labels.h"
#include "src/crypto/sign.h"
#include "src/gate/revealed.h"
#include "src/gate/route_sheet.h"
#include "src/wire/bytes.h"
#include "src/wire/masked_rows.h"
#include "src/wire/reveal_reply.h"

namespace parcelveil::gate {
namespace {

constexpr size_t kEncSize = 32;

uint32_t WholeSeconds(absl::Duration duration) {
  return static_cast<uint32_t>(
      absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1))));
}

absl::StatusOr<std::string> Sign(const Core& core, std::string_view label,
                                 std::string bytes) {
  PARCELVEIL_ASSIGN_OR_RETURN(const crypto::Signature signature,
                              core.signing_key.Sign(label, bytes));
  bytes += wire::AsText(signature);
  return bytes;
}

// Seals `text` to the key inside the request and signs the whole.
absl::StatusOr<std::string> SealReply(const Core& core, const Inquiry& inquiry,
                                      wire::RevealReply reply,
                                      std::string_view text) {
  std::string info(crypto::kInfoReply);
  info += wire::AsText(inquiry.hash);
  std::string sealed(kEncSize + text.size() + crypto::kHpkeTagSize, '\0');
  PARCELVEIL_RETURN_IF_ERROR(crypto::HpkeSeal(
      inquiry.request().reply_key, info, wire::EncodeReplyHead(reply),
      wire::AsBytes(text),
      {reinterpret_cast<uint8_t*>(sealed.data()), sealed.size()}));
  reply.enc = std::string_view(sealed).substr(0, kEncSize);
  reply.sealed = std::string_view(sealed).substr(kEncSize);
  return Sign(core, crypto::kSignedReply, wire::EncodeUnsignedReply(reply));
}

absl::StatusOr<std::string> SealReply(const Core& core, const Inquiry& inquiry,
                                      const wire::RevealReply& reply,
                                      const Plaintext& text) {
  return text.Use([&](std::string_view view) {
    return SealReply(core, inquiry, reply, view);
  });
}

// Kind 0: the fields.
absl::StatusOr<Plaintext> RevealText(const Core& core, const Inquiry& inquiry) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::vector<OpenedField> fields,
      OpenFields(*core.opener, inquiry.request().record_ids[0],
                 inquiry.parcels[0]));
  return EncodeFields(fields);
}

// Kind 1: slot 0x5001, the token.
absl::StatusOr<Plaintext> DialText(const Core& core, const Inquiry& inquiry,
                                   const Granted& granted) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::vector<OpenedField> fields,
      OpenFields(*core.opener, inquiry.request().record_ids[0],
                 inquiry.parcels[0]));
  if (fields.empty()) {
    return MakeStatus(Reason::kMalformed,
                      "issue dial token: the record has no such phone; none "
                      "can be dialled");
  }
  const DialGrant grant{
      inquiry.token_id,         granted.time + core.policy.dial_time(),
      inquiry.principal.id,     inquiry.request().purpose,
      core.policy.dial_calls(), inquiry.refs[0].bytes};
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::string token, fields[0].text.Use([&](std::string_view phone) {
        return core.dial_issuer->Issue(grant, phone,
                                       inquiry.keyring->schema.calling_code());
      }));
  const wire::RevealedField field{Slot::kDial, token};
  Plaintext text;
  const absl::Span<uint8_t> buffer =
      text.Resize(wire::RevealedSize({&field, 1}));
  PARCELVEIL_RETURN_IF_ERROR(wire::EncodeRevealed({&field, 1}, buffer));
  return text;
}

// Kind 3: masked rows.
absl::StatusOr<std::string> SearchText(const Inquiry& inquiry) {
  std::vector<wire::MaskedRow> rows;
  for (const FoundRows::Row& found : inquiry.found.rows) {
    wire::MaskedRow row;
    row.record_id = found.record_id;
    for (const auto& [slot, masked] : found.masked) {
      row.fields.push_back({slot, masked});
    }
    rows.push_back(std::move(row));
  }
  return wire::EncodeSearchRows(rows);
}

}  // namespace

absl::StatusOr<std::string> MakeReply(const Core& core, const Inquiry& inquiry,
                                      const Granted& granted) {
  const wire::RevealRequest& request = inquiry.request();
  if (request.kind == RequestKind::kSheet) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        std::string sheet,
        SealSheet(core, inquiry, {granted.leaf_index, granted.time}));
    return Sign(core, crypto::kSignedSheet, std::move(sheet));
  }
  const std::string note = core.log->StoredCheckpoint();
  wire::RevealReply reply;
  reply.served_ms = static_cast<uint64_t>(absl::ToUnixMillis(core.Now()));
  reply.leaf_index = granted.leaf_index;
  reply.request_hash = inquiry.hash;
  reply.note = note;
  reply.ttl_s = WholeSeconds(request.kind == RequestKind::kDial
                                 ? core.policy.dial_time()
                                 : core.policy.TimeToLive(request.purpose));
  if (request.kind == RequestKind::kSearch) {
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string rows, SearchText(inquiry));
    return SealReply(core, inquiry, reply, rows);
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const Plaintext text,
                              request.kind == RequestKind::kDial
                                  ? DialText(core, inquiry, granted)
                                  : RevealText(core, inquiry));
  return SealReply(core, inquiry, reply, text);
}

absl::StatusOr<std::string> MakeRefusal(const Core& core,
                                        const Sha256Digest& request_hash,
                                        Reason code,
                                        absl::Duration retry_after) {
  const std::string note = core.log->StoredCheckpoint();
  wire::RevealReply reply;
  reply.status = static_cast<uint8_t>(code);
  reply.served_ms = static_cast<uint64_t>(absl::ToUnixMillis(core.Now()));
  reply.ttl_s = WholeSeconds(retry_after);
  reply.request_hash = request_hash;
  reply.note = note;
  return Sign(core, crypto::kSignedReply, wire::EncodeUnsignedReply(reply));
}

}  // namespace parcelveil::gate
