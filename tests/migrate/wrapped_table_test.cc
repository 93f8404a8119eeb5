// SPDX-License-Identifier: Apache-2.0
// WrappedTable through its API; tests/e2e/wrapped_table has the commands, on
// both databases.

#include "parcelveil/wrapped_table.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/migrate/wrap_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class WrappedTableTest : public testing::WrapTest {
 protected:
  std::unique_ptr<WrappedTable> Open() {
    auto table = WrappedTable::Open(db_.get(), map_);
    EXPECT_THAT(table, IsOk());
    return table.ok() ? *std::move(table) : nullptr;
  }
  FoundMaskedRows Find(FindRows find, Role role = Role::kGate) {
    const auto keyring = keyring_.Load(role);
    auto found = Open()->Find(*keyring, find);
    EXPECT_THAT(found, IsOk());
    return found.ok() ? *std::move(found) : FoundMaskedRows();
  }
  ResealResult Reseal(ResealOptions options = {}) {
    const auto keyring = keyring_.Load(Role::kGate);
    options.make_keys = Options().make_keys;
    auto result = Open()->Reseal(*keyring, options);
    EXPECT_THAT(result, IsOk());
    return result.value_or(ResealResult());
  }
  void Rotate(Slot slot) {
    ASSERT_THAT(keyring_.editor().Rotate(slot), IsOk());
    keyring_.Publish();
  }
  // As `wrap finish` leaves it.
  void DropPlaintext() {
    const auto migration = OpenMigration();
    ASSERT_EQ(Verify().num_mismatches, 0);
    ASSERT_THAT(migration->Finish(FinishOptions()), IsOk());
  }
  static std::vector<std::string> Keys(const std::vector<MaskedRow>& rows) {
    std::vector<std::string> keys;
    for (const MaskedRow& row : rows) keys.push_back(row.key);
    return keys;
  }
  std::string Bytes(const std::string& id) {
    return Text(
        "SELECT hex(recipient_phone_sealed) || hex(recipient_view) || "
        "hex(recipient_phone_by_phone) FROM waybill WHERE waybill_no = "
        "'" +
        id + "'");
  }
};

TEST_F(WrappedTableTest, IsToBeWrappedFirst) {
  EXPECT_THAT(
      WrappedTable::Open(db_.get(), map_),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("wrap run")));
}

TEST_F(WrappedTableTest, FindsANumberHoweverItIsWrittenTheNewestFirst) {
  InsertMany(40);
  Insert({"OLD", "2026-11-20"});
  Insert({"NEW", "2026-11-23"});
  Run();
  for (const char* text :
       {"13812341234", "+86 138 1234 1234", "138-1234-1234"}) {
    const FoundMaskedRows found = Find({text});
    EXPECT_THAT(Keys(found.rows), ElementsAre("NEW", "OLD")) << text;
    ASSERT_THAT(found.rows, SizeIs(2));
    EXPECT_EQ((*found.rows[0].views[0])[Slot::kRecipientPhone].text(),
              "138****1234");
    EXPECT_THAT(found.rows[0].shown, ElementsAre("30"));
  }
  EXPECT_THAT(Find({"13812341235"}).rows, IsEmpty());
  FindRows recent{"13812341234"};
  recent.back = absl::Hours(24);
  EXPECT_THAT(Keys(Find(recent).rows), ElementsAre("NEW"));
}

TEST_F(WrappedTableTest, FindsFourDigitsInOneOutletOnly) {
  InsertMany(30);
  Run();
  FindRows find{"0007", IndexRule::kLast4, Scope{5712}};
  EXPECT_THAT(Keys(Find(find).rows), ElementsAre("SF000007"));
  find.scope = Scope{5713};
  EXPECT_THAT(Find(find).rows, IsEmpty());
  find.scope = std::nullopt;
  const auto keyring = keyring_.Load(Role::kGate);
  EXPECT_THAT(
      Open()->Find(*keyring, find),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("outlet")));
}

TEST_F(WrappedTableTest, ShowsTwentyRowsOfManyAndCountsThemAll) {
  InsertMany(25);
  Execute("UPDATE waybill SET recipient_phone = '13812341234'");
  Run();
  const FoundMaskedRows found = Find({"13812341234"});
  EXPECT_EQ(found.num_matches, 25);
  EXPECT_THAT(found.rows, SizeIs(20));
  FindRows more{"13812341234"};
  more.limit = 21;
  const auto keyring = keyring_.Load(Role::kGate);
  EXPECT_THAT(Open()->Find(*keyring, more),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("20")));
}

TEST_F(WrappedTableTest, CountsACandidateThatDoesNotOpen) {
  Insert({"SF1"});
  Insert({"SF2"});
  Run();
  Execute(
      "UPDATE waybill SET recipient_phone_sealed = (SELECT "
      "recipient_phone_sealed FROM waybill WHERE waybill_no = 'SF1') WHERE "
      "waybill_no = 'SF2'");
  const FoundMaskedRows found = Find({"13812341234"});
  EXPECT_THAT(Keys(found.rows), ElementsAre("SF1"));
  EXPECT_EQ(found.num_closed, 1);
}

