// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/keyring.h"

#include <memory>
#include <optional>
#include <string>

#include "parcelveil/field.h"
#include "parcelveil/v1/keyring.pb.h"
#include "src/crypto/sign.h"
#include "src/keyring/payload.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Cell kCell{Slot::kRecipientPhone, "SF1234567890123"};

class KeyringTest : public ::testing::Test {
 protected:
  // A newer file with one more key.
  void PublishNewer() {
    ASSERT_THAT(keys_.editor().Rotate(Slot::kRecipientPhone), IsOk());
    keys_.Publish();
  }

  static absl::StatusOr<std::string> SealPhone(const Keyring& keyring) {
    auto sealer = Sealer::Create(&keyring, TableMap::Default());
    if (!sealer.ok()) return sealer.status();
    std::string sealed;
    const absl::Status status =
        (*sealer)->SealField(kCell, Scope::kNational, "13812345678", &sealed);
    if (!status.ok()) return status;
    return sealed;
  }

  static absl::Status OpenPhone(const Keyring& keyring,
                                const std::string& sealed) {
    return Opener::Create(&keyring).value()->Open(kCell, sealed).status();
  }

  testing::TestKeyring keys_;
};

TEST_F(KeyringTest, LoadsWithoutUnwrappingAndSaysHowItIs) {
  const auto keyring = keys_.Load(Role::kGate);
  EXPECT_EQ(keyring->role(), Role::kGate);
  EXPECT_EQ(keyring->tenant(), 7u);
  EXPECT_EQ(DayOf(keyring->Today()), absl::CivilDay(2026, 11, 24));
  const KeyringHealth health = keyring->Health();
  EXPECT_THAT(health.last_reload, IsOk());
  EXPECT_EQ(health.serial, 1u);
  EXPECT_FALSE(health.needs_attention);
  EXPECT_GT(health.sealing_stops - keys_.clock().Now(), absl::Hours(24 * 35));
}

TEST_F(KeyringTest, AsksForAttentionWhenHalfOfTheDaysAheadAreUsed) {
  const auto keyring = keys_.Load(Role::kGate);
  keys_.clock().Advance(absl::Hours(24 * 17));
  EXPECT_FALSE(keyring->Health().needs_attention);
  keys_.clock().Advance(absl::Hours(24 * 2));
  EXPECT_TRUE(keyring->Health().needs_attention);
}

TEST_F(KeyringTest, DaysTurnAtTheTenantsMidnight) {
  const auto keyring = keys_.Load(Role::kGate);
  const absl::TimeZone beijing = keyring->time_zone();
  keys_.clock().Set(
      absl::FromCivil(absl::CivilSecond(2026, 11, 25, 23, 59, 59), beijing));
  EXPECT_EQ(DayOf(keyring->Today()), absl::CivilDay(2026, 11, 25));
  keys_.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(DayOf(keyring->Today()), absl::CivilDay(2026, 11, 26));
}

TEST_F(KeyringTest, AClockTurnedBackGainsNothing) {
  const auto keyring = keys_.Load(Role::kGate);
  keys_.clock().Advance(-absl::Hours(24 * 400));
  EXPECT_EQ(DayOf(keyring->Today()), absl::CivilDay(2026, 11, 24));
}

TEST_F(KeyringTest, RefusesAFileThatNoPinnedSignerSigned) {
  KeyringOptions options = keys_.Options(Role::kGate);
  options.signers[0][0] ^= 1;
  EXPECT_THAT(Keyring::Load(std::move(options)),
              ReasonIs(Reason::kUnauthenticated));
  KeyringOptions none = keys_.Options(Role::kGate);
  none.signers.clear();
  EXPECT_THAT(Keyring::Load(std::move(none)), ReasonIs(Reason::kMalformed));
}

TEST_F(KeyringTest, RefusesEveryKindOfDamage) {
  const std::string intact = keys_.file()->bytes;
  for (size_t at = 0; at < intact.size(); at += 97) {
    keys_.file()->bytes = intact;
    keys_.file()->bytes[at] ^= 0x10;
    EXPECT_THAT(Keyring::Load(keys_.Options(Role::kGate)), Not(IsOk())) << at;
    keys_.file()->bytes = intact.substr(0, at);
    EXPECT_THAT(Keyring::Load(keys_.Options(Role::kGate)), Not(IsOk())) << at;
  }
}

