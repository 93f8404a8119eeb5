// SPDX-License-Identifier: Apache-2.0
// A keyring in files: loading, the floor, restoring a copy.

#include <algorithm>

#include "tests/keyring/editor_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::testing::SizeIs;

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

TEST_F(EditorLoadTest, RefusesWhatIsOlderThanTheFloor) {
  const auto editor = Load();
  ASSERT_THAT(editor->Rotate(Slot::kRecipientPhone), IsOk());
  ASSERT_THAT(editor->Sign(), IsOk());
  const auto load = [&](std::map<Scope, KeyringFloor> floors) {
    return KeyringEditor::Load(
        files_, {{public_key_}, Copy(signer_), &clock_, std::move(floors)});
  };
  EXPECT_THAT(load(editor->floors()), ReasonIs(Reason::kKeyringRolledBack));
  EXPECT_THAT(load({{Scope::kNational, {1, {}}}}),
              ReasonIs(Reason::kKeyringFork));
  EXPECT_THAT(load(Load()->floors()), IsOk());
}

TEST_F(EditorLoadTest, RestoresNothingThatTheNewestTookAway) {
  const auto editor = Load();
  const Epoch today = editor->Today();
  const Epoch destroyed = EpochOf(DayOf(today) + 1);
  ASSERT_THAT(editor->DestroyDay(destroyed), IsOk());
  ASSERT_THAT(editor->Hold(today), IsOk());
  ASSERT_THAT(editor->Revoke(Role::kGate, std::nullopt), IsOk());
  const Restored restored = Restore(files_.main, editor->Sign()->main).value();
  EXPECT_FALSE(restored.kept.empty());
  v1::KeyringPayload payload;
  ASSERT_THAT(keyring::ReadKeyring(restored.file, {public_key_}, &payload),
              IsOk());
  for (const v1::Key& key : payload.keys()) {
    EXPECT_EQ(key.hold(), key.epoch() == ToInt(today));
    if (key.epoch() == ToInt(destroyed)) {
      EXPECT_EQ(key.state(), v1::Key::DESTROYED);
    }
    for (const v1::Wrap& wrap : key.wraps()) {
      EXPECT_NE(wrap.role(), ToInt(Role::kGate));
    }
  }
  // Days that are made later are not given back either.
  for (const v1::Schema::Role& role : payload.schema().role()) {
    if (role.id() != v1::GATE) continue;
    EXPECT_EQ(role.slot_size(), 0);
  }
}

TEST_F(EditorLoadTest, RestoresNoLongerAccessThanTheNewestGives) {
  const auto editor = Load();
  const Epoch today = editor->Today();
  ASSERT_THAT(editor->Hold(today), IsOk());  // DISPUTE's access has no end
  const std::string copy = editor->Sign()->main;
  ASSERT_THAT(editor->Release(today), IsOk());
  const Restored restored = Restore(copy, editor->Sign()->main).value();
  v1::KeyringPayload payload;
  ASSERT_THAT(keyring::ReadKeyring(restored.file, {public_key_}, &payload),
              IsOk());
  int num_wraps = 0;
  for (const v1::Key& key : payload.keys()) {
    for (const v1::Wrap& wrap : key.wraps()) {
      if (wrap.role() != ToInt(Role::kDispute)) continue;
      EXPECT_NE(wrap.open_until_ms(), 0u);
      ++num_wraps;
    }
  }
  EXPECT_GT(num_wraps, 0);
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