TEST_F(WrappedTableTest, RefusesARoleThatOpensNeitherFieldNorMask) {
  Insert({"SF1"});
  Run();
  const auto keyring = keyring_.Load(Role::kList);
  EXPECT_THAT(Open()->Find(*keyring, {"13812341234"}),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("LIST")));
}

TEST_F(WrappedTableTest, ReachesTheNewestKeysWithinTheDayAndThenRests) {
  InsertMany(20);
  Run();
  EXPECT_EQ(Reseal().num_resealed, 0);
  Rotate(Slot::kRecipientPhone);
  const std::string yesterday = Bytes("SF000001");
  const ResealResult result = Reseal();
  EXPECT_EQ(result.num_resealed, 2);  // those of today: SF000010, SF000020
  EXPECT_EQ(Bytes("SF000001"), yesterday);
  const auto counts = Open()->CountKeys();
  ASSERT_THAT(counts, IsOk());
  const Epoch today = EpochOf(absl::CivilDay(2026, 11, 24));
  EXPECT_EQ(counts->rows_of_day.at(today), 2);
  EXPECT_EQ(counts->rows_of_key.count({today, 0, "recipient_phone_sealed"}),
            0u);
  EXPECT_EQ(counts->rows_of_key.at({today, 1, "recipient_phone_sealed"}), 2);
  EXPECT_EQ(Reseal().num_resealed, 0);
  EXPECT_EQ(
      OpenField("SF000010", Slot::kRecipientPhone, "recipient_phone_sealed"),
      "13800000010");
  EXPECT_THAT(Keys(Find({"13800000010"}).rows), ElementsAre("SF000010"));
}

TEST_F(WrappedTableTest, AsksForAnotherVerifyAfterAReseal) {
  Insert({"SF1"});
  Run();
  ASSERT_TRUE(Verify().counts);
  Rotate(Slot::kRecipientName);
  EXPECT_EQ(Reseal().num_resealed, 1);
  EXPECT_FALSE(Status().verified.has_value());
  EXPECT_TRUE(Verify().counts);
}

TEST_F(WrappedTableTest, HasFinishCheckWhatAVerifyUnderWayHadPassed) {
  Text("PRAGMA journal_mode = WAL");  // a writer needs not wait for a verify
  InsertMany(20);
  Run();
  Rotate(Slot::kRecipientName);
  const auto keyring = keyring_.Load(Role::kGate);
  VerifyOptions options;
  options.progress = [&](int64_t, int64_t) {
    auto db = SqliteDatabase::Open(path_, SqliteDatabase::Access::kReadWrite);
    ASSERT_THAT(db, IsOk());
    const auto table = WrappedTable::Open(db->get(), map_);
    ASSERT_THAT(table, IsOk());
    EXPECT_EQ((*table)->Reseal(*keyring, {})->num_resealed, 2);
  };
  ASSERT_TRUE(OpenMigration()->Verify(*keyring, options)->counts);
  EXPECT_THAT(OpenMigration()->Finish({}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("2 rows were sealed after the last verify")));
  Execute(
      "UPDATE waybill SET recipient_name_sealed = recipient_phone_sealed WHERE "
      "waybill_no = 'SF000010'");
  EXPECT_THAT(Finish(), StatusIs(absl::StatusCode::kDataLoss,
                                 HasSubstr("1 rows sealed after")));
}

TEST_F(WrappedTableTest, MakesKeysForPastDaysWhereNoneOfThemSeals) {
  Insert({"SF1"});
  Run();
  keyring_.clock().Advance(absl::Hours(24));
  ResealOptions options;
  options.from_key = ResealOptions::FromKey{absl::CivilDay(2026, 11, 24), 0};
  const ResealResult result = Reseal(options);
  EXPECT_EQ(num_made_keys_, 1);
  EXPECT_EQ(result.num_resealed, 1);
  EXPECT_EQ(result.num_keyless, 0);
  const Epoch day = EpochOf(absl::CivilDay(2026, 11, 24));
  EXPECT_EQ(Open()->CountKeys()->rows_of_key.count(
                {day, 0, "recipient_phone_sealed"}),
            0u);
  EXPECT_EQ(OpenField("SF1", Slot::kRecipientPhone, "recipient_phone_sealed"),
            "13812341234");
  EXPECT_EQ(Reseal(options).num_resealed, 0);
  EXPECT_EQ(num_made_keys_, 1);
}

TEST_F(WrappedTableTest, NamesADayWhoseKeysCannotBeMadeAnew) {
  Insert({"SF1", "2026-11-20"});
  Insert({"SF2", "2026-11-22"});
  Run();
  ResealOptions options;
  options.from_key = ResealOptions::FromKey{absl::CivilDay(2026, 11, 20), 0};
  const ResealResult result = Reseal(options);
  EXPECT_EQ(result.num_keyless, 1);  // its key is the newest, and still seals
  EXPECT_EQ(result.first_keyless, absl::CivilDay(2026, 11, 20));
}

