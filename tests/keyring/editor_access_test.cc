// SPDX-License-Identifier: Apache-2.0
// Who may open what: grants, outlets, rotation, holds, destruction, restoring.

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

// A keyring that is loaded again from its files, as a command does.
class EditorLoadTest : public ::testing::Test {
 protected:
  EditorLoadTest() {
    KeyringEditor::CreateOptions options;
    options.tenant = 7;
    options.clock = &clock_;
    KeyringEditor::Created created = KeyringEditor::Create(options).value();
    signer_ = std::move(created.signer.payload);
    secrets_ = std::move(created.secrets);
    public_key_ = created.editor->signer_public_key();
    files_ = created.editor->Sign().value();
  }

  static Secret Copy(const Secret& secret) {
    Secret copy = Secret::Zero(secret.size()).value();
    secret.Use([&](absl::Span<const uint8_t> from) {
      copy.UseMutable([&](absl::Span<uint8_t> to) {
        std::copy(from.begin(), from.end(), to.begin());
      });
    });
    return copy;
  }

  const Secret& SecretOf(Role role) const {
    return std::find_if(secrets_.begin(), secrets_.end(),
                        [&](const auto& secret) { return secret.role == role; })
        ->payload;
  }

  std::unique_ptr<KeyringEditor> Load() {
    return KeyringEditor::Load(files_, {{public_key_}, Copy(signer_), &clock_})
        .value();
  }

  absl::StatusOr<Restored> Restore(const std::string& copy,
                                   const std::string& newest) {
    RestoreOptions options;
    options.copy = copy;
    options.newest = newest;
    options.signers = {public_key_};
    options.signer = Copy(signer_);
    options.clock = &clock_;
    return RestoreKeyring(std::move(options));
  }

  testing::FakeClock clock_{absl::FromUnixSeconds(1795000000)};
  Secret signer_;
  SignerPublicKey public_key_;
  std::vector<UnsealedSecret> secrets_;
  KeyringFiles files_;
};

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
  const MaintainReport report = editor().Maintain({}).value();
  EXPECT_THAT(report.missing_pairs, Not(IsEmpty()));
}

TEST_F(EditorLoadTest, LoadsWhatItSigned) {
  const auto editor = Load();
  EXPECT_EQ(editor->serial(), 1u);
  EXPECT_EQ(editor->tenant(), 7u);
  EXPECT_EQ(editor->Sign()->main, "");
  ASSERT_THAT(editor->Rotate(Slot::kDial), IsOk());
  EXPECT_NE(editor->Sign()->main, "");
  EXPECT_EQ(editor->serial(), 2u);
}

TEST_F(EditorLoadTest, RefusesAForeignSigner) {
  const absl::Status by_role =
      KeyringEditor::Load(
          files_, {{public_key_}, Copy(SecretOf(Role::kSteward)), &clock_})
          .status();
  EXPECT_THAT(by_role, ReasonIs(Reason::kForbidden));
  KeyringEditor::CreateOptions options;
  options.tenant = 7;
  Secret other =
      std::move(KeyringEditor::Create(options).value().signer.payload);
  EXPECT_THAT(
      KeyringEditor::Load(files_, {{public_key_}, std::move(other), &clock_}),
      ReasonIs(Reason::kForbidden));
}

TEST_F(EditorLoadTest, NeverCountsFromBeforeTheLoadedFile) {
  const Epoch today = Load()->Today();
  clock_.Advance(-absl::Hours(24 * 100));
  EXPECT_EQ(Load()->Today(), today);
}

TEST_F(EditorLoadTest, RestoresAnOlderCopyAboveTheNewest) {
  const std::string copy = files_.main;
  clock_.Advance(absl::Hours(24));
  const auto editor = Load();
  ASSERT_THAT(editor->Rotate(Slot::kRecipientPhone), IsOk());
  ASSERT_THAT(editor->Maintain({}), IsOk());
  const std::string newest = editor->Sign()->main;
  const Restored restored = Restore(copy, newest).value();
  EXPECT_TRUE(restored.is_compared);
  // 35 rotated days, and all 14 slots of the day that was added.
  EXPECT_THAT(restored.lacks, SizeIs(35 + 14));
  files_.main = restored.file;
  const auto again = Load();
  EXPECT_EQ(again->serial(), 3u);
  // Lost names stay lost: what is made next gets others.
  ASSERT_THAT(again->Rotate(Slot::kRecipientPhone), IsOk());
  const std::string file = again->Sign()->main;
  v1::KeyringPayload payload;
  ASSERT_THAT(keyring::ReadKeyring(file, {public_key_}, &payload), IsOk());
  for (const v1::Key& key : payload.keys()) {
    if (key.slot() != ToInt(Slot::kRecipientPhone) || key.gen() != 1) continue;
    if (key.epoch() < ToInt(again->Today())) continue;
    EXPECT_EQ(key.state(), v1::Key::DESTROYED);
  }
}

TEST_F(EditorLoadTest, RestoresWithoutTheNewestByTheFloor) {
  RestoreOptions options;
  options.copy = files_.main;
  options.newest = "damaged";
  options.floor = KeyringFloor{9, {}};
  options.signers = {public_key_};
  options.signer = Copy(signer_);
  const Restored restored = RestoreKeyring(std::move(options)).value();
  EXPECT_FALSE(restored.is_compared);
  files_.main = restored.file;
  EXPECT_EQ(Load()->serial(), 10u);
}

TEST_F(EditorLoadTest, DoesNotRestoreAnotherKeyring) {
  KeyringEditor::CreateOptions options;
  options.tenant = 7;
  options.clock = &clock_;
  KeyringEditor::Created other = KeyringEditor::Create(options).value();
  const std::string newest = other.editor->Sign()->main;
  RestoreOptions restore;
  restore.copy = files_.main;
  restore.newest = newest;
  restore.signers = {public_key_, other.editor->signer_public_key()};
  restore.signer = Copy(signer_);
  EXPECT_THAT(RestoreKeyring(std::move(restore)), ReasonIs(Reason::kMalformed));
}

}  // namespace
}  // namespace parcelveil
