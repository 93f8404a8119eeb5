// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/intake_converter.h"

#include <optional>
#include <string>

#include "src/base/status.h"
#include "src/crypto/hpke.h"
#include "src/crypto/labels.h"
#include "src/keyring/key_session.h"
#include "src/wire/bytes.h"
#include "src/wire/intake_envelope.h"
#include "src/wire/padding.h"

namespace parcelveil {
namespace {

constexpr size_t kSealOverhead = 32 + crypto::kHpkeTagSize;

// A failed open never says what was wrong.
absl::Status DoesNotAuthenticate() {
  return MakeStatus(Reason::kDecryptFailed,
                    "open intake envelope: it does not authenticate for this "
                    "record, source and version; check them, or have the kiosk "
                    "send it again");
}

// Opens `envelope` into `texts`, padding and all.
absl::Status Unseal(const Keyring* keyring,
                    const wire::IntakeEnvelope& envelope,
                    std::string_view binding, Plaintext* texts) {
  KeySession session(keyring);
  if (envelope.tenant != session.tenant()) {
    return MakeStatus(Reason::kForbidden,
                      "open intake envelope: it is another tenant's; check "
                      "which cards the kiosk is given");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const KeySession::Key key,
      session.ForOpening(Slot::kIntake, envelope.epoch, envelope.gen,
                         Scope::kNational));
  const std::string info =
      std::string(crypto::kInfoIntake) + wire::EncodeEnvelopeHead(envelope);
  const absl::Span<uint8_t> out =
      texts->Resize(envelope.sealed.size() - kSealOverhead);
  if (!crypto::HpkeOpen(key.bytes.first(crypto::kX25519Size), info, binding,
                        wire::AsBytes(envelope.sealed), out)
           .ok()) {
    return DoesNotAuthenticate();
  }
  const std::optional<size_t> size = wire::UnpaddedSize(out);
  if (!size.has_value()) return DoesNotAuthenticate();
  texts->Shrink(*size);
  return absl::OkStatus();
}

}  // namespace

std::vector<Slot> OpenedOrder::slots() const {
  std::vector<Slot> slots;
  for (const Entry& entry : entries_) slots.push_back(entry.slot);
  return slots;
}

absl::StatusOr<OpenedOrder> IntakeConverter::Open(
    const OrderName& name, std::string_view envelope) const {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string binding,
                              wire::EncodeOrderBinding(name));
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::IntakeEnvelope parsed,
                              wire::ParseIntakeEnvelope(envelope));
  OpenedOrder order;
  PARCELVEIL_RETURN_IF_ERROR(Unseal(keyring_, parsed, binding, &order.texts_));
  PARCELVEIL_RETURN_IF_ERROR(
      order.texts_.Use([&](std::string_view bytes) -> absl::Status {
        PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<OrderText> texts,
                                    wire::ParseOrder(bytes));
        for (const OrderText& entry : texts) {
          const auto offset =
              static_cast<size_t>(entry.text.data() - bytes.data());
          order.entries_.push_back({entry.slot, offset, entry.text.size()});
        }
        return absl::OkStatus();
      }));
  return order;
}

absl::StatusOr<IntakeConverter::Converted> IntakeConverter::Convert(
    const OrderName& name, Scope scope, std::string_view envelope) const {
  PARCELVEIL_ASSIGN_OR_RETURN(const OpenedOrder order, Open(name, envelope));
  Converted converted;
  PARCELVEIL_ASSIGN_OR_RETURN(converted.admission, admissions_->Admit(name));
  Record record(name.record_id);
  record.set_scope(scope);
  record.set_version(name.version);
  PARCELVEIL_RETURN_IF_ERROR(order.texts_.Use([&](std::string_view bytes) {
    for (const OpenedOrder::Entry& entry : order.entries_) {
      record.Set(entry.slot, bytes.substr(entry.offset, entry.size));
    }
    return sealer_->SealInto(record, &converted.row);
  }));
  return converted;
}

}  // namespace parcelveil
