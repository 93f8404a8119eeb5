// SPDX-License-Identifier: Apache-2.0
// An order sealed by a kiosk (type 0x11), and what is sealed in it. SPEC.md
// section 15.

#ifndef PARCELVEIL_SRC_WIRE_INTAKE_ENVELOPE_H_
#define PARCELVEIL_SRC_WIRE_INTAKE_ENVELOPE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "parcelveil/order.h"

namespace parcelveil::wire {

inline constexpr size_t kEnvelopeHeadSize = 8;
inline constexpr size_t kEnvelopePad = 256;
inline constexpr size_t kMaxPaddedOrderSize = 16384;

// 0x11 | gen 1 | epoch 2 | tenant 4 | sealed: enc 32, ciphertext and tag.
struct IntakeEnvelope {
  uint8_t gen = 0;
  Epoch epoch{};
  uint32_t tenant = 0;
  std::string_view sealed;  // borrowed
};
// The bytes before `sealed`, which end the HPKE info.
std::string EncodeEnvelopeHead(const IntakeEnvelope& envelope);
// Errors: MALFORMED.
absl::StatusOr<IntakeEnvelope> ParseIntakeEnvelope(std::string_view bytes);

// The aad: lp8(record_id) | source 8 | version 4. Errors: MALFORMED for a
// record id that is not 1 to 64 bytes.
absl::StatusOr<std::string> EncodeOrderBinding(const OrderName& name);

// The texts of an order: (slot 2 | len 2 | text)+, slots of fields, strictly
// ascending, UTF-8 of at most 4095 bytes; at most kMaxPaddedOrderSize padded.
// Errors: MALFORMED where `texts` are no order.
absl::Status CheckOrder(absl::Span<const OrderText> texts);
// `texts` have passed CheckOrder.
size_t OrderSize(absl::Span<const OrderText> texts);
// Writes the OrderSize bytes of `out`.
void EncodeOrder(absl::Span<const OrderText> texts, absl::Span<uint8_t> out);
// Errors: MALFORMED. The texts borrow from `bytes`.
absl::StatusOr<std::vector<OrderText>> ParseOrder(std::string_view bytes);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_INTAKE_ENVELOPE_H_