TEST_F(WrappedTableTest, MovesARowToItsOutletUnlessItIsSignedOff) {
  map_.state = "status";
  map_.state_values = {{"SIGNED_OFF", "80"}};
  Insert({"SF1", "2026-11-22"});
  Insert({"SF2", "2026-11-22"});
  Run();
  DropPlaintext();
  const std::string signed_off = Bytes("SF2");
  Execute("UPDATE waybill SET outlet_id = 77");
  Execute("UPDATE waybill SET status = '80' WHERE waybill_no = 'SF2'");
  const ResealResult result = Reseal();
  EXPECT_EQ(result.num_moved, 1);
  EXPECT_EQ(result.num_signed_off, 1);
  EXPECT_EQ(Bytes("SF2"), signed_off);
  FindRows find{"1234", IndexRule::kLast4, Scope{77}};
  find.back = absl::ZeroDuration();  // today
  EXPECT_THAT(Keys(Find(find).rows), ElementsAre("SF1"));
}

TEST_F(WrappedTableTest, LeavesWhatDoesNotOpenAsItIsAndSaysWhich) {
  Insert({"SF1"});
  Insert({"SF2"});
  Run();
  Execute(
      "UPDATE waybill SET recipient_name_sealed = (SELECT "
      "recipient_name_sealed FROM waybill WHERE waybill_no = 'SF1') WHERE "
      "waybill_no = 'SF2'");
  const std::string damaged = Bytes("SF2");
  Rotate(Slot::kRecipientPhone);
  const ResealResult result = Reseal();
  EXPECT_EQ(result.num_resealed, 1);
  EXPECT_EQ(result.num_closed, 1);
  ASSERT_THAT(result.closed, SizeIs(1));
  EXPECT_EQ(result.closed[0].row_key, "SF2");
  EXPECT_EQ(result.closed[0].reason, "DECRYPT_FAILED");
  EXPECT_EQ(Bytes("SF2"), damaged);
}

TEST_F(WrappedTableTest, MakesViewsAnewOnceAfterAMaskChanged) {
  Insert({"SF1"});
  Run();
  ResealOptions views;
  views.views = true;
  EXPECT_EQ(Reseal(views).num_resealed, 0);
  map_.views[0].preset = MaskPreset::kLabel;
  EXPECT_EQ(Reseal(views).num_resealed, 1);
  EXPECT_EQ(
      (*Find({"13812341234"}).rows[0].views[0])[Slot::kRecipientPhone].text(),
      "1******1234");
  EXPECT_EQ(Reseal(views).num_resealed, 0);
}

TEST_F(WrappedTableTest, PrunesDestroyedDaysOnceThePlaintextIsGone) {
  Insert({"SF1", "2026-11-20"});
  Insert({"SF2", "2026-11-22"});
  Run();
  const Epoch day = EpochOf(absl::CivilDay(2026, 11, 20));
  EXPECT_THAT(Open()->Prune({day}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("wrap finish")));
  DropPlaintext();
  const auto num_rows = Open()->Prune({day});
  ASSERT_THAT(num_rows, IsOk());
  EXPECT_EQ(*num_rows, 1);
  EXPECT_EQ(Count("SELECT COUNT(*) FROM waybill WHERE recipient_name_sealed IS "
                  "NULL AND recipient_view IS NULL AND "
                  "recipient_phone_by_last4 IS NULL AND status = '30'"),
            1);
  EXPECT_EQ(Open()->CountKeys()->rows_of_day.count(day), 0u);
}

TEST_F(WrappedTableTest, PlansTheLengthsThatItsOwnRowsAreSafeWith) {
  InsertMany(2000);  // 200 a day
  const auto keyring = keyring_.Load(Role::kConverter);
  const auto plan = OpenMigration()->Plan(*keyring);
  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->indexes, SizeIs(2));
  const MigrationPlan::Index& phone = plan->indexes[0];
  EXPECT_EQ(phone.column, "recipient_phone_by_phone");
  EXPECT_EQ(phone.schema_bits, 19);
  EXPECT_EQ(phone.largest_rows, 200);
  ASSERT_TRUE(phone.bits.has_value()) << phone.refusal;
  EXPECT_EQ(*phone.bits, 6);  // two rows an index value
  EXPECT_THAT(phone.warning, HasSubstr("shorten it in the schema to 6"));
  EXPECT_TRUE(phone.linkage_in_stratum.has_value());
}

TEST_F(WrappedTableTest, SaysWhichRuleLeavesNoSafeLength) {
  InsertMany(200);
  Execute("UPDATE waybill SET recipient_phone = '13812341234'");
  const auto keyring = keyring_.Load(Role::kConverter);
  const auto plan = OpenMigration()->Plan(*keyring);
  ASSERT_THAT(plan, IsOk());
  EXPECT_FALSE(plan->indexes[0].bits.has_value());
  EXPECT_THAT(plan->indexes[0].refusal,
              HasSubstr("rule of frequency allows no bit"));
}

}  // namespace
}  // namespace parcelveil
