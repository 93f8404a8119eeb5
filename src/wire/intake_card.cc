// SPDX-License-Identifier: Apache-2.0
#include "src/wire/intake_card.h"

#include "src/base/status.h"
#include "src/wire/bytes.h"

namespace parcelveil::wire {
namespace {

constexpr uint8_t kType = 0x12;
constexpr size_t kSignatureSize = 64;

}  // namespace

std::string EncodeUnsignedCard(const IntakeCard& card) {
  std::string bytes;
  Appender out(&bytes);
  out.Put(kType);
  out.Put(card.gen);
  out.Put(ToInt(card.epoch));
  out.Put(card.tenant);
  out.Put(card.not_after_ms);
  out.Put(card.public_key);
  out.Put(card.signer);
  return bytes;
}

absl::StatusOr<ParsedCard> ParseIntakeCard(std::string_view bytes) {
  Reader reader(bytes);
  const bool is_card = reader.Get<uint8_t>() == kType;
  ParsedCard parsed;
  IntakeCard& card = parsed.card;
  card.gen = reader.Get<uint8_t>();
  card.epoch = Epoch{reader.Get<uint16_t>()};
  card.tenant = reader.Get<uint32_t>();
  card.not_after_ms = reader.Get<uint64_t>();
  card.public_key = reader.GetArray<32>();
  card.signer = reader.GetArray<32>();
  parsed.signature = reader.Take(kSignatureSize);
  if (!is_card || !reader.AtEnd()) {
    return MakeStatus(Reason::kMalformed,
                      "parse intake card: it is not a card of version 1; ask "
                      "the back end for another");
  }
  parsed.signed_part = bytes.substr(0, bytes.size() - kSignatureSize);
  return parsed;
}

}  // namespace parcelveil::wire