TEST_F(KeyringTest, RefusesAnotherRolesOrAnotherTenantsSecret) {
  KeyringOptions options = keys_.Options(Role::kList);
  options.role = Role::kGate;
  EXPECT_THAT(Keyring::Load(std::move(options)), ReasonIs(Reason::kForbidden));

  testing::TestKeyring other(Schema::Default(), 8);
  KeyringOptions mixed = other.Options(Role::kGate);
  mixed.source = std::move(keys_.Options(Role::kGate).source);
  mixed.signers = keys_.signers();
  EXPECT_THAT(Keyring::Load(std::move(mixed)), ReasonIs(Reason::kForbidden));
}

TEST_F(KeyringTest, TakesUpANewerFileByItselfWithinSeconds) {
  const auto gate = keys_.Load(Role::kGate);
  ASSERT_THAT(SealPhone(*gate), IsOk());
  PublishNewer();
  EXPECT_EQ(gate->Health().serial, 1u);
  keys_.clock().Advance(absl::Seconds(6));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string sealed, SealPhone(*gate));
  EXPECT_EQ(gate->Health().serial, 2u);
  EXPECT_EQ(sealed[1], 1);  // under the new generation
}

TEST_F(KeyringTest, GoesOnLookingForNewerFilesAfterAClockWasTurnedBack) {
  const auto gate = keys_.Load(Role::kGate);
  keys_.clock().Advance(absl::Hours(72));
  ASSERT_THAT(SealPhone(*gate), IsOk());
  keys_.clock().Advance(-absl::Hours(72));
  PublishNewer();
  ASSERT_THAT(SealPhone(*gate), IsOk());
  EXPECT_EQ(gate->Health().serial, 2u);
}

TEST_F(KeyringTest, RefusesToBecomeAnotherKeyring) {
  const auto gate = keys_.Load(Role::kGate);
  testing::TestKeyring other;
  KeyringOptions options = keys_.Options(Role::kGate);
  options.signers.push_back(other.signers()[0]);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto trusting,
                                  Keyring::Load(std::move(options)));
  ASSERT_THAT(other.editor().Rotate(Slot::kRecipientPhone), IsOk());
  other.Publish();
  keys_.file()->bytes = other.file()->bytes;
  EXPECT_THAT(trusting->Reload(), ReasonIs(Reason::kKeyringFork));
}

TEST_F(KeyringTest, ReadsTheSourceOnlyWhenItChanged) {
  const auto gate = keys_.Load(Role::kGate);
  const int num_reads = keys_.file()->num_reads;
  for (int i = 0; i < 10; ++i) {
    keys_.clock().Advance(absl::Seconds(6));
    ASSERT_THAT(SealPhone(*gate), IsOk());
  }
  EXPECT_EQ(keys_.file()->num_reads, num_reads);
}

TEST_F(KeyringTest, LooksForANewerFileWhenAKeyIsMissing) {
  const auto old_reader = keys_.Load(Role::kGate);
  PublishNewer();
  const auto writer = keys_.Load(Role::kGate);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string sealed, SealPhone(*writer));
  EXPECT_THAT(OpenPhone(*old_reader, sealed), IsOk());
}

TEST_F(KeyringTest, GoesOnWithWhatItHasWhenTheNewFileIsBad) {
  const auto gate = keys_.Load(Role::kGate);
  keys_.file()->bytes = "junk";
  ++keys_.file()->version;
  keys_.clock().Advance(absl::Seconds(6));
  EXPECT_THAT(SealPhone(*gate), IsOk());
  EXPECT_THAT(gate->Health().last_reload, ReasonIs(Reason::kMalformed));
}

TEST_F(KeyringTest, RefusesAnOlderFileWithinTheProcess) {
  const std::string first = keys_.file()->bytes;
  PublishNewer();
  const auto gate = keys_.Load(Role::kGate);
  keys_.file()->bytes = first;
  const absl::Status status = gate->Reload();
  EXPECT_THAT(status, ReasonIs(Reason::kKeyringRolledBack));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss,
                               HasSubstr("serial 1 is older than 2")));
}

