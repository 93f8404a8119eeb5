// SPDX-License-Identifier: Apache-2.0
// Cards as the signer makes them.

#include "src/wire/intake_card.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/intake/intake_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;

class IntakeCardTest : public testing::IntakeWorld {
 protected:
  Epoch DayAhead(uint16_t days) const {
    return Epoch{static_cast<uint16_t>(ToInt(keys_.today()) + days)};
  }
};

TEST_F(IntakeCardTest, IsOfThatDayAndTheKeyringsSigner) {
  const Epoch tomorrow = DayAhead(1);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string card, Card(tomorrow));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const wire::ParsedCard parsed,
                                  wire::ParseIntakeCard(card));
  EXPECT_EQ(parsed.card.epoch, tomorrow);
  EXPECT_EQ(parsed.card.gen, 0);
  EXPECT_EQ(parsed.card.tenant, 7u);
  EXPECT_EQ(parsed.card.signer, keys_.signers()[0]);
  EXPECT_EQ(
      absl::FromUnixMillis(static_cast<int64_t>(parsed.card.not_after_ms)),
      EndOf(tomorrow));
}

TEST_F(IntakeCardTest, IsMadeForEveryDayThatHasKeysAndForNoOther) {
  EXPECT_THAT(Card(DayAhead(0)), IsOk());
  EXPECT_THAT(Card(DayAhead(35)), IsOk());
  EXPECT_THAT(Card(DayAhead(36)), ReasonIs(Reason::kKeyUnknown));
}

TEST_F(IntakeCardTest, EndsWhileItsOrdersCanBeConverted) {
  const Epoch today = keys_.today();
  const absl::Time end = EndOf(today);
  KeyringEditor& editor = keys_.editor();
  EXPECT_THAT(editor.IntakeCard(today, end + absl::Minutes(15)), IsOk());
  for (absl::Time wrong :
       {end + absl::Minutes(15) + absl::Milliseconds(1), keys_.clock().Now(),
        absl::UnixEpoch() - absl::Hours(1), absl::InfiniteFuture()}) {
    EXPECT_THAT(editor.IntakeCard(today, wrong), ReasonIs(Reason::kMalformed));
  }
}

TEST_F(IntakeCardTest, IsOfTheNewestKeyOnceTheSlotWasRotated) {
  const std::string before = Card(keys_.today()).value();
  ASSERT_THAT(keys_.editor().Rotate(Slot::kIntake), IsOk());
  keys_.Publish();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string after, Card(keys_.today()));
  EXPECT_EQ(wire::ParseIntakeCard(before)->card.gen, 0);
  EXPECT_EQ(wire::ParseIntakeCard(after)->card.gen, 1);
  EXPECT_NE(wire::ParseIntakeCard(before)->card.public_key,
            wire::ParseIntakeCard(after)->card.public_key);
}

TEST_F(IntakeCardTest, IsNotMadeOfADestroyedDay) {
  const Epoch yesterday = keys_.today();
  keys_.clock().Advance(absl::Hours(24));
  ASSERT_THAT(keys_.editor().DestroyDay(yesterday), IsOk());
  EXPECT_THAT(keys_.editor().IntakeCard(yesterday, EndOf(keys_.today())),
              ReasonIs(Reason::kKeyUnknown));
}

}  // namespace
}  // namespace parcelveil
