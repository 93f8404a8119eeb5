// SPDX-License-Identifier: Apache-2.0
// What a migration does alike in every database. A fixture's file instantiates
// it.

#ifndef PARCELVEIL_TESTS_MIGRATE_WRAP_SUITE_H_
#define PARCELVEIL_TESTS_MIGRATE_WRAP_SUITE_H_

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/wrap_steps.h"

namespace parcelveil::testing {

template <typename Fixture>
class WrapSuite : public Fixture {
 protected:
  // A row that has been closed to every role for long.
  void InsertOldRow(const std::string& id) {
    this->Execute(
        "INSERT INTO waybill (waybill_no, created_at, outlet_id, "
        "recipient_name, recipient_phone) VALUES ('" +
        id + "', '2026-05-20T09:30:00+08:00', 5712, '张三', '13812341234')");
  }
  // As a new program writes it, sealed only.
  void InsertSealedRow(const std::string& id, const std::string& name) {
    const auto keyring = this->keyring_.Load(Role::kConverter);
    const auto sealer = Sealer::Create(keyring.get(), this->map_);
    ASSERT_THAT(sealer, IsOk());
    std::string sealed;
    ASSERT_THAT((*sealer)->SealField({Slot::kRecipientName, id},
                                     Scope::kNational, name, &sealed),
                IsOk());
    this->Execute(absl::StrCat(
        "INSERT INTO waybill (waybill_no, created_at, recipient_name_sealed) "
        "VALUES ('",
        id, "', '2026-11-24T09:30:00+08:00', ",
        Fixture::Blob(absl::BytesToHexString(sealed)), ")"));
  }
  std::string SealedName(const std::string& id) {
    return this->Text(
        "SELECT recipient_name_sealed FROM waybill WHERE waybill_no = '" + id +
        "'");
  }
};

TYPED_TEST_SUITE_P(WrapSuite);

TYPED_TEST_P(WrapSuite, UndoTakesAwayWhatRunsAddedAndGivesTextsBack) {
  this->MakeTable(30);
  const std::string columns = this->Columns();
  const std::string rows = this->PlaintextTable();
  EXPECT_THAT(this->Undo(), IsOk());  // nothing to take away
  this->Run();
  this->InsertSealedRow("ZZ1", "欧阳娜娜");
  ASSERT_THAT(this->Undo(), IsOk());
  EXPECT_EQ(this->Columns(), columns);
  EXPECT_EQ(this->Text("SELECT recipient_name FROM waybill WHERE waybill_no = "
                       "'ZZ1'"),
            "欧阳娜娜");
  this->Execute("DELETE FROM waybill WHERE waybill_no = 'ZZ1'");
  EXPECT_EQ(this->PlaintextTable(), rows);
  EXPECT_EQ(this->Status().phase, MigrationPhase::kNotStarted);
  EXPECT_EQ(this->Run().num_sealed, 30);
}

TYPED_TEST_P(WrapSuite, UndoChangesNothingWhereATextDoesNotOpen) {
  this->MakeTable(3);
  this->Run();
  this->Execute(absl::StrCat(
      "INSERT INTO waybill (waybill_no, created_at, recipient_name_sealed) "
      "SELECT 'ZZ1', created_at, recipient_name_sealed FROM waybill WHERE "
      "waybill_no = 'SF000001'"));
  EXPECT_THAT(this->Undo(), StatusIs(absl::StatusCode::kDataLoss,
                                     ::testing::HasSubstr("row ZZ1")));
  EXPECT_EQ(this->Count(kSealedRows), 3);
  EXPECT_EQ(this->Status().phase, MigrationPhase::kFilled);
}

TYPED_TEST_P(WrapSuite, UndoIsRefusedAfterFinish) {
  this->MakeTable(3);
  this->Run();
  this->Verify();
  ASSERT_THAT(this->Finish(), IsOk());
  EXPECT_THAT(this->Undo(), ReasonIs(Reason::kWrongState));
}

TYPED_TEST_P(WrapSuite, SealsRowsThatNobodyMayReadForTheStewardAlone) {
  this->MakeTable(5);
  this->InsertOldRow("OLD1");
  RunOptions options = this->Options();
  options.old_rows = OldRows::kSeal;
  EXPECT_EQ(this->Run(options).num_sealed, 6);
  // One that a run listed is sealed by a later one.
  this->InsertOldRow("OLD2");
  EXPECT_EQ(this->Run().num_listed, 1);
  EXPECT_EQ(this->Listed()[0].reason, "TOO_OLD");
  EXPECT_EQ(this->Run(options).num_sealed, 1);
  EXPECT_TRUE(this->Listed().empty());
  EXPECT_EQ(this->Count("SELECT COUNT(*) FROM waybill WHERE waybill_no LIKE "
                        "'OLD%' AND recipient_name_sealed IS NOT NULL AND "
                        "recipient_view IS NULL AND recipient_phone_by_phone "
                        "IS NULL AND recipient_phone_by_last4 IS NULL"),
            2);
  EXPECT_EQ(this->Count(kSealedRows), 5);
  EXPECT_EQ(this->OpenField("OLD1", Slot::kRecipientName,
                            "recipient_name_sealed", Role::kSteward),
            "张三");
  const VerifyResult as_gate = this->Verify();
  EXPECT_EQ(as_gate.num_mismatches, 0);
  EXPECT_EQ(as_gate.num_closed, 2);
  EXPECT_FALSE(as_gate.counts);
  EXPECT_TRUE(this->Verify(Role::kConverter).counts);
  EXPECT_EQ(this->Run().num_listed, 0);  // they lack nothing
  EXPECT_THAT(this->Finish(), IsOk());
}

TYPED_TEST_P(WrapSuite, AddsOnlyWhatALargerMapLacks) {
  this->MakeTable(30);
  const TableMap full = this->map_;
  this->map_.columns.pop_back();  // the address
  this->map_.columns[1].indexes.pop_back();
  EXPECT_EQ(this->Run().num_sealed, 30);
  ASSERT_TRUE(this->Verify().counts);
  const std::string sealed = this->SealedName("SF000007");
  // One that is out of date when the map changes.
  this->Execute(
      "UPDATE waybill SET recipient_name = '改名' WHERE waybill_no = "
      "'SF000003'");

  this->map_ = full;
  EXPECT_THAT(this->Finish(), ReasonIs(Reason::kWrongState));
  EXPECT_EQ(this->Status().num_rows, 30);
  EXPECT_GE(this->Run().num_sealed, 30);
  EXPECT_EQ(this->Count(kSealedRows), 30);
  EXPECT_EQ(this->SealedName("SF000007"), sealed);
  EXPECT_EQ(this->OpenField("SF000003", Slot::kRecipientName,
                            "recipient_name_sealed"),
            "改名");
  const VerifyResult verified = this->Verify();
  EXPECT_EQ(verified.num_mismatches, 0);
  EXPECT_EQ(verified.num_indexes, 60);
  EXPECT_TRUE(verified.counts);
  // Triggers watch the new column, too.
  this->Execute(
      "UPDATE waybill SET recipient_address = '北京市' WHERE waybill_no = "
      "'SF000009'");
  EXPECT_EQ(this->Run().num_sealed, 1);
  EXPECT_EQ(this->Run().num_sealed, 0);
  EXPECT_THAT(this->Finish(), IsOk());
}

TYPED_TEST_P(WrapSuite, RefusesAMapThatLacksWhatARunSealed) {
  this->MakeTable(3);
  this->Run();
  this->map_.columns[1].indexes.pop_back();
  const auto refused =
      StatusIs(absl::StatusCode::kFailedPrecondition,
               ::testing::HasSubstr("of column 'recipient_phone'\"; put that "
                                    "back, or take away"));
  EXPECT_THAT(this->TryRun(this->Options()), refused);
  EXPECT_THAT(this->Undo(), refused);
  EXPECT_THAT(this->Finish(), refused);
  EXPECT_EQ(this->Count(kSealedRows), 3);
}

TYPED_TEST_P(WrapSuite, FollowsWritersUntilItIsStopped) {
  this->MakeTable(5);
  std::atomic<bool> stop{false};
  RunOptions options = this->Options();
  options.follow = true;
  options.stop = &stop;
  std::thread writer;
  options.progress = [&](int64_t, int64_t) {
    if (writer.joinable()) return;
    writer = std::thread([&stop, sql = this->Elsewhere()] {
      for (int i = 1; i <= 3; ++i) {
        sql(absl::StrCat("UPDATE waybill SET recipient_name = '新", i,
                         "' WHERE waybill_no = 'SF00000", i, "'"));
        while (sql(TypeParam::kCountDirty) != "0") {
          std::this_thread::yield();
        }
      }
      stop = true;
    });
  };
  const RunResult result = this->Run(options);
  writer.join();
  EXPECT_TRUE(result.was_stopped);
  EXPECT_EQ(result.num_sealed, 8);
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(this->OpenField(absl::StrCat("SF00000", i), Slot::kRecipientName,
                              "recipient_name_sealed"),
              absl::StrCat("新", i));
  }
  EXPECT_TRUE(this->Verify().counts);
}

REGISTER_TYPED_TEST_SUITE_P(
    WrapSuite, UndoTakesAwayWhatRunsAddedAndGivesTextsBack,
    UndoChangesNothingWhereATextDoesNotOpen, UndoIsRefusedAfterFinish,
    SealsRowsThatNobodyMayReadForTheStewardAlone, AddsOnlyWhatALargerMapLacks,
    RefusesAMapThatLacksWhatARunSealed, FollowsWritersUntilItIsStopped);

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_MIGRATE_WRAP_SUITE_H_
