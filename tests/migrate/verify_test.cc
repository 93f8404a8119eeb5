// SPDX-License-Identifier: Apache-2.0

#include "tests/migrate/wrap_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::ReasonIs;

class VerifyTest : public ::parcelveil::testing::WrapTest {
 protected:
  // Runs `sql` behind the triggers' back, so that nothing is marked.
  void Tamper(const std::string& sql) {
    InsertMany(6);
    Run();
    Execute("DROP TRIGGER parcelveil_waybill_update");
    Execute(sql);
  }
  void ExpectMismatch(const std::string& column, const std::string& what) {
    const VerifyResult result = Verify();
    EXPECT_FALSE(result.counts);
    ASSERT_GE(result.num_mismatches, 1);
    EXPECT_EQ(result.mismatches[0].row_key, "SF000003");
    EXPECT_EQ(result.mismatches[0].column, column);
    EXPECT_EQ(result.mismatches[0].what, what);
    EXPECT_FALSE(Status().verified.has_value());
  }
};

TEST_F(VerifyTest, OpensEverythingAndSaysSo) {
  InsertMany(30);
  Run();
  const VerifyResult result = Verify();
  EXPECT_EQ(result.num_rows, 30);
  EXPECT_EQ(result.num_fields, 90);
  EXPECT_EQ(result.num_views, 30);
  EXPECT_EQ(result.num_indexes, 60);
  EXPECT_EQ(result.num_mismatches, 0);
  EXPECT_TRUE(result.counts);
  EXPECT_EQ(Status().verified, keyring_.clock().Now());
}

TEST_F(VerifyTest, FindsATextThatWasChangedAfterSealing) {
  Tamper(
      "UPDATE waybill SET recipient_address = '别处' WHERE waybill_no = "
      "'SF000003'");
  ExpectMismatch("recipient_address_sealed", "holds another text");
}

TEST_F(VerifyTest, FindsAFieldThatWasMovedFromAnotherRow) {
  Tamper(
      "UPDATE waybill SET recipient_name_sealed = (SELECT "
      "recipient_name_sealed FROM waybill WHERE waybill_no = 'SF000004') "
      "WHERE waybill_no = 'SF000003'");
  ExpectMismatch("recipient_name_sealed", "does not open (DECRYPT_FAILED)");
}

TEST_F(VerifyTest, FindsAnIndexValueOfAnotherNumber) {
  Tamper(
      "UPDATE waybill SET recipient_phone_by_phone = (SELECT "
      "recipient_phone_by_phone FROM waybill WHERE waybill_no = 'SF000004') "
      "WHERE waybill_no = 'SF000003'");
  ExpectMismatch("recipient_phone_by_phone", "is another value");
}

TEST_F(VerifyTest, FindsAMissingIndexValueAndAMissingView) {
  Tamper(
      "UPDATE waybill SET recipient_phone_by_last4 = NULL WHERE waybill_no "
      "= 'SF000003'");
  ExpectMismatch("recipient_phone_by_last4", "is missing");
  Execute(
      "UPDATE waybill SET recipient_phone_by_last4 = (SELECT "
      "recipient_phone_by_last4 FROM waybill WHERE waybill_no = "
      "'SF000004'), recipient_view = NULL WHERE waybill_no = 'SF000003'");
  const VerifyResult result = Verify();
  ASSERT_EQ(result.num_mismatches, 2);
  EXPECT_EQ(result.mismatches[1].column, "recipient_view");
}

TEST_F(VerifyTest, FindsAStaleView) {
  InsertMany(6);
  Run();
  const std::string keep =
      "CREATE TEMP TABLE old AS SELECT waybill_no, recipient_view FROM waybill";
  Execute(keep);
  Execute(
      "UPDATE waybill SET recipient_name = '欧阳娜娜' WHERE waybill_no = "
      "'SF000003'");
  Run();
  Execute(
      "UPDATE waybill SET recipient_view = (SELECT recipient_view FROM old "
      "WHERE old.waybill_no = waybill.waybill_no)");
  ExpectMismatch("recipient_view", "is not the mask of the text");
}

TEST_F(VerifyTest, DoesNotCountWhileRowsAreToGo) {
  InsertMany(6);
  Run();
  Insert({"SF9"});
  const VerifyResult result = Verify();
  EXPECT_EQ(result.num_to_go, 1);
  EXPECT_EQ(result.num_mismatches, 0);
  EXPECT_FALSE(result.counts);
}

TEST_F(VerifyTest, CountsRowsThatTheRoleMayNotOpenAnyMore) {
  Insert({"SF1", "2026-08-01"});  // 115 days ago: GATE has 90
  Insert({"SF2"});
  EXPECT_EQ(Run().num_sealed, 2);
  const VerifyResult as_gate = Verify();
  EXPECT_EQ(as_gate.num_closed, 1);
  EXPECT_FALSE(as_gate.counts);
  const auto converter = keyring_.Load(Role::kConverter);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const VerifyResult result,
      OpenMigration()->Verify(*converter, VerifyOptions()));
  EXPECT_TRUE(result.counts);
}

TEST_F(VerifyTest, ChecksADatabaseThatItMayOnlyReadAndDoesNotCount) {
  InsertMany(6);
  Run();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      db_, SqliteDatabase::Open(path_, SqliteDatabase::Access::kReadOnly));
  const VerifyResult result = Verify();
  EXPECT_EQ(result.num_fields, 18);
  EXPECT_EQ(result.num_mismatches, 0);
  EXPECT_TRUE(result.is_read_only);
  EXPECT_FALSE(result.counts);
  EXPECT_FALSE(Status().verified.has_value());
}

TEST_F(VerifyTest, RefusesBeforeARun) {
  const auto keyring = keyring_.Load(Role::kGate);
  EXPECT_THAT(OpenMigration()->Verify(*keyring, VerifyOptions()),
              ReasonIs(Reason::kWrongState));
}

}  // namespace
}  // namespace parcelveil
