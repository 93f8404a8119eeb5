// SPDX-License-Identifier: Apache-2.0
// A small waybill database in a file, and a keyring to wrap it under.

#ifndef PARCELVEIL_TESTS_MIGRATE_WRAP_FIXTURE_H_
#define PARCELVEIL_TESTS_MIGRATE_WRAP_FIXTURE_H_

#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "parcelveil/migrate.h"
#include "parcelveil/sqlite.h"
#include "tests/testing/scratch_dir.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/wrap_steps.h"

namespace parcelveil::testing {

struct WaybillRow {
  std::string id;
  std::string day = "2026-11-24";
  std::string name = "张三丰";
  std::string phone = "13812341234";
  std::string address = "上海市浦东新区世纪大道100号东楼3单元501室";
};

class WrapTest : public WrapSteps {
 public:
  static constexpr char kCountDirty[] = "SELECT COUNT(*) FROM parcelveil_dirty";

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
    WrapSteps::SetUp();
  }

  absl::StatusOr<std::unique_ptr<Migration>> TryOpen() override {
    return Migration::Open(db_.get(), map_, &keyring_.clock());
  }

  void Execute(const std::string& sql) {
    ASSERT_THAT(db_->Execute(sql, "test"), IsOk()) << sql;
  }
  std::string Text(const std::string& sql) override {
    return Text(db_.get(), sql);
  }
  static std::string Text(SqliteDatabase* db, const std::string& sql) {
    auto select = db->Prepare(sql, "test");
    EXPECT_THAT(select, IsOk()) << sql;
    if (!select.ok() || !select->Step().value_or(false)) return "";
    return select->Value(0).ToText();
  }
  // Runs SQL on a connection of its own; returns what Text does.
  std::function<std::string(const std::string&)> Elsewhere() const {
    auto db = SqliteDatabase::Open(path_, SqliteDatabase::Access::kReadWrite);
    EXPECT_THAT(db, IsOk());
    return [db = std::shared_ptr<SqliteDatabase>(*std::move(db))](
               const std::string& sql) { return Text(db.get(), sql); };
  }
  static std::string Blob(const std::string& hex) { return "x'" + hex + "'"; }
  // The table's columns, and its rows but for what a run adds.
  std::string Columns() {
    return Text("SELECT group_concat(name) FROM pragma_table_info('waybill')");
  }
  std::string PlaintextTable() {
    return Text(
        "SELECT group_concat(quote(waybill_no) || quote(created_at) || "
        "quote(outlet_id) || quote(status) || quote(recipient_name) || "
        "quote(recipient_phone) || quote(recipient_address), '|') FROM (SELECT "
        "* FROM waybill ORDER BY waybill_no)");
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
  void MakeTable(int num_rows) { InsertMany(num_rows); }
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
  std::unique_ptr<SqliteDatabase> db_;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_MIGRATE_WRAP_FIXTURE_H_
