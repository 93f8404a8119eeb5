// SPDX-License-Identifier: Apache-2.0
#include "src/wire/reveal_reply.h"

#include "src/base/status.h"
#include "src/wire/bytes.h"
#include "src/wire/padding.h"
#include "src/wire/reveal_request.h"

namespace parcelveil::wire {
namespace {

constexpr uint8_t kType = 0x22;
constexpr size_t kEncSize = 32;
constexpr size_t kTagSize = 16;
constexpr size_t kMaxTextSize = 4095;
constexpr size_t kFieldHeadSize = 4;  // slot 2 | len 2

absl::Status Malformed(std::string_view operation) {
  return MakeStatus(Reason::kMalformed,
                    std::string(operation) +
                        ": it is not a reply of version 1; check that it came "
                        "whole");
}

bool IsShortCode(uint8_t code) {
  return code >= static_cast<uint8_t>(Reason::kMalformed) &&
         code <= static_cast<uint8_t>(Reason::kUnauthenticated);
}

bool IsSignedStatus(uint8_t status) {
  return status == 0 || (status >= static_cast<uint8_t>(Reason::kSuspended) &&
                         status <= static_cast<uint8_t>(Reason::kUnavailable));
}

bool AreWellFormed(absl::Span<const RevealedField> fields) {
  Slot last{};
  for (const RevealedField& field : fields) {
    if (field.slot <= last || field.text.size() > kMaxTextSize) return false;
    last = field.slot;
  }
  return fields.size() <= kMaxRequestSlots;
}

}  // namespace

std::string EncodeShortReply(Reason code) {
  return {static_cast<char>(kType), static_cast<char>(code)};
}

std::string EncodeReplyHead(const RevealReply& reply) {
  std::string head;
  Appender out(&head);
  out.Put(kType);
  out.Put(reply.status);
  out.Put(uint16_t{0});
  out.Put(reply.served_ms);
  out.Put(reply.ttl_s);
  out.Put(reply.leaf_index);
  out.Put(reply.request_hash);
  out.Put(static_cast<uint16_t>(reply.note.size()));
  out.Put(reply.note);
  return head;
}

std::string EncodeUnsignedReply(const RevealReply& reply) {
  std::string bytes = EncodeReplyHead(reply);
  if (reply.status != 0) return bytes;
  Appender out(&bytes);
  out.Put(reply.enc);
  out.Put(static_cast<uint16_t>(reply.sealed.size()));
  out.Put(reply.sealed);
  return bytes;
}

bool IsSealedReplySize(size_t size) {
  return size > kTagSize && (size - kTagSize) % kReplyPad == 0;
}

absl::StatusOr<ParsedReply> ParseRevealReply(std::string_view bytes) {
  Reader reader(bytes);
  const bool is_reply = reader.Get<uint8_t>() == kType;
  ParsedReply parsed;
  RevealReply& reply = parsed.reply;
  reply.status = reader.Get<uint8_t>();
  if (is_reply && reader.AtEnd() && IsShortCode(reply.status)) {
    parsed.is_short = true;
    return parsed;
  }
  const bool is_zero = reader.Get<uint16_t>() == 0;
  reply.served_ms = reader.Get<uint64_t>();
  reply.ttl_s = reader.Get<uint32_t>();
  reply.leaf_index = reader.Get<uint64_t>();
  reply.request_hash = reader.GetArray<32>();
  reply.note = reader.Take(reader.Get<uint16_t>());
  parsed.head = bytes.substr(0, bytes.size() - reader.size());
  if (reply.status == 0) {
    reply.enc = reader.Take(kEncSize);
    reply.sealed = reader.Take(reader.Get<uint16_t>());
  }
  parsed.signature = reader.Take(kSignatureSize);
  const bool has_its_sealed =
      reply.status != 0 || IsSealedReplySize(reply.sealed.size());
  if (!is_reply || !is_zero || !reader.AtEnd() ||
      !IsSignedStatus(reply.status) || !has_its_sealed) {
    return Malformed("parse reply");
  }
  parsed.signed_part = bytes.substr(0, bytes.size() - kSignatureSize);
  return parsed;
}

size_t RevealedSize(absl::Span<const RevealedField> fields) {
  size_t size = 0;
  for (const RevealedField& field : fields) {
    size += kFieldHeadSize + field.text.size();
  }
  return PaddedSize(size, kReplyPad);
}

absl::Status EncodeRevealed(absl::Span<const RevealedField> fields,
                            absl::Span<uint8_t> out) {
  if (!AreWellFormed(fields) || out.size() != RevealedSize(fields)) {
    return Malformed("write reply's fields");
  }
  Writer writer(out.data());
  for (const RevealedField& field : fields) {
    writer.Put(ToInt(field.slot));
    writer.Put(static_cast<uint16_t>(field.text.size()));
    writer.Put(field.text);
  }
  Pad(out, writer.size());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<RevealedField>> ParseRevealed(
    absl::Span<const uint8_t> padded) {
  const auto size = UnpaddedSize(padded);
  Reader reader(AsText(padded.subspan(0, size.value_or(0))));
  std::vector<RevealedField> fields;
  while (reader.ok() && reader.size() > 0) {
    RevealedField field;
    field.slot = Slot{reader.Get<uint16_t>()};
    field.text = reader.Take(reader.Get<uint16_t>());
    fields.push_back(field);
  }
  if (!size || !reader.AtEnd() || !AreWellFormed(fields)) {
    return Malformed("parse reply's fields");
  }
  return fields;
}

}  // namespace parcelveil::wire
