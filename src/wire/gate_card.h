// SPDX-License-Identifier: Apache-2.0
// A gate's card for one device (type 0x24): what Device::Enrol takes. Signed by
// nobody: it comes over the company's own login. SPEC.md section 13.

#ifndef PARCELVEIL_SRC_WIRE_GATE_CARD_H_
#define PARCELVEIL_SRC_WIRE_GATE_CARD_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "parcelveil/reveal.h"

namespace parcelveil::wire {

// 0x24 | 0 | tenant 4 | principal 8 | device 8 | gate_key 32 | query_key 32 |
// log_key 32 | lp8(log_origin).
struct GateCard {
  uint32_t tenant = 0;
  uint64_t principal = 0;
  uint64_t device = 0;
  Ed25519PublicKey gate_key{};  // signs replies and sheets
  X25519PublicKey query_key{};  // search queries are sealed to it
  Ed25519PublicKey log_key{};   // signs the gate's checkpoints
  std::string log_origin;       // IsNoteName, at most 255 bytes
};

// Errors: MALFORMED.
absl::StatusOr<std::string> EncodeGateCard(const GateCard& card);
// Errors: MALFORMED.
absl::StatusOr<GateCard> ParseGateCard(std::string_view bytes);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_GATE_CARD_H_
