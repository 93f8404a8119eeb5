// SPDX-License-Identifier: Apache-2.0
// A run on SQLite beside a bare batched UPDATE that writes the same bytes into
// the same columns and indexes.
//
//   migrate_bench [ROWS]     in a file that it deletes
//
// Each is timed from a table without the columns to one with all of it.

#include <sys/resource.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "parcelveil/migrate.h"
#include "parcelveil/sqlite.h"
#include "tests/testing/scratch_dir.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

constexpr int kRounds = 3;
constexpr int64_t kBatchRows = 1000;
constexpr char kMap[] = R"(
table: "waybill"  record_id: "waybill_no"  epoch_from: "created_at"
scope: "outlet_id"
column { name: "recipient_name"     slot: RECIPIENT_NAME }
column { name: "recipient_phone"    slot: RECIPIENT_PHONE
         index: PHONE  index: LAST4 }
column { name: "recipient_address"  slot: RECIPIENT_ADDRESS }
view { slot: RECIPIENT_VIEW  preset: HANDHELD })";
const std::vector<std::string> kAdded = {
    "recipient_name_sealed",    "recipient_phone_sealed",
    "recipient_address_sealed", "recipient_view",
    "recipient_phone_by_phone", "recipient_phone_by_last4"};

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << "migrate_bench: " << status << std::endl;
  std::exit(1);
}

std::unique_ptr<SqliteDatabase> MakeTable(const std::string& path,
                                          int64_t num_rows) {
  std::ofstream(path, std::ios::trunc).close();
  auto db = SqliteDatabase::Open(path, SqliteDatabase::Access::kReadWrite);
  Check(db.status());
  Check((*db)->Execute(
      absl::StrCat(
          "CREATE TABLE waybill (waybill_no TEXT PRIMARY KEY, created_at TEXT, "
          "outlet_id INTEGER, status TEXT, recipient_name TEXT, "
          "recipient_phone TEXT, recipient_address TEXT); WITH RECURSIVE n(i) "
          "AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ",
          num_rows,
          ") INSERT INTO waybill SELECT printf('SF%012d', i), "
          "printf('2026-11-%02dT09:30:00+08:00', 24 - i % 10), 5700 + i % 12, "
          "'30', printf('收件人%d', i % 9999), printf('138%08d', i), "
          "printf('杭州市西湖区文三路%d号2幢301室', i % 999) FROM n"),
      "bench"));
  return *std::move(db);
}

// All that the bare update writes: a row's key, then its cells.
std::vector<std::vector<std::string>> ReadSealed(SqliteDatabase* db) {
  std::string sql = "SELECT waybill_no";
  for (const std::string& column : kAdded) absl::StrAppend(&sql, ", ", column);
  auto select = db->Prepare(sql + " FROM waybill ORDER BY waybill_no", "bench");
  Check(select.status());
  std::vector<std::vector<std::string>> rows;
  while (*select->Step()) {
    std::vector<std::string>& row = rows.emplace_back();
    for (size_t i = 0; i <= kAdded.size(); ++i) {
      row.emplace_back(select->Bytes(static_cast<int>(i)));
    }
  }
  return rows;
}

void UpdateBare(SqliteDatabase* db,
                const std::vector<std::vector<std::string>>& rows) {
  std::string sets;
  for (size_t i = 0; i < kAdded.size(); ++i) {
    Check(db->Execute(
        absl::StrCat("ALTER TABLE waybill ADD COLUMN ", kAdded[i], " BLOB"),
        "bench"));
    absl::StrAppend(&sets, i == 0 ? "" : ", ", kAdded[i], " = ?");
  }
  for (size_t i = 4; i < kAdded.size(); ++i) {
    Check(db->Execute(
        absl::StrCat("CREATE INDEX bare_", i, " ON waybill (", kAdded[i], ")"),
        "bench"));
  }
  auto update = db->Prepare(
      absl::StrCat("UPDATE waybill SET ", sets, " WHERE waybill_no = ?"),
      "bench");
  Check(update.status());
  for (size_t at = 0; at < rows.size();) {
    auto transaction =
        SqliteTransaction::Begin(db, SqliteTransaction::Kind::kWrite);
    Check(transaction.status());
    for (int64_t i = 0; i < kBatchRows && at < rows.size(); ++i, ++at) {
      const int num_cells = static_cast<int>(kAdded.size());
      for (int c = 0; c < num_cells; ++c) {
        update->BindBlob(c, rows[at][static_cast<size_t>(c) + 1]);
      }
      update->BindText(num_cells, rows[at][0]);
      Check(update->Run());
    }
    Check((*transaction)->Commit());
  }
}

template <typename Work>
double Seconds(Work work) {
  const absl::Time start = absl::Now();
  work();
  return absl::ToDoubleSeconds(absl::Now() - start);
}

void Bench(int64_t num_rows) {
  const testing::ScratchDir scratch;
  testing::TestKeyring keys;
  Check(keys.editor().Backfill(EpochOf(absl::CivilDay(2026, 11, 1))).status());
  keys.Publish();
  const auto keyring = keys.Load(Role::kConverter);
  const auto map = TableMap::Parse(kMap);
  Check(map.status());
  RunOptions options;
  options.batch_rows = kBatchRows;
  const auto rows = static_cast<double>(num_rows);
  double run = 0, bare = 0;
  for (int round = 1; round <= kRounds; ++round) {
    std::vector<std::vector<std::string>> sealed;
    double ran = 0;
    {
      const auto db = MakeTable(scratch.File("run"), num_rows);
      auto migration = Migration::Open(db.get(), *map, &keys.clock());
      Check(migration.status());
      ran = Seconds(
          [&] { Check((*migration)->Run(*keyring, options).status()); });
      if (round == 1) {
        rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        std::printf("peak memory of the run: %ld MiB\n",
                    usage.ru_maxrss / 1024);
      }
      sealed = ReadSealed(db.get());
    }
    const auto db = MakeTable(scratch.File("bare"), num_rows);
    const double did = Seconds([&] { UpdateBare(db.get(), sealed); });
    std::printf(
        "round %d: run %.0f rows/s, bare update %.0f rows/s, ratio "
        "%.2f\n",
        round, rows / ran, rows / did, did / ran);
    run += ran;
    bare += did;
  }
  std::printf(
      "all: run %.0f rows/s, bare update %.0f rows/s, ratio %.2f (to "
      "be at least 0.55)\n",
      kRounds * rows / run, kRounds * rows / bare, bare / run);
}

}  // namespace
}  // namespace parcelveil

int main(int argc, char** argv) {
  parcelveil::Bench(argc > 1 ? std::atoll(argv[1]) : 100'000);
}
