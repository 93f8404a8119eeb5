// SPDX-License-Identifier: Apache-2.0
// A small waybill table on a PostgreSQL server of the tests' own, and a keyring
// to wrap it under.

#ifndef PARCELVEIL_TESTS_MIGRATE_POSTGRES_WRAP_FIXTURE_H_
#define PARCELVEIL_TESTS_MIGRATE_POSTGRES_WRAP_FIXTURE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "parcelveil/migrate.h"
#include "parcelveil/postgres.h"
#include "tests/testing/postgres_cluster.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/wrap_steps.h"

namespace parcelveil::testing {

class PostgresWrapTest : public WrapSteps {
 public:
  static constexpr char kCountDirty[] =
      "SELECT count(*) FROM parcelveil_dirty WHERE state IN (0, 3)";

 protected:
  static constexpr char kColumns[] =
      "(waybill_no text PRIMARY KEY, created_at timestamptz, outlet_id bigint, "
      "status text, recipient_name text, recipient_phone text, "
      "recipient_address text)";

  explicit PostgresWrapTest(
      PostgresCluster& cluster = PostgresCluster::Shared())
      : cluster_(cluster),
        address_(cluster.Address(cluster.MakeDatabase())),
        db_(Connect()) {}

  absl::StatusOr<std::unique_ptr<Migration>> TryOpen() override {
    return Migration::OpenPostgres(address_, map_, &keyring_.clock());
  }

  std::unique_ptr<PostgresConnection> Connect() const {
    return OpenOrDie(address_);
  }
  void Execute(const std::string& sql) { Execute(db_.get(), sql); }
  static void Execute(PostgresConnection* db, const std::string& sql) {
    ASSERT_THAT(db->Execute(sql, "test"), IsOk()) << sql;
  }
  std::string Text(const std::string& sql) override {
    return Text(db_.get(), sql);
  }
  static std::string Text(PostgresConnection* db, const std::string& sql) {
    auto select = db->Prepare(sql, "test");
    EXPECT_THAT(select, IsOk()) << sql;
    if (!select.ok() || !select->Step().value_or(false)) return "";
    return std::string(select->Bytes(0));
  }
  // Runs SQL on a connection of its own; returns what Text does.
  std::function<std::string(const std::string&)> Elsewhere() const {
    return [db = std::shared_ptr<PostgresConnection>(Connect())](
               const std::string& sql) { return Text(db.get(), sql); };
  }
  static std::string Blob(const std::string& hex) {
    return "'\\x" + hex + "'::bytea";
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

  std::string Columns() {
    return Text(
        "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute "
        "WHERE attrelid = 'waybill'::regclass AND attnum > 0 AND NOT "
        "attisdropped");
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
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_MIGRATE_POSTGRES_WRAP_FIXTURE_H_
