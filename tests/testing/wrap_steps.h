// SPDX-License-Identifier: Apache-2.0
// What tests do with a table that is wrapped, whatever database it is in.

#ifndef PARCELVEIL_TESTS_TESTING_WRAP_STEPS_H_
#define PARCELVEIL_TESTS_TESTING_WRAP_STEPS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "parcelveil/field.h"
#include "parcelveil/migrate.h"
#include "parcelveil/table_map.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil::testing {

// The map of the table that fixtures make.
inline constexpr char kWaybillMap[] = R"(
table: "waybill"
record_id: "waybill_no"
epoch_from: "created_at"
scope: "outlet_id"
column { name: "recipient_name"     slot: RECIPIENT_NAME }
column { name: "recipient_phone"    slot: RECIPIENT_PHONE
         index: PHONE  index: LAST4 }
column { name: "recipient_address"  slot: RECIPIENT_ADDRESS }
view { slot: RECIPIENT_VIEW  preset: HANDHELD }
show: "status"
)";
inline constexpr char kSealedRows[] =
    "SELECT COUNT(*) FROM waybill WHERE recipient_name_sealed IS NOT NULL AND "
    "recipient_phone_sealed IS NOT NULL AND recipient_address_sealed IS NOT "
    "NULL AND recipient_view IS NOT NULL AND recipient_phone_by_phone IS NOT "
    "NULL AND recipient_phone_by_last4 IS NOT NULL";

class WrapSteps : public ::testing::Test {
 protected:
  void SetUp() override {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(map_, TableMap::Parse(kWaybillMap));
  }

  virtual absl::StatusOr<std::unique_ptr<Migration>> TryOpen() = 0;
  // The first column of the first row, "" where there is none.
  virtual std::string Text(const std::string& sql) = 0;
  int64_t Count(const std::string& sql) {
    return std::atoll(Text(sql).c_str());
  }

  std::unique_ptr<Migration> OpenMigration() {
    auto migration = TryOpen();
    EXPECT_THAT(migration, IsOk());
    return migration.ok() ? *std::move(migration) : nullptr;
  }
  RunOptions Options() {
    RunOptions options;
    options.make_keys = [this](absl::CivilDay since) {
      ++num_made_keys_;
      auto report = keyring_.editor().Backfill(EpochOf(since));
      if (report.ok()) keyring_.Publish();
      return report.status();
    };
    return options;
  }
  absl::StatusOr<RunResult> TryRun(const RunOptions& options) {
    const auto keyring = keyring_.Load(Role::kConverter);
    return OpenMigration()->Run(*keyring, options);
  }
  RunResult Run() { return Run(Options()); }
  RunResult Run(const RunOptions& options) {
    auto result = TryRun(options);
    EXPECT_THAT(result, IsOk());
    return result.value_or(RunResult());
  }
  VerifyResult Verify(Role role = Role::kGate) {
    const auto keyring = keyring_.Load(role);
    auto result = OpenMigration()->Verify(*keyring, VerifyOptions());
    EXPECT_THAT(result, IsOk());
    return result.value_or(VerifyResult());
  }
  absl::StatusOr<FinishResult> Finish() {
    const auto keyring = keyring_.Load(Role::kGate);
    FinishOptions options;
    options.keyring = keyring.get();
    return OpenMigration()->Finish(options);
  }
  absl::Status Undo() {
    const auto keyring = keyring_.Load(Role::kGate);
    return OpenMigration()->Undo(*keyring);
  }
  MigrationStatus Status() {
    auto status = OpenMigration()->Status();
    EXPECT_THAT(status, IsOk());
    return status.value_or(MigrationStatus());
  }
  // Opens one field; "" and a failure where it does not open.
  std::string OpenField(const std::string& id, Slot slot,
                        const std::string& column, Role role = Role::kGate) {
    const auto keyring = keyring_.Load(role);
    auto opener = Opener::Create(keyring.get());
    EXPECT_THAT(opener, IsOk());
    auto text = (*opener)->Open(
        {slot, id}, Text("SELECT " + column +
                         " FROM waybill WHERE waybill_no = '" + id + "'"));
    EXPECT_THAT(text, IsOk()) << id << " " << column;
    if (!text.ok()) return "";
    return text->Use([](std::string_view bytes) { return std::string(bytes); });
  }
  std::vector<UnsealedRow> Listed() {
    std::vector<UnsealedRow> rows;
    EXPECT_THAT(OpenMigration()->ForEachListed(
                    [&](const UnsealedRow& row) { rows.push_back(row); }),
                IsOk());
    return rows;
  }

  TestKeyring keyring_;
  TableMap map_;
  int num_made_keys_ = 0;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_WRAP_STEPS_H_
