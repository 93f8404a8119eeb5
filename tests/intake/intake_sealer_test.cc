// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "parcelveil/intake.h"
#include "parcelveil/secret.h"
#include "src/crypto/hpke.h"
#include "src/crypto/labels.h"
#include "src/crypto/sign.h"
#include "src/crypto/x25519.h"
#include "src/wire/bytes.h"
#include "src/wire/intake_card.h"
#include "src/wire/intake_envelope.h"
#include "tests/testing/damage.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::FakeClock;
using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;

constexpr std::string_view kPhone = "14112345678";
const OrderName kOrder{"SF1234567890123", 4711, 0};

crypto::SigningKey SignerOf(uint8_t byte) {
  std::array<uint8_t, 32> seed;
  seed.fill(byte);
  const Secret secret = Secret::Take(absl::MakeSpan(seed)).value();
  return crypto::SigningKey::FromSeed(secret).value();
}

// A back end that signs cards, without any keyring.
class IntakeSealerTest : public ::testing::Test {
 protected:
  IntakeSealerTest() {
    secret_.fill(0x44);
    card_.epoch = Epoch{2500};
    card_.tenant = 7;
    card_.not_after_ms = 1793894400000;
    card_.public_key = crypto::X25519Public(secret_);
    card_.signer = signer_.public_key();
  }

  std::string Signed() const { return SignedBy(signer_); }
  std::string SignedBy(const crypto::SigningKey& signer) const {
    std::string bytes = wire::EncodeUnsignedCard(card_);
    const auto signature = signer.Sign(crypto::kSignedIntakeCard, bytes);
    wire::Appender(&bytes).Put(*signature);
    return bytes;
  }
  absl::StatusOr<IntakeSealer> Create(std::string_view card) const {
    return IntakeSealer::Create({card, {signer_.public_key()}, &clock_});
  }

  const crypto::SigningKey signer_ = SignerOf(0x50);
  std::array<uint8_t, 32> secret_;
  wire::IntakeCard card_;
  FakeClock clock_{absl::FromUnixMillis(1793894400000 - 1)};
};

TEST_F(IntakeSealerTest, SealsWhatTheDaysSecretOpens) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const IntakeSealer sealer, Create(Signed()));
  EXPECT_EQ(sealer.day(), Epoch{2500});
  EXPECT_EQ(sealer.not_after(), absl::FromUnixMillis(1793894400000));
  // In no order: they are sorted.
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const std::string envelope,
      sealer.Seal(kOrder, {{Slot::kRecipientPhone, kPhone},
                           {Slot::kRecipientName, "𠮷田"}}));
  EXPECT_EQ(envelope.size(), 56u + 256u);
  EXPECT_EQ(envelope.find(kPhone), std::string::npos);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const wire::IntakeEnvelope parsed,
                                  wire::ParseIntakeEnvelope(envelope));
  std::string text(256, '\0');
  ASSERT_THAT(
      crypto::HpkeOpen(secret_,
                       std::string(crypto::kInfoIntake) + envelope.substr(0, 8),
                       wire::EncodeOrderBinding(kOrder).value(),
                       wire::AsBytes(parsed.sealed),
                       {reinterpret_cast<uint8_t*>(text.data()), text.size()}),
      IsOk());
  const std::string expected(
      "\0\4\0\7𠮷田\0\5\0\13"
      "14112345678\x80",
      27);
  EXPECT_EQ(text.substr(0, 27), expected);
  EXPECT_EQ(text.find_first_not_of('\0', 27), std::string::npos);
}

TEST_F(IntakeSealerTest, SealsTheSameOrderIntoOtherBytesEachTime) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const IntakeSealer sealer, Create(Signed()));
  const std::vector<OrderText> texts{{Slot::kRecipientPhone, kPhone}};
  EXPECT_NE(sealer.Seal(kOrder, texts).value(),
            sealer.Seal(kOrder, texts).value());
}

