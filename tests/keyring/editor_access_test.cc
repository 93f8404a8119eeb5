// SPDX-License-Identifier: Apache-2.0
// Who may open what: grants, outlets, rotation, holds, destruction.

#include <algorithm>

#include "src/keyring/wrap.h"
#include "tests/keyring/editor_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr Scope kOutlet{5712};

TEST_F(EditorTest, GrantsTheLast30DaysWithoutTouchingARecord) {
  ASSERT_THAT(editor().Backfill(DaysAgo(30)), IsOk());
  keys_.Publish();
  const Row old_row = Seal(Scope::kNational, DaysAgo(29)).value();
  EXPECT_THAT(OpenPhone(Role::kAuditor, old_row), ReasonIs(Reason::kForbidden));
  const Secret steward = keys_.SecretOf(Role::kSteward);
  const GrantReport report =
      editor()
          .Grant({Role::kAuditor, Slot::kRecipientPhone, DaysAgo(30), &steward})
          .value();
  keys_.Publish();
  EXPECT_EQ(report.num_days, 30 + 36);
  EXPECT_THAT(OpenPhone(Role::kAuditor, old_row), IsOk());
}

TEST_F(EditorTest, GrantGivesAPastDayBack) {
  const Row row = Seal().value();
  const Epoch day = Today();
  AdvanceDays(8);
  MaintainAndPublish();
  ASSERT_THAT(OpenView(Role::kList, row), ReasonIs(Reason::kForbidden));
  const Secret steward = keys_.SecretOf(Role::kSteward);
  ASSERT_THAT(
      editor().Grant({Role::kList, Slot::kRecipientView, day, &steward}),
      IsOk());
  keys_.Publish();
  EXPECT_THAT(OpenView(Role::kList, row), IsOk());
  AdvanceDays(8);
  EXPECT_THAT(OpenView(Role::kList, row), ReasonIs(Reason::kForbidden));
}

TEST_F(EditorTest, GrantsOnlyDaysToComeWithoutSteward) {
  const GrantReport report =
      editor()
          .Grant({Role::kAuditor, Slot::kRecipientPhone, std::nullopt, nullptr})
          .value();
  keys_.Publish();
  EXPECT_FALSE(report.reached_existing_days);
  EXPECT_EQ(report.first_new_day, EpochOf(DayOf(Today()) + 36));
  EXPECT_THAT(OpenPhone(Role::kAuditor, Seal().value()),
              ReasonIs(Reason::kForbidden));
  AdvanceDays(20);
  MaintainAndPublish();
  AdvanceDays(16);
  EXPECT_THAT(OpenPhone(Role::kAuditor, Seal().value()), IsOk());
}

TEST_F(EditorTest, RefusesAnotherRolesSecretAsSteward) {
  const Secret gate = keys_.SecretOf(Role::kGate);
  EXPECT_THAT(editor().Grant(
                  {Role::kAuditor, Slot::kRecipientPhone, std::nullopt, &gate}),
              ReasonIs(Reason::kForbidden));
}

TEST_F(EditorTest, RevokesOneSlotOrAll) {
  const Row row = Seal().value();
  ASSERT_THAT(editor().Revoke(Role::kList, Slot::kRecipientView), IsOk());
  keys_.Publish();
  EXPECT_THAT(OpenView(Role::kList, row), ReasonIs(Reason::kForbidden));
  ASSERT_THAT(editor().Revoke(Role::kGate, std::nullopt), IsOk());
  keys_.Publish();
  EXPECT_THAT(OpenPhone(Role::kGate, row), ReasonIs(Reason::kForbidden));
  EXPECT_THAT(OpenPhone(Role::kDispute, row), IsOk());
  EXPECT_THAT(editor().Revoke(Role::kSteward, std::nullopt),
              ReasonIs(Reason::kForbidden));
}

