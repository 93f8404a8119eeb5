// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/ids.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/testing/vectors.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::Vector;

TEST(EpochTest, CountsDaysFrom2020) {
  EXPECT_EQ(EpochOf(absl::CivilDay(2020, 1, 1)), Epoch{0});
  EXPECT_EQ(EpochOf(absl::CivilDay(2020, 1, 2)), Epoch{1});
  EXPECT_EQ(EpochOf(absl::CivilDay(2020, 2, 29)), Epoch{59});
  EXPECT_EQ(EpochOf(absl::CivilDay(2026, 11, 5)), Epoch{2500});
  EXPECT_EQ(EpochOf(absl::CivilDay(2199, 6, 6)), Epoch{65535});
}

TEST(EpochTest, ClampsDaysThatHaveNone) {
  EXPECT_EQ(EpochOf(absl::CivilDay(2019, 12, 31)), Epoch{0});
  EXPECT_EQ(EpochOf(absl::CivilDay(-292000000, 1, 1)), Epoch{0});
  EXPECT_EQ(EpochOf(absl::CivilDay(2199, 6, 7)), Epoch{65535});
  EXPECT_EQ(EpochOf(absl::CivilDay(292000000, 1, 1)), Epoch{65535});
}

TEST(EpochTest, EveryEpochComesBackFromItsDay) {
  for (int epoch = 0; epoch <= 65535; ++epoch) {
    const Epoch as_epoch{static_cast<uint16_t>(epoch)};
    ASSERT_EQ(EpochOf(DayOf(as_epoch)), as_epoch);
  }
}

TEST(EpochTest, StartsWhenTheVectorsSay) {
  const auto starts = LoadVectors("cell").List("epoch_starts");
  ASSERT_FALSE(starts.empty());
  for (const Vector& vector : starts) {
    const absl::TimeZone zone = absl::FixedTimeZone(
        static_cast<int>(vector.SignedNumber("utc_offset_s")));
    const Epoch epoch{static_cast<uint16_t>(vector.Number("epoch"))};
    const absl::Time start =
        absl::FromUnixMillis(static_cast<int64_t>(vector.Number("start_ms")));
    EXPECT_EQ(absl::FromCivil(DayOf(epoch), zone), start);
    EXPECT_EQ(EpochOf(absl::ToCivilDay(start, zone)), epoch);
  }
}

TEST(DescribeTest, NamesEverySlotOfTheLibraryAndNumbersTheRest) {
  EXPECT_EQ(Describe(Slot::kSenderName), "slot 1 (sender name)");
  EXPECT_EQ(Describe(Slot::kSenderPhone), "slot 2 (sender phone)");
  EXPECT_EQ(Describe(Slot::kSenderAddress), "slot 3 (sender address)");
  EXPECT_EQ(Describe(Slot::kRecipientName), "slot 4 (recipient name)");
  EXPECT_EQ(Describe(Slot::kRecipientPhone), "slot 5 (recipient phone)");
  EXPECT_EQ(Describe(Slot::kRecipientAddress), "slot 6 (recipient address)");
  EXPECT_EQ(Describe(Slot::kRecipientPhoneIndex),
            "slot 16385 (recipient phone index)");
  EXPECT_EQ(Describe(Slot::kRecipientLast4Index),
            "slot 16386 (recipient last-four index)");
  EXPECT_EQ(Describe(Slot::kSenderPhoneIndex),
            "slot 16387 (sender phone index)");
  EXPECT_EQ(Describe(Slot::kDial), "slot 20481 (dial token)");
  EXPECT_EQ(Describe(Slot::kAuditRef), "slot 24577 (audit reference)");
  EXPECT_EQ(Describe(Slot::kIntake), "slot 32512 (intake)");
  EXPECT_EQ(Describe(Slot::kRecipientView), "slot 32769 (recipient view)");
  EXPECT_EQ(Describe(Slot::kSenderView), "slot 32770 (sender view)");
  EXPECT_EQ(Describe(Slot{64}), "slot 64");
  EXPECT_EQ(Describe(Slot{0}), "slot 0");
}

TEST(DescribeTest, NamesEveryRoleOfTheLibraryAndNumbersTheRest) {
  EXPECT_EQ(Describe(Role::kSteward), "STEWARD");
  EXPECT_EQ(Describe(Role::kConverter), "CONVERTER");
  EXPECT_EQ(Describe(Role::kGate), "GATE");
  EXPECT_EQ(Describe(Role::kList), "LIST");
  EXPECT_EQ(Describe(Role::kTelephony), "TELEPHONY");
  EXPECT_EQ(Describe(Role::kOutlet), "OUTLET");
  EXPECT_EQ(Describe(Role::kDispute), "DISPUTE");
  EXPECT_EQ(Describe(Role::kAuditor), "AUDITOR");
  EXPECT_EQ(Describe(Role{64}), "role 64");
}

TEST(DescribeTest, WritesAnEpochAsItsDay) {
  EXPECT_EQ(Describe(Epoch{0}), "2020-01-01");
  EXPECT_EQ(Describe(Epoch{2500}), "2026-11-05");
}

// What stands on disk and may never be renumbered: SPEC.md section 2.
TEST(SlotTest, HasTheNumbersOfTheSpecification) {
  EXPECT_EQ(ToInt(Slot::kRecipientPhoneIndex), 0x4001);
  EXPECT_EQ(ToInt(Slot::kDial), 0x5001);
  EXPECT_EQ(ToInt(Slot::kAuditRef), 0x6001);
  EXPECT_EQ(ToInt(Slot::kIntake), 0x7F00);
  EXPECT_EQ(ToInt(Slot::kRecipientView), 0x8001);
  EXPECT_EQ(ToInt(Scope::kNational), 0u);
}

}  // namespace
}  // namespace parcelveil
