// SPDX-License-Identifier: Apache-2.0
// Which key pairs a role's secret has, and whose access a change touches.

#include <string>
#include <utility>

#include "src/keyring/wrap.h"
#include "tests/keyring/editor_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Not;

constexpr Scope kOutlet{5712};
constexpr Role kSecondScoped{64};

// The default schema, where LIST's pairs last `days` days each.
Schema SchemaWithListBucket(int days) {
  std::string text = Schema::Default().ToText();
  const std::string bucket = "bucket_days: 7";
  const size_t at = text.find(bucket, text.find("LIST"));
  text.replace(at, bucket.size(), "bucket_days: " + std::to_string(days));
  return Schema::Parse(text).value();
}

keyring::RoleSecret Parsed(Secret secret) {
  return keyring::RoleSecret::Parse(std::move(secret)).value();
}

std::vector<uint16_t> ListedVersions(const v1::KeyringPayload& payload,
                                     Role role) {
  std::vector<uint16_t> versions;
  for (const v1::RoleKey& key : payload.roles()) {
    if (key.role() != ToInt(role)) continue;
    versions.push_back(static_cast<uint16_t>(key.kek_version()));
  }
  return versions;
}

// The ends of `role`'s wraps of a slot and day.
std::vector<uint64_t> Ends(const v1::KeyringPayload& payload, Role role,
                           Slot slot, Epoch day) {
  std::vector<uint64_t> ends;
  for (const v1::Key& key : payload.keys()) {
    if (key.slot() != ToInt(slot) || key.epoch() != ToInt(day)) continue;
    for (const v1::Wrap& wrap : key.wraps()) {
      if (wrap.role() == ToInt(role)) ends.push_back(wrap.open_until_ms());
    }
  }
  return ends;
}

TEST(DailyPairsTest, RenewWhileOldDaysAreOpen) {
  testing::TestKeyring keys(SchemaWithListBucket(1));
  const Secret first = keys.SecretOf(Role::kList);
  keys.clock().Advance(absl::Hours(24) * 20);
  ASSERT_THAT(keys.editor().Maintain({}), IsOk());
  auto renewed = keys.editor().RenewSecret(first);
  ASSERT_THAT(renewed, IsOk());
  ASSERT_TRUE(renewed->has_value());
  const keyring::RoleSecret pairs = Parsed(std::move(**renewed));
  EXPECT_EQ(pairs.kek_versions().size(), keyring::kMaxPairs);
  // Seven days after its own a day of LIST is over.
  EXPECT_EQ(pairs.kek_versions().front(), ToInt(keys.today()) - 7);
  EXPECT_GT(pairs.kek_versions().back(),
            Parsed(keys.SecretOf(Role::kList)).kek_versions().back());
}

TEST_F(EditorTest, AnotherBucketLeavesNoPairThatNothingNeeds) {
  const Row row = Seal().value();
  const keyring::RoleSecret before = Parsed(keys_.SecretOf(Role::kList));
  MaintainAndPublish({SchemaWithListBucket(31)});
  Secret renewed =
      editor().RenewSecret(keys_.SecretOf(Role::kList)).value().value();
  keys_.Publish();
  const keyring::RoleSecret after = Parsed(std::move(renewed));
  // The days that were made before go on; the two years after them do not.
  EXPECT_TRUE(after.Has(ToInt(Today()) / 7));
  EXPECT_FALSE(after.Has(before.kek_versions().back()));
  EXPECT_TRUE(after.Has(ToInt(Today()) / 31));
  EXPECT_EQ(ListedVersions(Published(), Role::kList).size(),
            after.kek_versions().size());
  EXPECT_THAT(OpenView(Role::kList, row), IsOk());
}

TEST_F(EditorTest, DelistsThePairsThatAnotherHostDropped) {
  const uint16_t dropped =
      Parsed(keys_.SecretOf(Role::kList)).kek_versions().back();
  MaintainAndPublish({SchemaWithListBucket(31)});
  const RenewedAlone renewed =
      RenewAlone(keys_.file()->bytes, keys_.signers(),
                 keys_.SecretOf(Role::kList), keys_.clock().Now())
          .value();
  ASSERT_THAT(editor().AddRoleKeys(renewed.role_keys), IsOk());
  keys_.Publish();
  EXPECT_THAT(ListedVersions(Published(), Role::kList), Not(Contains(dropped)));
  EXPECT_THAT(ListedVersions(Published(), Role::kGate), Contains(Not(0)));
}

TEST_F(EditorTest, AGrantToOneScopedRoleServesNoOther) {
  MaintainAndPublish({Schema::Parse(Schema::Default().ToText() +
                                    "role { id: 64 scoped: true open_days: 7 "
                                    "bucket_days: 7 slot: SENDER_VIEW }")
                          .value()});
  const Secret steward = keys_.SecretOf(Role::kSteward);
  keys_.Keep(
      editor().AddScope({kOutlet, std::nullopt, &steward}).value().new_secrets);
  keys_.Publish();
  const Epoch day = Today();
  const auto before =
      Ends(Published(kOutlet), Role::kOutlet, Slot::kRecipientView, day);
  ASSERT_EQ(before.size(), 1u);
  AdvanceDays(2);
  MaintainAndPublish();
  ASSERT_THAT(
      editor().Grant({kSecondScoped, Slot::kRecipientView, day, &steward}),
      IsOk());
  keys_.Publish();
  const v1::KeyringPayload shard = Published(kOutlet);
  EXPECT_EQ(Ends(shard, kSecondScoped, Slot::kRecipientView, day).size(), 1u);
  EXPECT_EQ(Ends(shard, Role::kOutlet, Slot::kRecipientView, day), before);
}

TEST_F(EditorTest, AGrantToDisputeOnAHeldDayHasNoEnd) {
  const Secret steward = keys_.SecretOf(Role::kSteward);
  const Epoch day = Today();
  ASSERT_THAT(editor().Hold(day), IsOk());
  ASSERT_THAT(editor().Grant({Role::kDispute, Slot::kDial, day, &steward}),
              IsOk());
  keys_.Publish();
  const auto ends = Ends(Published(), Role::kDispute, Slot::kDial, day);
  EXPECT_EQ(ends.size(), 1u);
  EXPECT_THAT(ends, Each(0u));
}

TEST_F(EditorTest, RotatesTheLastDayThereIsOnce) {
  AdvanceDays(UINT16_MAX - ToInt(Today()));
  ASSERT_EQ(Today(), Epoch{UINT16_MAX});
  ASSERT_THAT(editor().Maintain({std::nullopt, /*clock_is_right=*/true}),
              IsOk());
  const auto num_made = editor().Rotate(Slot::kRecipientPhone);
  ASSERT_THAT(num_made, IsOk());
  EXPECT_EQ(*num_made, 1);
}

}  // namespace
}  // namespace parcelveil
