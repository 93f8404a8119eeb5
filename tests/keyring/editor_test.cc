// SPDX-License-Identifier: Apache-2.0
// Keyrings over time: days ahead, past days, missed runs, changed schemas.

#include <algorithm>
#include <set>

#include "src/crypto/hash.h"
#include "src/keyring/calendar.h"
#include "tests/keyring/editor_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::testing::Each;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Schema SchemaWith(const std::string& lines) {
  return Schema::Parse(Schema::Default().ToText() + lines).value();
}

TEST(CalendarTest, StartsDaysAtTheTenantsMidnight) {
  const keyring::Calendar calendar{8 * 3600};
  EXPECT_EQ(calendar.StartMs(Epoch{2500}), 1793808000000u);
  EXPECT_EQ(calendar.At(1793808000000u), Epoch{2500});
  EXPECT_EQ(calendar.At(1793808000000u - 1), Epoch{2499});
}

TEST(KeyringEditorCreateTest, RefusesAnOddUtcOffset) {
  KeyringEditor::CreateOptions options;
  options.utc_offset = absl::Seconds(90);
  EXPECT_THAT(KeyringEditor::Create(options), ReasonIs(Reason::kMalformed));
  options.utc_offset = absl::Hours(15);
  EXPECT_THAT(KeyringEditor::Create(options), ReasonIs(Reason::kMalformed));
}

TEST_F(EditorTest, MakesEverySlotForTodayAnd35Days) {
  std::set<std::pair<uint32_t, uint32_t>> names;
  const v1::KeyringPayload published = Published();
  for (const v1::Key& key : published.keys()) {
    names.insert({key.slot(), key.epoch()});
  }
  EXPECT_EQ(names.size(), editor().schema().KeyedSlots().size() * 36);
  EXPECT_EQ(Published().not_after_ms(),
            keyring::Calendar{8 * 3600}.EndMs(EpochOf(DayOf(Today()) + 35)));
}

TEST_F(EditorTest, ChainsEachFileToTheOneBefore) {
  const std::string first = keys_.file()->bytes;
  AdvanceDays(1);
  MaintainAndPublish();
  const auto hash = crypto::Sha256(first);
  EXPECT_EQ(Published().serial(), 2u);
  EXPECT_EQ(Published().prev_sha256(), std::string(hash.begin(), hash.end()));
}

TEST_F(EditorTest, ChangesNothingOnASecondRunOfTheDay) {
  MaintainAndPublish();
  const auto report = editor().Maintain({}).value();
  EXPECT_THAT(report.days_made, IsEmpty());
  EXPECT_EQ(editor().Sign()->main, "");
}

TEST_F(EditorTest, LosesNothingToATimerThatMissedEightDays) {
  const Row before = Seal().value();
  AdvanceDays(8);
  const Row meanwhile = Seal().value();  // no run since
  const MaintainReport report = MaintainAndPublish();
  EXPECT_THAT(report.days_made, SizeIs(8));
  const Row after = Seal().value();
  for (const Row& row : {before, meanwhile, after}) {
    EXPECT_THAT(OpenPhone(Role::kGate, row), IsOk());
  }
  EXPECT_THAT(OpenView(Role::kList, meanwhile), IsOk());
  EXPECT_THAT(OpenView(Role::kList, after), IsOk());
  // Eight days later LIST's seven are over, run or no run.
  EXPECT_THAT(OpenView(Role::kList, before), ReasonIs(Reason::kForbidden));
}

TEST_F(EditorTest, SaysWhoseAccessEndedAndThatItCanComeBack) {
  AdvanceDays(8);
  const MaintainReport report = MaintainAndPublish();
  std::set<Role> roles;
  for (const auto& ended : report.ended) roles.insert(ended.role);
  EXPECT_EQ(roles, (std::set<Role>{Role::kList, Role::kTelephony}));
  EXPECT_THAT(report.ended,
              Each(Field(&MaintainReport::Ended::can_be_granted_again, true)));
}

TEST_F(EditorTest, DestroysNothingThatTheSchemaDoesNotSay) {
  const Row row = Seal().value();
  AdvanceDays(34);
  MaintainAndPublish();
  AdvanceDays(34);
  const MaintainReport report = MaintainAndPublish();
  EXPECT_THAT(report.destroyed, IsEmpty());
  EXPECT_FALSE(report.next_due.has_value());
  EXPECT_THAT(OpenPhone(Role::kGate, row), IsOk());
}

TEST_F(EditorTest, DestroysADayWhenItIsDue) {
  MaintainAndPublish({SchemaWith("destroy_after_days: 10")});
  AdvanceDays(1);  // the schema's first day
  const Row row = Seal().value();
  AdvanceDays(10);
  EXPECT_THAT(MaintainAndPublish().destroyed, IsEmpty());
  AdvanceDays(1);
  EXPECT_THAT(MaintainAndPublish().destroyed, SizeIs(1));
  EXPECT_THAT(OpenPhone(Role::kGate, row), ReasonIs(Reason::kKeyDestroyed));
}

TEST_F(EditorTest, DoesNotDestroyByADoubtfulClockUntilTold) {
  MaintainAndPublish({SchemaWith("destroy_after_days: 10")});
  AdvanceDays(40);
  EXPECT_THAT(editor().Maintain({}), ReasonIs(Reason::kKeyringStale));
  const MaintainReport report =
      MaintainAndPublish({std::nullopt, /*clock_is_right=*/true});
  EXPECT_THAT(report.destroyed, SizeIs(29));
  EXPECT_THAT(report.days_made, SizeIs(36));
}