TEST_F(EditorTest, GivesAnOutletItsOwnRowsOnly) {
  const Secret steward = keys_.SecretOf(Role::kSteward);
  GrantReport report =
      editor().AddScope({kOutlet, std::nullopt, &steward}).value();
  ASSERT_THAT(report.new_secrets, SizeIs(1));
  EXPECT_EQ(report.num_days, 36);
  keys_.Keep(std::move(report.new_secrets));
  keys_.Publish();
  const Row own = Seal(kOutlet).value();
  const Row foreign = Seal(Scope{5713}).value();
  EXPECT_THAT(OpenView(Role::kOutlet, own, kOutlet), IsOk());
  EXPECT_THAT(OpenView(Role::kList, own), IsOk());
  EXPECT_THAT(OpenView(Role::kOutlet, foreign, kOutlet),
              ReasonIs(Reason::kForbidden));
  EXPECT_EQ(Published(kOutlet).serial(), 1u);
}

TEST_F(EditorTest, MaintainExtendsShardsWithoutSteward) {
  GrantReport report =
      editor().AddScope({kOutlet, std::nullopt, nullptr}).value();
  keys_.Keep(std::move(report.new_secrets));
  keys_.Publish();
  EXPECT_FALSE(report.reached_existing_days);
  AdvanceDays(20);
  MaintainAndPublish();
  AdvanceDays(16);  // the first day that was made since
  EXPECT_THAT(OpenView(Role::kOutlet, Seal(kOutlet).value(), kOutlet), IsOk());
  MaintainAndPublish();
  EXPECT_EQ(Published(kOutlet).serial(), 3u);
}

TEST_F(EditorTest, FillsTheGapsOfAShard) {
  keys_.Keep(
      editor().AddScope({kOutlet, std::nullopt, nullptr}).value().new_secrets);
  const Secret steward = keys_.SecretOf(Role::kSteward);
  const GrantReport report =
      editor().AddScope({kOutlet, std::nullopt, &steward}).value();
  keys_.Publish();
  EXPECT_THAT(report.new_secrets, IsEmpty());
  EXPECT_THAT(OpenView(Role::kOutlet, Seal(kOutlet).value(), kOutlet), IsOk());
  EXPECT_THAT(editor().AddScope({Scope::kNational, std::nullopt, &steward}),
              ReasonIs(Reason::kMalformed));
}

TEST_F(EditorTest, RotatesTodayAndEveryDayAhead) {
  const Row before = Seal().value();
  EXPECT_EQ(editor().Rotate(Slot::kRecipientPhone).value(), 36);
  keys_.Publish();
  const Row after = Seal().value();
  EXPECT_EQ(before.phone[1], 0);  // gen
  EXPECT_EQ(after.phone[1], 1);
  EXPECT_EQ(after.view[1], 0);
  EXPECT_THAT(OpenPhone(Role::kGate, before), IsOk());
  EXPECT_THAT(OpenPhone(Role::kGate, after), IsOk());
  EXPECT_THAT(editor().Rotate(Slot{64}), ReasonIs(Reason::kKeyUnknown));
}

TEST_F(EditorTest, HoldsADayForDisputeAlone) {
  const Row row = Seal().value();
  const Epoch day = Today();
  ASSERT_THAT(editor().Hold(day), IsOk());
  keys_.Publish();
  AdvanceDays(1);
  MaintainAndPublish();
  EXPECT_THAT(OpenPhone(Role::kGate, row), ReasonIs(Reason::kForbidden));
  EXPECT_THAT(editor().DestroyDay(day), ReasonIs(Reason::kWrongState));
  for (int days = 0; days < 200; days += 25) {
    AdvanceDays(25);
    MaintainAndPublish();
  }
  EXPECT_THAT(OpenPhone(Role::kDispute, row), IsOk());
  ASSERT_THAT(editor().Release(day), IsOk());
  keys_.Publish();
  EXPECT_THAT(OpenPhone(Role::kDispute, row), ReasonIs(Reason::kForbidden));
  EXPECT_THAT(editor().Hold(DaysAgo(1000)), ReasonIs(Reason::kKeyUnknown));
}

TEST_F(EditorTest, DestroysADayForEverybody) {
  const Secret steward = keys_.SecretOf(Role::kSteward);
  keys_.Keep(
      editor().AddScope({kOutlet, std::nullopt, &steward}).value().new_secrets);
  keys_.Publish();
  const Row row = Seal(kOutlet).value();
  const Epoch day = Today();
  AdvanceDays(1);
  MaintainAndPublish();
  EXPECT_EQ(editor().DestroyDay(day).value(), 14);
  keys_.Publish();
  for (Role role : {Role::kGate, Role::kDispute, Role::kSteward}) {
    EXPECT_THAT(OpenPhone(role, row), ReasonIs(Reason::kKeyDestroyed));
  }
  EXPECT_THAT(OpenView(Role::kOutlet, row, kOutlet),
              ReasonIs(Reason::kKeyDestroyed));
  EXPECT_THAT(editor().DestroyDay(day), ReasonIs(Reason::kKeyUnknown));
}