TEST_F(IntakeSealerTest, TakesNoCardOfWrongSize) {
  ForEveryWrongSize(Signed(), [&](const std::string& card) {
    EXPECT_THAT(Create(card), ReasonIs(Reason::kMalformed));
  });
}

TEST_F(IntakeSealerTest, TakesNoCardWithAFlippedBit) {
  ForEveryFlippedBit(Signed(), [&](const std::string& card, size_t at) {
    EXPECT_THAT(Create(card), ReasonIs(at == 0 ? Reason::kMalformed
                                               : Reason::kUnauthenticated));
  });
}

TEST_F(IntakeSealerTest, TakesNoCardOfASignerThatIsNotKnownHere) {
  const crypto::SigningKey other = SignerOf(0x51);
  // Under its own name, and under the known signer's.
  EXPECT_THAT(Create(SignedBy(other)), ReasonIs(Reason::kUnauthenticated));
  card_.signer = other.public_key();
  EXPECT_THAT(Create(SignedBy(other)), ReasonIs(Reason::kUnauthenticated));
  EXPECT_THAT(IntakeSealer::Create({SignedBy(other),
                                    {signer_.public_key(), other.public_key()},
                                    &clock_}),
              IsOk());
}

TEST_F(IntakeSealerTest, TakesNoCardWithoutOneToFourKnownSigners) {
  const std::string card = Signed();
  EXPECT_THAT(IntakeSealer::Create({card, {}, &clock_}),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(IntakeSealer::Create(
                  {card, std::vector<Ed25519PublicKey>(5, signer_.public_key()),
                   &clock_}),
              ReasonIs(Reason::kMalformed));
}

TEST_F(IntakeSealerTest, StopsWhenTheCardIsOver) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const IntakeSealer sealer, Create(Signed()));
  const std::vector<OrderText> texts{{Slot::kRecipientPhone, kPhone}};
  EXPECT_THAT(sealer.Seal(kOrder, texts), IsOk());
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(sealer.Seal(kOrder, texts), ReasonIs(Reason::kStale));
  EXPECT_THAT(Create(Signed()), ReasonIs(Reason::kStale));
}

TEST_F(IntakeSealerTest, SealsToNoPointOfLowOrder) {
  for (uint8_t point : {0, 1}) {
    card_.public_key = {point};
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const IntakeSealer sealer,
                                    Create(Signed()));
    EXPECT_THAT(sealer.Seal(kOrder, {{Slot::kRecipientPhone, kPhone}}),
                ReasonIs(Reason::kMalformed));
  }
}

TEST_F(IntakeSealerTest, SealsNothingButAnOrder) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const IntakeSealer sealer, Create(Signed()));
  const std::string longer(4096, 'x');
  const std::string most(4092, 'x');
  const std::vector<std::vector<OrderText>> refused = {
      {},
      {{Slot{0}, "x"}},
      {{Slot::kRecipientView, "x"}},
      {{Slot::kRecipientPhoneIndex, "x"}},
      {{Slot::kDial, "x"}},
      {{Slot::kRecipientName, "x"}, {Slot::kRecipientName, "x"}},
      {{Slot::kRecipientName, longer}},
      {{Slot::kRecipientName, "\xff"}},
      {{Slot{1}, most}, {Slot{2}, most}, {Slot{3}, most}, {Slot{4}, most}}};
  for (const std::vector<OrderText>& texts : refused) {
    EXPECT_THAT(sealer.Seal(kOrder, texts), ReasonIs(Reason::kMalformed));
  }
  EXPECT_THAT(sealer.Seal({"", 1, 0}, {{Slot::kRecipientName, "x"}}),
              ReasonIs(Reason::kMalformed));
}

TEST_F(IntakeSealerTest, NamesNoTextInItsErrors) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const IntakeSealer sealer, Create(Signed()));
  const std::string canary = std::string(kPhone) + "\xff";
  const auto envelope = sealer.Seal(kOrder, {{Slot::kRecipientPhone, canary}});
  EXPECT_EQ(envelope.status().ToString().find(std::string(kPhone)),
            std::string::npos);
}

}  // namespace
}  // namespace parcelveil
