// SPDX-License-Identifier: Apache-2.0
// A small waybill database in a file, and a keyring to wrap it under.

#ifndef PARCELVEIL_TESTS_MIGRATE_WRAP_FIXTURE_H_
#define PARCELVEIL_TESTS_MIGRATE_WRAP_FIXTURE_H_

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "parcelveil/field.h"
#include "parcelveil/migrate.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/table_map.h"
#include "tests/testing/scratch_dir.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil::testing {

constexpr char kWaybillMap[] = R"(
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

struct WaybillRow {
  std::string id;
  std::string day = "2026-11-24";
  std::string name = "张三丰";
  std::string phone = "13812341234";
  std::string address = "上海市浦东新区世纪大道100号东楼3单元501室";
};

class WrapTest : public ::testing::Test {
 protected:
  WrapTest() : path_(scratch_.File("waybill.db")) {}

  void SetUp() override {
    std::ofstream(path_).close();  // SQLite takes an empty file as a new one
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        db_, SqliteDatabase::Open(path_, SqliteDatabase::Access::kReadWrite));
    Execute(
        "CREATE TABLE waybill (waybill_no TEXT PRIMARY KEY, created_at TEXT, "
        "outlet_id INTEGER, status TEXT, recipient_name TEXT, recipient_phone "
        "TEXT, recipient_address TEXT)");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(map_, TableMap::Parse(kWaybillMap));
  }

  void Execute(const std::string& sql) {
    ASSERT_THAT(db_->Execute(sql, "test"), IsOk()) << sql;
  }
  int64_t Count(const std::string& sql) {
    auto select = db_->Prepare(sql, "test");
    EXPECT_THAT(select, IsOk()) << sql;
    if (!select.ok()) return -1;
    EXPECT_THAT(select->Step(), IsOk());
    return select->Int(0);
  }
  std::string Text(const std::string& sql) {
    auto select = db_->Prepare(sql, "test");
    EXPECT_THAT(select, IsOk()) << sql;
    if (!select.ok() || !select->Step().value_or(false)) return "";
    return std::string(select->Bytes(0));
  }

  void Insert(const WaybillRow& row) {
    auto insert = db_->Prepare(
        "INSERT INTO waybill (waybill_no, created_at, outlet_id, status, "
        "recipient_name, recipient_phone, recipient_address) VALUES (?, ?, "
        "5712, '30', ?, ?, ?)",
        "test");
    ASSERT_THAT(insert, IsOk());
    const std::string created = row.day + "T09:30:00+08:00";
    insert->BindText(0, row.id);
    insert->BindText(1, created);
    insert->BindText(2, row.name);
    insert->BindText(3, row.phone);
    insert->BindText(4, row.address);
    ASSERT_THAT(insert->Run(), IsOk());
  }
  // Rows SF000001.., each with values of its own, on the days up to today.
  void InsertMany(int num_rows) {
    Execute("BEGIN");
    for (int i = 1; i <= num_rows; ++i) {
      char id[16], phone[16], day[16];
      snprintf(id, sizeof(id), "SF%06d", i);
      snprintf(phone, sizeof(phone), "138%08d", i);
      snprintf(day, sizeof(day), "2026-11-%02d", 24 - i % 10);
      Insert({id, day, "收件人" + std::to_string(i) + "号", phone,
              "杭州市西湖区文三路" + std::to_string(i) + "号2幢301室"});
    }
    Execute("COMMIT");
  }

  std::unique_ptr<Migration> OpenMigration() {
    auto migration = Migration::Open(db_.get(), map_, &keyring_.clock());
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
  RunResult Run() { return Run(Options()); }
  RunResult Run(const RunOptions& options) {
    const auto keyring = keyring_.Load(Role::kConverter);
    auto result = OpenMigration()->Run(*keyring, options);
    EXPECT_THAT(result, IsOk());
    return result.value_or(RunResult());
  }
  VerifyResult Verify() {
    const auto keyring = keyring_.Load(Role::kGate);
    auto result = OpenMigration()->Verify(*keyring, VerifyOptions());
    EXPECT_THAT(result, IsOk());
    return result.value_or(VerifyResult());
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
    const std::string sealed = Text(
        "SELECT " + column + " FROM waybill WHERE waybill_no = '" + id + "'");
    auto text = (*opener)->Open({slot, id}, sealed);
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
  static std::string FileBytes(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  // Everything that the database keeps in files, after each other.
  std::string AllBytes() const {
    return FileBytes(path_) + FileBytes(path_ + "-wal") +
           FileBytes(path_ + "-journal");
  }

  ScratchDir scratch_;
  std::string path_;
  TestKeyring keyring_;
  TableMap map_;
  std::unique_ptr<SqliteDatabase> db_;
  int num_made_keys_ = 0;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_MIGRATE_WRAP_FIXTURE_H_
