// SPDX-License-Identifier: Apache-2.0
// A day's card for kiosks (type 0x12): the public key that orders are sealed
// to. SPEC.md section 15.

#ifndef PARCELVEIL_SRC_WIRE_INTAKE_CARD_H_
#define PARCELVEIL_SRC_WIRE_INTAKE_CARD_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "parcelveil/ids.h"
#include "parcelveil/reveal.h"

namespace parcelveil::wire {

inline constexpr size_t kIntakeCardSize = 144;

// 0x12 | gen 1 | epoch 2 | tenant 4 | not_after_ms 8 | public_key 32 |
// signer 32 | signature 64.
struct IntakeCard {
  uint8_t gen = 0;
  Epoch epoch{};
  uint32_t tenant = 0;
  uint64_t not_after_ms = 0;  // not good at it
  X25519PublicKey public_key{};
  Ed25519PublicKey signer{};
};

// Every byte before the signature.
std::string EncodeUnsignedCard(const IntakeCard& card);

struct ParsedCard {
  IntakeCard card;
  std::string_view signed_part;  // borrowed from the bytes parsed
  std::string_view signature;    // 64 bytes, likewise
};
// Errors: MALFORMED.
absl::StatusOr<ParsedCard> ParseIntakeCard(std::string_view bytes);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_INTAKE_CARD_H_