TEST_F(KeyringTest, RefusesAnOlderFileThanTheHostHasSeen) {
  std::optional<KeyringFloor> floor;
  const auto load = [&] {
    KeyringOptions options = keys_.Options(Role::kGate);
    options.floor = std::make_unique<testing::MemoryFloor>(&floor);
    return Keyring::Load(std::move(options)).status();
  };
  const std::string first = keys_.file()->bytes;
  PublishNewer();
  EXPECT_THAT(load(), IsOk());
  ASSERT_TRUE(floor.has_value());
  EXPECT_EQ(floor->serial, 2u);
  keys_.file()->bytes = first;
  EXPECT_THAT(load(), ReasonIs(Reason::kKeyringRolledBack));
}

TEST_F(KeyringTest, NoticesAFork) {
  std::optional<KeyringFloor> floor;
  const auto load = [&] {
    KeyringOptions options = keys_.Options(Role::kGate);
    options.floor = std::make_unique<testing::MemoryFloor>(&floor);
    return Keyring::Load(std::move(options)).status();
  };
  ASSERT_THAT(load(), IsOk());
  floor->sha256[0] ^= 1;  // another file of serial 1 was seen
  EXPECT_THAT(load(), ReasonIs(Reason::kKeyringFork));
  PublishNewer();  // serial 2 follows the real serial 1, not the one seen
  EXPECT_THAT(load(), ReasonIs(Reason::kKeyringFork));
}

// Re-signs the published file after `change`.
template <typename Change>
void Forge(testing::TestKeyring* keys, const crypto::SigningKey& signer,
           Change&& change) {
  v1::KeyringPayload payload;
  ASSERT_THAT(
      keyring::ReadKeyring(keys->file()->bytes, keys->signers(), &payload),
      IsOk());
  change(&payload);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(keys->file()->bytes,
                                  keyring::WriteKeyring(payload, signer));
}

TEST_F(KeyringTest, RefusesPayloadsThatNoSignerShouldHaveSigned) {
  const crypto::SigningKey signer =
      crypto::SigningKey::FromSeed(Secret::Random(32).value()).value();
  const std::string intact = keys_.file()->bytes;
  const auto load_after = [&](auto change) {
    keys_.file()->bytes = intact;
    Forge(&keys_, signer, change);
    KeyringOptions options = keys_.Options(Role::kGate);
    options.signers = {signer.public_key()};
    return Keyring::Load(std::move(options)).status();
  };
  using Payload = v1::KeyringPayload*;
  EXPECT_THAT(load_after([](Payload) {}), IsOk());
  EXPECT_THAT(load_after([](Payload p) { *p->add_keys() = p->keys(0); }),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(load_after([](Payload p) { p->set_min_reader(2); }),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(load_after([](Payload p) {
                p->mutable_keys(0)->mutable_kcv()->pop_back();
              }),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(
      load_after([](Payload p) {
        p->mutable_keys(0)->mutable_wraps(0)->mutable_blob()->push_back('x');
      }),
      ReasonIs(Reason::kMalformed));
  EXPECT_THAT(
      load_after([](Payload p) { p->mutable_keys(0)->set_slot(70000); }),
      ReasonIs(Reason::kMalformed));
  EXPECT_THAT(load_after([](Payload p) { p->set_shard_scope(5712); }),
              ReasonIs(Reason::kMalformed));  // no shard holds epoch keys
  EXPECT_THAT(load_after([](Payload p) {
                p->set_shard_scope(5712);
                p->clear_keys();
              }),
              ReasonIs(Reason::kForbidden));
  EXPECT_THAT(load_after([](Payload p) { p->clear_schema(); }),
              ReasonIs(Reason::kMalformed));
}

TEST_F(KeyringTest, NoticesAKeyThatIsNotTheListedOne) {
  const crypto::SigningKey signer =
      crypto::SigningKey::FromSeed(Secret::Random(32).value()).value();
  Forge(&keys_, signer, [](v1::KeyringPayload* payload) {
    for (v1::Key& key : *payload->mutable_keys()) (*key.mutable_kcv())[0] ^= 1;
  });
  KeyringOptions options = keys_.Options(Role::kGate);
  options.signers = {signer.public_key()};
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto gate,
                                  Keyring::Load(std::move(options)));
  EXPECT_THAT(SealPhone(*gate), ReasonIs(Reason::kKeyMismatch));
}

TEST_F(KeyringTest, OnlyDisputeOpensADayOnHoldOnceItIsOver) {
  const auto gate = keys_.Load(Role::kGate);
  const auto dispute = keys_.Load(Role::kDispute);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string sealed, SealPhone(*gate));
  ASSERT_THAT(keys_.editor().Hold(keys_.today()), IsOk());
  keys_.Publish();
  ASSERT_THAT(gate->Reload(), IsOk());
  ASSERT_THAT(dispute->Reload(), IsOk());
  EXPECT_THAT(OpenPhone(*gate, sealed), IsOk());
  keys_.clock().Advance(absl::Hours(24));
  EXPECT_THAT(OpenPhone(*gate, sealed), ReasonIs(Reason::kForbidden));
  EXPECT_THAT(OpenPhone(*dispute, sealed), IsOk());
}

TEST_F(KeyringTest, TreatsADayAsDestroyedOnceItIsDueWhateverTheFileHolds) {
  std::string text = Schema::Default().ToText() + "destroy_after_days: 30\n";
  testing::TestKeyring keys(Schema::Parse(text).value());
  const auto gate = keys.Load(Role::kGate);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string sealed, SealPhone(*gate));
  keys.clock().Advance(absl::Hours(24 * 30));
  EXPECT_THAT(OpenPhone(*gate, sealed), IsOk());
  keys.clock().Advance(absl::Hours(24));
  EXPECT_THAT(OpenPhone(*gate, sealed), ReasonIs(Reason::kKeyDestroyed));
}

