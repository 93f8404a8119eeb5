// SPDX-License-Identifier: Apache-2.0
// A small waybill table on a PostgreSQL server of the tests' own, and a keyring
// to wrap it under.

#ifndef PARCELVEIL_TESTS_MIGRATE_POSTGRES_WRAP_FIXTURE_H_
#define PARCELVEIL_TESTS_MIGRATE_POSTGRES_WRAP_FIXTURE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "parcelveil/field.h"
#include "parcelveil/migrate.h"
#include "parcelveil/postgres.h"
#include "parcelveil/table_map.h"
#include "tests/testing/postgres_cluster.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil::testing {

class PostgresWrapTest : public ::testing::Test {
 protected:
  static constexpr char kMap[] = R"(
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
  static constexpr char kColumns[] =
      "(waybill_no text PRIMARY KEY, created_at timestamptz, outlet_id bigint, "
      "status text, recipient_name text, recipient_phone text, "
      "recipient_address text)";
  static constexpr char kSealedRows[] =
      "SELECT count(*) FROM waybill WHERE recipient_name_sealed IS NOT NULL "
      "AND recipient_phone_sealed IS NOT NULL AND recipient_address_sealed IS "
      "NOT NULL AND recipient_view IS NOT NULL AND recipient_phone_by_phone IS "
      "NOT NULL AND recipient_phone_by_last4 IS NOT NULL";

  explicit PostgresWrapTest(
      PostgresCluster& cluster = PostgresCluster::Shared())
      : cluster_(cluster),
        address_(cluster.Address(cluster.MakeDatabase())),
        db_(Connect()) {}

  void SetUp() override {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(map_, TableMap::Parse(kMap));
  }

  std::unique_ptr<PostgresConnection> Connect() const {
    return OpenOrDie(address_);
  }
  void Execute(const std::string& sql) { Execute(db_.get(), sql); }
  static void Execute(PostgresConnection* db, const std::string& sql) {
    ASSERT_THAT(db->Execute(sql, "test"), IsOk()) << sql;
  }
  std::string Text(const std::string& sql) { return Text(db_.get(), sql); }
  static std::string Text(PostgresConnection* db, const std::string& sql) {
    auto select = db->Prepare(sql, "test");
    EXPECT_THAT(select, IsOk()) << sql;
    if (!select.ok() || !select->Step().value_or(false)) return "";
    return std::string(select->Bytes(0));
  }
  int64_t Count(const std::string& sql) {
    return std::atoll(Text(sql).c_str());
  }

  // Table waybill with rows SF000001.., each with values of its own, on the
  // days up to today.
  void MakeTable(int num_rows, const std::string& partition_by = "") {
    Execute(absl::StrCat("CREATE TABLE waybill ", kColumns, partition_by));
    if (partition_by.empty()) InsertRows(1, num_rows);
  }
  void InsertRows(int first, int last) {
    Execute(absl::StrCat(
        "INSERT INTO waybill SELECT 'SF' || lpad(i::text, 6, '0'), "
        "'2026-11-24 09:30+08'::timestamptz - i % 10 * interval '1 day', 5712, "
        "'30', '收件人' || i || '号', '138' || lpad(i::text, 8, '0'), "
        "'杭州市西湖区文三路' || i || '号2幢301室' FROM generate_series(",
        first, ", ", last, ") AS i"));
  }

  std::unique_ptr<Migration> OpenMigration() {
    auto migration = Migration::OpenPostgres(address_, map_, &keyring_.clock());
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
  VerifyResult Verify() {
    const auto keyring = keyring_.Load(Role::kGate);
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
  MigrationStatus Status() {
    auto status = OpenMigration()->Status();
    EXPECT_THAT(status, IsOk());
    return status.value_or(MigrationStatus());
  }
  // Opens one field as GATE; "" and a failure where it does not open.
  std::string OpenField(const std::string& id, Slot slot,
                        const std::string& column) {
    const auto keyring = keyring_.Load(Role::kGate);
    auto opener = Opener::Create(keyring.get());
    EXPECT_THAT(opener, IsOk());
    auto text =
        (*opener)->Open({slot, id}, Text(absl::StrCat("SELECT ", column,
                                                      " FROM waybill WHERE "
                                                      "waybill_no = '",
                                                      id, "'")));
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
  // Everything but what the run adds.
  std::string PlaintextTable() {
    return Text(
        "SELECT md5(string_agg(concat_ws('|', waybill_no, created_at, "
        "outlet_id, status, recipient_name, recipient_phone, "
        "recipient_address), E'\\n' ORDER BY waybill_no)) FROM waybill");
  }

  PostgresCluster& cluster_;
  const std::string address_;
  std::unique_ptr<PostgresConnection> db_;
  TestKeyring keyring_;
  TableMap map_;
  int num_made_keys_ = 0;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_MIGRATE_POSTGRES_WRAP_FIXTURE_H_
