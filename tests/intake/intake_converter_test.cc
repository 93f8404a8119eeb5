// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/intake_converter.h"

#include <string>

#include "gtest/gtest.h"
#include "src/crypto/hpke.h"
#include "src/crypto/labels.h"
#include "src/wire/bytes.h"
#include "src/wire/intake_card.h"
#include "src/wire/intake_envelope.h"
#include "src/wire/padding.h"
#include "tests/intake/intake_fixture.h"
#include "tests/testing/damage.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::testing::ElementsAre;

class IntakeConverterTest : public testing::IntakeWorld {
 protected:
  // An envelope of `order`, which no honest kiosk would seal.
  std::string Forged(std::string order) {
    const std::string card = Card(keys_.today()).value();
    const wire::IntakeCard parsed = wire::ParseIntakeCard(card)->card;
    const size_t size = order.size();
    order.resize(wire::PaddedSize(size, wire::kEnvelopePad));
    const absl::Span<uint8_t> padded(reinterpret_cast<uint8_t*>(order.data()),
                                     order.size());
    wire::Pad(padded, size);
    return Sealed(parsed, order);
  }
  static std::string Sealed(const wire::IntakeCard& card,
                            const std::string& padded) {
    const std::string head =
        wire::EncodeEnvelopeHead({card.gen, card.epoch, card.tenant, {}});
    std::string sealed(padded.size() + 48, '\0');
    EXPECT_THAT(
        crypto::HpkeSeal(
            card.public_key, std::string(crypto::kInfoIntake) + head,
            wire::EncodeOrderBinding(kOrder).value(), wire::AsBytes(padded),
            {reinterpret_cast<uint8_t*>(sealed.data()), sealed.size()}),
        IsOk());
    return head + sealed;
  }
  // What the row's cell `slot` of `column` opens to, as GATE.
  std::string Opened(const SealedRow& row, std::string_view column,
                     const Cell& cell) {
    const auto gate = keys_.Load(Role::kGate);
    const auto opener = Opener::Create(gate.get()).value();
    for (const auto& sealed : row.cells()) {
      if (sealed.column != column) continue;
      const auto text = opener->Open(cell, sealed.bytes);
      EXPECT_THAT(text, IsOk());
      if (!text.ok()) return "";
      return text->Use([](std::string_view t) { return std::string(t); });
    }
    return "no such column";
  }
};

TEST_F(IntakeConverterTest, OpensExactlyWhatTheKioskSealed) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const OpenedOrder order,
                                  converter_.Open(kOrder, Envelope()));
  EXPECT_THAT(order.slots(),
              ElementsAre(Slot::kRecipientName, Slot::kRecipientPhone,
                          Slot::kRecipientAddress));
  EXPECT_EQ(TextOf(order, Slot::kRecipientName), kName);
  EXPECT_EQ(TextOf(order, Slot::kRecipientPhone), kPhone);
  EXPECT_EQ(TextOf(order, Slot::kRecipientAddress), kAddress);
  EXPECT_EQ(TextOf(order, Slot::kSenderName), "none");
}

TEST_F(IntakeConverterTest, SealsTheRowOfANewOrder) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto converted,
                                  Convert(kOrder, Envelope()));
  EXPECT_EQ(converted.admission, Admission::kNew);
  EXPECT_EQ(Opened(converted.row, "recipient_name_sealed",
                   {Slot::kRecipientName, kOrder.record_id}),
            kName);
  EXPECT_EQ(Opened(converted.row, "recipient_phone_sealed",
                   {Slot::kRecipientPhone, kOrder.record_id}),
            kPhone);
}

TEST_F(IntakeConverterTest, SealsForTheScopeThatItIsGiven) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const auto converted,
      converter_.Convert(kOrder, Scope{5712}, Envelope()));
  // A sealed field's header ends with its scope.
  EXPECT_EQ(converted.row.cells()[0].bytes.substr(4, 4),
            std::string("\0\0\x16\x50", 4));
}

