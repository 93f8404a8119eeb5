// SPDX-License-Identifier: Apache-2.0
#include "src/wire/intake_envelope.h"

#include "src/base/status.h"
#include "src/base/utf8.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"
#include "src/wire/padding.h"

namespace parcelveil::wire {
namespace {

constexpr uint8_t kType = 0x11;
constexpr size_t kEntryHeadSize = 4;
constexpr size_t kSealOverhead = 32 + 16;  // enc and tag
constexpr uint16_t kMaxFieldSlot = 0x3FFF;
constexpr size_t kMaxTextSize = 4095;

bool IsWellFormed(const OrderText& entry) {
  return ToInt(entry.slot) <= kMaxFieldSlot &&
         entry.text.size() <= kMaxTextSize && base::IsUtf8(entry.text);
}

}  // namespace

std::string EncodeEnvelopeHead(const IntakeEnvelope& envelope) {
  std::string head;
  Appender out(&head);
  out.Put(kType);
  out.Put(envelope.gen);
  out.Put(ToInt(envelope.epoch));
  out.Put(envelope.tenant);
  return head;
}

absl::StatusOr<IntakeEnvelope> ParseIntakeEnvelope(std::string_view bytes) {
  Reader reader(bytes);
  const bool is_envelope = reader.Get<uint8_t>() == kType;
  IntakeEnvelope envelope;
  envelope.gen = reader.Get<uint8_t>();
  envelope.epoch = Epoch{reader.Get<uint16_t>()};
  envelope.tenant = reader.Get<uint32_t>();
  envelope.sealed = reader.Take(reader.size());
  const size_t size = envelope.sealed.size();
  if (!is_envelope || !reader.ok() || size < kSealOverhead + kEnvelopePad ||
      size > kSealOverhead + kMaxPaddedOrderSize ||
      (size - kSealOverhead) % kEnvelopePad != 0) {
    return MakeStatus(Reason::kMalformed,
                      "parse intake envelope: it is not an envelope of version "
                      "1; have the kiosk send it again");
  }
  return envelope;
}

absl::StatusOr<std::string> EncodeOrderBinding(const OrderName& name) {
  PARCELVEIL_RETURN_IF_ERROR(CheckRecordId(name.record_id));
  std::string binding;
  Appender out(&binding);
  out.PutLp8(name.record_id);
  out.Put(name.source);
  out.Put(name.version);
  return binding;
}

absl::Status CheckOrder(absl::Span<const OrderText> texts) {
  bool is_order = !texts.empty();
  Slot last{};
  for (const OrderText& entry : texts) {
    is_order &= IsWellFormed(entry) && last < entry.slot;
    last = entry.slot;
  }
  if (!is_order) {
    return MakeStatus(Reason::kMalformed,
                      "check order: it has no text, one of a slot that is no "
                      "field or stands twice, or one over 4095 bytes or not "
                      "UTF-8; correct it where it was entered");
  }
  if (PaddedSize(OrderSize(texts), kEnvelopePad) > kMaxPaddedOrderSize) {
    return MakeStatus(Reason::kMalformed,
                      "check order: it is over 16 KiB; shorten its texts");
  }
  return absl::OkStatus();
}

size_t OrderSize(absl::Span<const OrderText> texts) {
  size_t size = 0;
  for (const OrderText& entry : texts) {
    size += kEntryHeadSize + entry.text.size();
  }
  return size;
}

void EncodeOrder(absl::Span<const OrderText> texts, absl::Span<uint8_t> out) {
  Writer writer(out.data());
  for (const OrderText& entry : texts) {
    writer.Put(ToInt(entry.slot));
    writer.Put(static_cast<uint16_t>(entry.text.size()));
    writer.Put(entry.text);
  }
}

absl::StatusOr<std::vector<OrderText>> ParseOrder(std::string_view bytes) {
  Reader reader(bytes);
  std::vector<OrderText> texts;
  while (reader.ok() && reader.size() > 0) {
    const Slot slot{reader.Get<uint16_t>()};
    texts.push_back({slot, reader.Take(reader.Get<uint16_t>())});
  }
  if (!reader.AtEnd()) {
    return MakeStatus(Reason::kMalformed,
                      "parse order: it ends within a text; have the kiosk send "
                      "it again");
  }
  PARCELVEIL_RETURN_IF_ERROR(CheckOrder(texts));
  return texts;
}

}  // namespace parcelveil::wire
