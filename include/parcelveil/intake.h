// SPDX-License-Identifier: Apache-2.0
// Intake, the side that sends: seals orders that it cannot open again.
//
// A kiosk, a shop or an app gets the day's card from the back end and seals
// each order to it; only the back end's CONVERTER opens it. No I/O, no keyring:
// link parcelveil::device alone. The other side is intake_converter.h. SPEC.md
// section 15.

#ifndef PARCELVEIL_INTAKE_H_
#define PARCELVEIL_INTAKE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "parcelveil/clock.h"
#include "parcelveil/ids.h"
#include "parcelveil/order.h"
#include "parcelveil/reveal.h"

namespace parcelveil {

struct IntakeSealerOptions {
  std::string_view card;  // 144 bytes
  // Whose signature is accepted: 1 to 4 keys, built in or configured, never
  // fetched beside the card.
  std::vector<Ed25519PublicKey> signers;
  const Clock* clock = nullptr;  // borrowed; null means SystemClock()
};

// Seals orders to one day's card; a new card makes a new sealer.
//
// A value: it holds no secret, and copies are independent.
// Source: HPKE (RFC 9180), base mode; Ed25519 (RFC 8032); through libsodium.
// Thread-safety: const methods may run concurrently.
class IntakeSealer {
 public:
  // Errors: MALFORMED; kUnauthenticated UNAUTHENTICATED where none of `signers`
  // signed the card; kFailedPrecondition STALE where its time is over.
  static absl::StatusOr<IntakeSealer> Create(
      const IntakeSealerOptions& options);

  // Returns the envelope: 56 bytes more than the texts padded to 256. `texts`
  // come in any order, each slot once; in all at most 16 KiB.
  // Errors: MALFORMED; STALE where the card's time is over.
  absl::StatusOr<std::string> Seal(const OrderName& name,
                                   absl::Span<const OrderText> texts) const;

  Epoch day() const { return day_; }
  // The card is not good at it: have another by then.
  absl::Time not_after() const;

 private:
  IntakeSealer() = default;

  absl::Status CheckTime() const;

  std::string head_;  // of every envelope
  X25519PublicKey public_key_{};
  Epoch day_{};
  uint64_t not_after_ms_ = 0;
  const Clock* clock_ = nullptr;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_INTAKE_H_