TEST_F(EditorTest, StampsNothingByADoubtfulClockUntilTold) {
  AdvanceDays(40);
  EXPECT_THAT(editor().Maintain({}), ReasonIs(Reason::kKeyringStale));
  ASSERT_THAT(editor().Rotate(Slot::kRecipientPhone), IsOk());
  EXPECT_THAT(editor().Sign(), ReasonIs(Reason::kKeyringStale));
  MaintainAndPublish({std::nullopt, /*clock_is_right=*/true});
  EXPECT_THAT(Seal(), IsOk());
}

TEST_F(EditorTest, SealsPastDaysUnderBackfillKeys) {
  EXPECT_THAT(Seal(Scope::kNational, DaysAgo(20)),
              ReasonIs(Reason::kNoActiveKey));
  ASSERT_THAT(editor().Backfill(DaysAgo(100)), IsOk());
  keys_.Publish();
  const Row old_row = Seal(Scope::kNational, DaysAgo(95)).value();
  const Row recent = Seal(Scope::kNational, DaysAgo(5)).value();
  // Retention counts from the row's own day.
  EXPECT_THAT(OpenPhone(Role::kGate, old_row), ReasonIs(Reason::kForbidden));
  EXPECT_THAT(OpenPhone(Role::kDispute, old_row), IsOk());
  EXPECT_THAT(OpenPhone(Role::kGate, recent), IsOk());
  EXPECT_THAT(OpenView(Role::kList, recent), IsOk());
  EXPECT_THAT(OpenView(Role::kList, old_row), ReasonIs(Reason::kForbidden));
}

TEST_F(EditorTest, EndsBackfillAfter35DaysAndTakesUpANewGenThen) {
  const int per_day = 11;
  EXPECT_EQ(editor().Backfill(DaysAgo(3))->num_keys_made, 3 * per_day);
  EXPECT_EQ(editor().Backfill(DaysAgo(3))->num_keys_made, 0);
  keys_.Publish();
  AdvanceDays(34);
  const Epoch day = DaysAgo(35);
  MaintainAndPublish();
  AdvanceDays(2);
  EXPECT_THAT(Seal(Scope::kNational, day), ReasonIs(Reason::kNoActiveKey));
  ASSERT_THAT(editor().Backfill(day), IsOk());
  keys_.Publish();
  EXPECT_THAT(Seal(Scope::kNational, day), IsOk());
  EXPECT_THAT(editor().Backfill(Today()), ReasonIs(Reason::kMalformed));
}

TEST_F(EditorTest, MakesNoKeysForPastDaysThatAreDueAlready) {
  MaintainAndPublish({SchemaWith("destroy_after_days: 10")});
  const MaintainReport report = editor().Backfill(DaysAgo(30)).value();
  EXPECT_THAT(report.days_made, SizeIs(10));
  EXPECT_EQ(report.days_made.front(), DaysAgo(10));
}

TEST_F(EditorTest, GivesANewRoleItsSlotsFromTomorrow) {
  const Row today = Seal().value();
  MaintainReport report = MaintainAndPublish(
      {SchemaWith("role { id: 64 open_days: 3 bucket_days: 7 "
                  "slot: RECIPIENT_VIEW }")});
  ASSERT_THAT(report.new_secrets, SizeIs(1));
  keys_.Keep(std::move(report.new_secrets));
  EXPECT_THAT(OpenView(Role{64}, today), ReasonIs(Reason::kForbidden));
  AdvanceDays(1);
  const Row tomorrow = Seal().value();
  EXPECT_THAT(OpenView(Role{64}, tomorrow), IsOk());
  EXPECT_THAT(OpenView(Role::kList, tomorrow), IsOk());
}

TEST_F(EditorTest, KeepsTheSecretOfARoleThatLeavesAndReturns) {
  const Schema with = SchemaWith(
      "role { id: 64 open_days: 3 bucket_days: 7 slot: RECIPIENT_VIEW }");
  keys_.Keep(MaintainAndPublish({with}).new_secrets);
  MaintainAndPublish({Schema::Default()});
  EXPECT_THAT(MaintainAndPublish({with}).new_secrets, IsEmpty());
  AdvanceDays(1);
  EXPECT_THAT(OpenView(Role{64}, Seal().value()), IsOk());
}

TEST_F(EditorTest, SavesEveryDayWhenDestructionIsDropped) {
  MaintainAndPublish({SchemaWith("destroy_after_days: 10")});
  AdvanceDays(5);
  MaintainAndPublish({Schema::Default()});
  const v1::KeyringPayload published = Published();
  for (const v1::Key& key : published.keys()) {
    EXPECT_EQ(key.destroy_after_ms(), 0u);
  }
}

TEST_F(EditorTest, ChangesIndexLengthsUnderNewKeysOnly) {
  std::string text = Schema::Default().ToText();
  const size_t bits = text.find("bits: 19");
  ASSERT_NE(bits, std::string::npos);
  text.replace(bits, 8, "bits: 13");
  MaintainAndPublish({Schema::Parse(text).value()});
  const v1::KeyringPayload published = Published();
  for (const v1::Key& key : published.keys()) {
    if (key.slot() != ToInt(Slot::kRecipientPhoneIndex)) continue;
    EXPECT_EQ(key.index_bits(), key.gen() == 0 ? 19u : 13u);
    EXPECT_EQ(key.gen() == 0 || key.epoch() > ToInt(Today()), true);
  }
}

}  // namespace
}  // namespace parcelveil