TEST_F(KeyringTest, AnOutletOpensItsOwnViewsOnly) {
  const Secret steward = keys_.SecretOf(Role::kSteward);
  KeyringEditor::AddScopeOptions options{Scope{5712}, std::nullopt, &steward};
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(GrantReport report,
                                  keys_.editor().AddScope(options));
  keys_.Keep(std::move(report.new_secrets));
  keys_.Publish();
  const auto outlet = keys_.Load(Role::kOutlet, Scope{5712});
  const auto converter = keys_.Load(Role::kConverter);
  const auto sealer =
      Sealer::Create(converter.get(), TableMap::Default()).value();
  const auto opener = Opener::Create(outlet.get()).value();
  const auto open_view_of = [&](Scope scope) {
    Record record("1");
    record.Set(Slot::kRecipientPhone, "13812345678");
    record.set_scope(scope);
    const SealedRow row = sealer->Seal(record).value();
    const SealedView view{"1", row.cells()[1].bytes};
    return opener->OpenViews(Slot::kRecipientView, {view})[0].status();
  };
  EXPECT_THAT(open_view_of(Scope{5712}), IsOk());
  EXPECT_THAT(open_view_of(Scope{5713}), ReasonIs(Reason::kForbidden));
  EXPECT_THAT(open_view_of(Scope::kNational), ReasonIs(Reason::kForbidden));
}

TEST_F(KeyringTest, WorksWithACacheFarSmallerThanTheKeysInUse) {
  KeyringOptions options = keys_.Options(Role::kGate);
  options.cache_keys = 1;
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto gate,
                                  Keyring::Load(std::move(options)));
  const auto sealer = Sealer::Create(gate.get(), TableMap::Default()).value();
  const auto opener = Opener::Create(gate.get()).value();
  for (int round = 0; round < 2; ++round) {
    for (uint32_t outlet = 0; outlet < 100; ++outlet) {
      std::string sealed;
      ASSERT_THAT(
          sealer->SealField(kCell, Scope{outlet}, "13812345678", &sealed),
          IsOk());
      ASSERT_THAT(opener->Open(kCell, sealed), IsOk());
    }
  }
}

}  // namespace
}  // namespace parcelveil
