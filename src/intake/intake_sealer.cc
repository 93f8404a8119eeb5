// SPDX-License-Identifier: Apache-2.0
// What a kiosk links: nothing here may need a keyring.

#include <algorithm>

#include "parcelveil/intake.h"
#include "parcelveil/secret.h"
#include "src/base/status.h"
#include "src/crypto/hpke.h"
#include "src/crypto/labels.h"
#include "src/crypto/sign.h"
#include "src/wire/bytes.h"
#include "src/wire/intake_card.h"
#include "src/wire/intake_envelope.h"
#include "src/wire/padding.h"

namespace parcelveil {
namespace {

constexpr size_t kMaxSigners = 4;
constexpr size_t kSealOverhead = 32 + crypto::kHpkeTagSize;

absl::Status CheckSignature(const wire::ParsedCard& parsed,
                            const std::vector<Ed25519PublicKey>& signers) {
  const Ed25519PublicKey& signer = parsed.card.signer;
  const bool is_pinned =
      std::find(signers.begin(), signers.end(), signer) != signers.end();
  crypto::Signature signature;
  std::copy(parsed.signature.begin(), parsed.signature.end(),
            signature.begin());
  if (is_pinned && crypto::VerifySignature(signer, crypto::kSignedIntakeCard,
                                           parsed.signed_part, signature)) {
    return absl::OkStatus();
  }
  return MakeStatus(Reason::kUnauthenticated,
                    "take intake card: none of the signers known here signed "
                    "it; do not use it, ask the back end for another");
}

}  // namespace

absl::StatusOr<IntakeSealer> IntakeSealer::Create(
    const IntakeSealerOptions& options) {
  if (options.signers.empty() || options.signers.size() > kMaxSigners) {
    return MakeStatus(Reason::kMalformed,
                      "take intake card: 1 to 4 signers are needed to check "
                      "it; pass the keys that `keyring init` printed");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::ParsedCard parsed,
                              wire::ParseIntakeCard(options.card));
  PARCELVEIL_RETURN_IF_ERROR(CheckSignature(parsed, options.signers));
  const wire::IntakeCard& card = parsed.card;
  IntakeSealer sealer;
  sealer.head_ =
      wire::EncodeEnvelopeHead({card.gen, card.epoch, card.tenant, {}});
  sealer.public_key_ = card.public_key;
  sealer.day_ = card.epoch;
  sealer.not_after_ms_ = card.not_after_ms;
  sealer.clock_ = options.clock == nullptr ? SystemClock() : options.clock;
  PARCELVEIL_RETURN_IF_ERROR(sealer.CheckTime());
  return sealer;
}

absl::StatusOr<std::string> IntakeSealer::Seal(
    const OrderName& name, absl::Span<const OrderText> texts) const {
  PARCELVEIL_RETURN_IF_ERROR(CheckTime());
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string binding,
                              wire::EncodeOrderBinding(name));
  std::vector<OrderText> sorted(texts.begin(), texts.end());
  std::sort(
      sorted.begin(), sorted.end(),
      [](const OrderText& a, const OrderText& b) { return a.slot < b.slot; });
  PARCELVEIL_RETURN_IF_ERROR(wire::CheckOrder(sorted));
  const size_t size = wire::OrderSize(sorted);
  Plaintext order;
  const absl::Span<uint8_t> padded =
      order.Resize(wire::PaddedSize(size, wire::kEnvelopePad));
  wire::EncodeOrder(sorted, padded);
  wire::Pad(padded, size);

  std::string envelope = head_;
  envelope.resize(head_.size() + padded.size() + kSealOverhead);
  const absl::Span<uint8_t> sealed(
      reinterpret_cast<uint8_t*>(envelope.data()) + head_.size(),
      envelope.size() - head_.size());
  PARCELVEIL_RETURN_IF_ERROR(
      crypto::HpkeSeal(public_key_, std::string(crypto::kInfoIntake) + head_,
                       binding, padded, sealed));
  return envelope;
}

absl::Time IntakeSealer::not_after() const {
  return absl::UnixEpoch() + absl::Milliseconds(static_cast<int64_t>(
                                 std::min<uint64_t>(not_after_ms_, INT64_MAX)));
}

absl::Status IntakeSealer::CheckTime() const {
  if (clock_->Now() < not_after()) return absl::OkStatus();
  return MakeStatus(Reason::kStale,
                    "seal order: the card of " + Describe(day_) +
                        " is over; ask the back end for today's, or check the "
                        "clock");
}

}  // namespace parcelveil