TEST_F(IntakeConverterTest, RefusesAReplay) {
  const std::string envelope = Envelope();
  ASSERT_THAT(Convert(kOrder, envelope), IsOk());
  EXPECT_THAT(Convert(kOrder, envelope), ReasonIs(Reason::kAlreadyExists));
  // The kiosk's second envelope of the same order, too.
  EXPECT_THAT(Convert(kOrder, Envelope()), ReasonIs(Reason::kAlreadyExists));
}

TEST_F(IntakeConverterTest, SealsACorrectionUnderItsHigherVersion) {
  ASSERT_THAT(Convert(kOrder, Envelope()), IsOk());
  OrderName correction = kOrder;
  correction.version = 1;
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto converted,
                                  Convert(correction, Envelope(correction)));
  EXPECT_EQ(converted.admission, Admission::kCorrection);
  EXPECT_EQ(Opened(converted.row, "recipient_name_sealed",
                   {Slot::kRecipientName, kOrder.record_id, 1}),
            kName);
}

TEST_F(IntakeConverterTest, RefusesACorrectionAfterPickUp) {
  ASSERT_THAT(Convert(kOrder, Envelope()), IsOk());
  admissions_.rows.begin()->second.is_picked_up = true;
  OrderName correction = kOrder;
  correction.version = 1;
  EXPECT_THAT(Convert(correction, Envelope(correction)),
              ReasonIs(Reason::kWrongState));
}

TEST_F(IntakeConverterTest, RefusesARecordThatAnotherSourceWasGiven) {
  OrderName foreign = kOrder;
  foreign.source = 4712;
  EXPECT_THAT(Convert(foreign, Envelope(foreign)),
              ReasonIs(Reason::kNotAssigned));
}

TEST_F(IntakeConverterTest, OpensUnderNoOtherName) {
  const std::string envelope = Envelope();
  for (const OrderName& other : {OrderName{"SF1234567890124", 4711, 0},
                                 OrderName{kOrder.record_id, 4712, 0},
                                 OrderName{kOrder.record_id, 4711, 1}}) {
    EXPECT_THAT(converter_.Open(other, envelope),
                ReasonIs(Reason::kDecryptFailed));
    EXPECT_THAT(Convert(other, envelope), ReasonIs(Reason::kDecryptFailed));
  }
  EXPECT_EQ(admissions_.num_asked, 0);
}

TEST_F(IntakeConverterTest, OpensNoEnvelopeOfAnotherSize) {
  ForEveryWrongSize(Envelope(), [&](const std::string& damaged) {
    EXPECT_THAT(converter_.Open(kOrder, damaged), ReasonIs(Reason::kMalformed));
  });
}

TEST_F(IntakeConverterTest, OpensNoEnvelopeWithAFlippedBit) {
  ForEveryFlippedBit(Envelope(), [&](const std::string& damaged, size_t at) {
    const auto order = converter_.Open(kOrder, damaged);
    ASSERT_FALSE(order.ok());
    if (at == 0) {
      EXPECT_THAT(order, ReasonIs(Reason::kMalformed));
    } else if (at >= 4 && at < 8) {  // the tenant
      EXPECT_THAT(order, ReasonIs(Reason::kForbidden));
    } else if (at >= 8) {
      EXPECT_THAT(order, ReasonIs(Reason::kDecryptFailed));
    }
  });
}

TEST_F(IntakeConverterTest, OpensNoPointOfLowOrder) {
  std::string envelope = Envelope();
  for (char point : {'\0', '\1'}) {
    envelope.replace(8, 32, 32, '\0');
    envelope[8] = point;
    EXPECT_THAT(converter_.Open(kOrder, envelope),
                ReasonIs(Reason::kDecryptFailed));
  }
}

TEST_F(IntakeConverterTest, OpensNothingOfAnotherTenant) {
  testing::TestKeyring other(Schema::Default(), 8);
  const std::string card =
      other.editor().IntakeCard(other.today(), EndOf(other.today())).value();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const IntakeSealer kiosk,
      IntakeSealer::Create({card, other.signers(), &other.clock()}));
  EXPECT_THAT(converter_.Open(kOrder, kiosk.Seal(kOrder, kTexts).value()),
              ReasonIs(Reason::kForbidden));
}