TEST_F(EditorTest, GoesOnUnderNewKeysWhenTodayIsDestroyed) {
  const Row row = Seal().value();
  ASSERT_THAT(editor().DestroyDay(Today()), IsOk());
  keys_.Publish();
  EXPECT_THAT(OpenPhone(Role::kGate, row), ReasonIs(Reason::kKeyDestroyed));
  EXPECT_THAT(OpenPhone(Role::kGate, Seal().value()), IsOk());
}

TEST_F(EditorTest, EndsOneRolesAccessToOldDays) {
  const Row old_row = Seal().value();
  AdvanceDays(2);
  MaintainAndPublish();
  const Row row = Seal().value();
  EXPECT_EQ(editor().EndAccess(Role::kGate, Today()), 2);
  keys_.Publish();
  EXPECT_THAT(OpenPhone(Role::kGate, old_row), ReasonIs(Reason::kForbidden));
  EXPECT_THAT(OpenPhone(Role::kGate, row), IsOk());
  EXPECT_THAT(OpenPhone(Role::kDispute, old_row), IsOk());
}

TEST_F(EditorTest, RenewsASecretInTimeAndDropsWhatNobodyNeeds) {
  const Secret first = keys_.SecretOf(Role::kList);
  EXPECT_FALSE(editor().RenewSecret(first)->has_value());
  for (int days = 0; days < 60; days += 30) {
    AdvanceDays(30);
    MaintainAndPublish();
  }
  Secret renewed = editor().RenewSecret(first).value().value();
  const auto old_pairs =
      keyring::RoleSecret::Parse(keys_.SecretOf(Role::kList));
  const auto pairs = keyring::RoleSecret::Parse(std::move(renewed)).value();
  EXPECT_GT(pairs.kek_versions().front(), old_pairs->kek_versions().front());
  EXPECT_GT(pairs.kek_versions().back(), old_pairs->kek_versions().back());
  const uint16_t kept = pairs.kek_versions().front();
  EXPECT_EQ(pairs.PublicKey(kept).value(), old_pairs->PublicKey(kept).value());
}

TEST_F(EditorTest, NoticesWhenTwoCopiesOfASecretWereRenewed) {
  AdvanceDays(30);
  MaintainAndPublish();
  const Secret secret = keys_.SecretOf(Role::kList);
  ASSERT_THAT(editor().RenewSecret(secret), IsOk());
  EXPECT_THAT(editor().RenewSecret(secret), ReasonIs(Reason::kKeyMismatch));
}

TEST_F(EditorTest, TakesInKeysThatAnotherHostRenewed) {
  AdvanceDays(30);
  MaintainAndPublish();
  RenewedAlone renewed =
      RenewAlone(keys_.file()->bytes, keys_.signers(),
                 keys_.SecretOf(Role::kList), keys_.clock().Now())
          .value();
  ASSERT_TRUE(renewed.secret.has_value());
  EXPECT_THAT(editor().AddRoleKeys(renewed.role_keys), IsOk());
  EXPECT_FALSE(editor().RenewSecret(*renewed.secret)->has_value());
  EXPECT_THAT(editor().AddRoleKeys("something else"),
              ReasonIs(Reason::kMalformed));
  std::string cut = renewed.role_keys;
  cut.resize(cut.size() - 2);
  EXPECT_THAT(editor().AddRoleKeys(cut), ReasonIs(Reason::kMalformed));
}

TEST_F(EditorTest, SaysWhichRoleHasNoKeyPairForNewDays) {
  AdvanceDays(3 * 365);
  const MaintainReport report =
      editor().Maintain({std::nullopt, /*clock_is_right=*/true}).value();
  EXPECT_THAT(report.missing_pairs, Not(IsEmpty()));
}

}  // namespace
}  // namespace parcelveil
