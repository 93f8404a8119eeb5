// SPDX-License-Identifier: Apache-2.0
#include "src/wire/gate_card.h"

#include "src/base/status.h"
#include "src/wire/bytes.h"
#include "src/wire/signed_note.h"

namespace parcelveil::wire {
namespace {

constexpr uint8_t kType = 0x24;
constexpr size_t kMaxOriginSize = 255;

bool IsOrigin(std::string_view origin) {
  return origin.size() <= kMaxOriginSize && IsNoteName(origin);
}

}  // namespace

absl::StatusOr<std::string> EncodeGateCard(const GateCard& card) {
  if (!IsOrigin(card.log_origin)) {
    return MakeStatus(Reason::kMalformed,
                      "write gate card: the log's origin is empty, too long "
                      "or has a space or plus; name the log otherwise");
  }
  std::string bytes;
  Appender out(&bytes);
  out.Put(kType);
  out.Put(uint8_t{0});
  out.Put(card.tenant);
  out.Put(card.principal);
  out.Put(card.device);
  out.Put(card.gate_key);
  out.Put(card.query_key);
  out.Put(card.log_key);
  out.PutLp8(card.log_origin);
  return bytes;
}

absl::StatusOr<GateCard> ParseGateCard(std::string_view bytes) {
  Reader reader(bytes);
  const bool is_card =
      reader.Get<uint8_t>() == kType && reader.Get<uint8_t>() == 0;
  GateCard card;
  card.tenant = reader.Get<uint32_t>();
  card.principal = reader.Get<uint64_t>();
  card.device = reader.Get<uint64_t>();
  card.gate_key = reader.GetArray<32>();
  card.query_key = reader.GetArray<32>();
  card.log_key = reader.GetArray<32>();
  card.log_origin = reader.TakeLp8();
  if (!is_card || !reader.AtEnd() || !IsOrigin(card.log_origin)) {
    return MakeStatus(Reason::kMalformed,
                      "parse gate card: it is not a card of version 1; have "
                      "the device enrolled again");
  }
  return card;
}

}  // namespace parcelveil::wire