TEST_F(IntakeConverterTest, OpensUntilItsDaysSealingIsOver) {
  const std::string envelope = Envelope();
  keys_.clock().Set(EndOf(keys_.today()) + absl::Minutes(15) -
                    absl::Milliseconds(1));
  EXPECT_THAT(converter_.Open(kOrder, envelope), IsOk());
  keys_.clock().Advance(absl::Milliseconds(1));
  EXPECT_THAT(converter_.Open(kOrder, envelope), ReasonIs(Reason::kForbidden));
}

TEST_F(IntakeConverterTest, OpensWhatWasSealedToTomorrowsCard) {
  const Epoch tomorrow{static_cast<uint16_t>(ToInt(keys_.today()) + 1)};
  const std::string envelope = KioskOf(tomorrow).Seal(kOrder, kTexts).value();
  EXPECT_THAT(converter_.Open(kOrder, envelope), IsOk());
}

TEST_F(IntakeConverterTest, OpensWhatWasSealedBeforeARotation) {
  const std::string before = Envelope();
  ASSERT_THAT(keys_.editor().Rotate(Slot::kIntake), IsOk());
  keys_.Publish();
  EXPECT_THAT(keyring_->Reload(), IsOk());
  EXPECT_THAT(converter_.Open(kOrder, before), IsOk());
  EXPECT_THAT(converter_.Open(kOrder, Envelope()), IsOk());
}

TEST_F(IntakeConverterTest, IsNoUseToARoleWithoutTheIntakeKey) {
  const auto gate = keys_.Load(Role::kGate);
  const IntakeConverter converter(gate.get(), sealer_.get(), &admissions_);
  EXPECT_THAT(converter.Open(kOrder, Envelope()), ReasonIs(Reason::kForbidden));
}

TEST_F(IntakeConverterTest, RefusesWhatNoHonestKioskSeals) {
  for (const std::string& order :
       {std::string(), std::string("\x80\1\0\1x", 5),  // a view's slot
        std::string("\x40\1\0\1x", 5),                 // an index's
        std::string("\0\5\0\1x\0\4\0\1x", 10),         // descending
        std::string("\0\5\0\1x\0\5\0\1x", 10),         // twice
        std::string("\0\5\0\2x", 5),                   // cut
        std::string("\0\5\0\1\xff", 5)}) {             // not UTF-8
    EXPECT_THAT(Convert(kOrder, Forged(order)), ReasonIs(Reason::kMalformed));
  }
  EXPECT_EQ(admissions_.num_asked, 0);
}

TEST_F(IntakeConverterTest, RefusesAnOrderThatIsNotPadded) {
  const std::string card = Card(keys_.today()).value();
  EXPECT_THAT(converter_.Open(kOrder, Sealed(wire::ParseIntakeCard(card)->card,
                                             std::string(256, '\0'))),
              ReasonIs(Reason::kDecryptFailed));
}

TEST_F(IntakeConverterTest, RefusesASlotThatTheTableLacks) {
  EXPECT_THAT(Convert(kOrder, Forged(std::string("\0\x40\0\1x", 5))),
              ReasonIs(Reason::kMalformed));
}

TEST_F(IntakeConverterTest, RefusesTextThatAMaskHasMade) {
  const std::string envelope =
      KioskOf(keys_.today())
          .Seal(kOrder, {{Slot::kRecipientPhone, "141****5678"}})
          .value();
  EXPECT_THAT(Convert(kOrder, envelope), ReasonIs(Reason::kAlreadyMasked));
}

TEST_F(IntakeConverterTest, ShowsNoTextInWhatItStoresOrSays) {
  const std::string phone(kPhone);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto converted,
                                  Convert(kOrder, Envelope()));
  for (const auto& cell : converted.row.cells()) {
    EXPECT_EQ(cell.bytes.find(phone), std::string::npos) << cell.column;
  }
  const auto refused =
      Convert(kOrder, Forged(std::string("\0\5\0\xc", 4) + phone + "\xff"));
  EXPECT_EQ(refused.status().ToString().find(phone), std::string::npos);
}

}  // namespace
}  // namespace parcelveil
