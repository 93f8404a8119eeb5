// SPDX-License-Identifier: Apache-2.0
// A run on PostgreSQL beside a bare batched `UPDATE ... FROM unnest` that
// writes the same bytes into the same columns, and makes the same indexes.
//
//   postgres_bench [ROWS [WORKERS]]     on a server of its own
//
// Each is timed from a table without the columns to one with the indexes.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "parcelveil/migrate.h"
#include "parcelveil/postgres.h"
#include "parcelveil/table_map.h"
#include "tests/testing/postgres_cluster.h"
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

struct Cost {
  double seconds = 0;
  int64_t wal_bytes = 0;
};

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << "postgres_bench: " << status << std::endl;
  std::exit(1);
}

int64_t Ask(PostgresConnection* db, const std::string& sql) {
  auto select = db->Prepare(sql, "bench");
  Check(select.status());
  Check(select->Step().status());
  return select->Int(0);
}

void MakeTable(PostgresConnection* db, int64_t num_rows) {
  Check(db->Execute(
      absl::StrCat(
          "DROP TABLE IF EXISTS parcelveil_wrap, parcelveil_range, "
          "parcelveil_dirty, parcelveil_unsealed, waybill; CREATE TABLE "
          "waybill (waybill_no text PRIMARY KEY, created_at timestamptz, "
          "outlet_id bigint, status text, recipient_name text, recipient_phone "
          "text, recipient_address text); INSERT INTO waybill SELECT 'SF' || "
          "lpad(i::text, 12, '0'), '2026-11-24 09:30+08'::timestamptz - i % 10 "
          "* interval '1 day', 5700 + i % 12, '30', '收件人' || i % 9999, "
          "'138' || lpad(i::text, 8, '0'), '杭州市西湖区文三路' || i % 999 || "
          "'号2幢301室' FROM generate_series(1, ",
          num_rows, ") AS i"),
      "bench"));
  Check(db->Execute("VACUUM (ANALYZE) waybill", "bench"));
  Check(db->Execute("CHECKPOINT", "bench"));
}

template <typename Work>
Cost Measure(PostgresConnection* db, Work work) {
  constexpr char kWal[] = "SELECT (pg_current_wal_lsn() - '0/0')::bigint";
  Cost cost;
  const int64_t before = Ask(db, kWal);
  const absl::Time start = absl::Now();
  work();
  cost.seconds = absl::ToDoubleSeconds(absl::Now() - start);
  cost.wal_bytes = Ask(db, kWal) - before;
  return cost;
}

// All that the bare update writes, batch by batch.
struct Sealed {
  std::vector<std::string> keys;
  std::vector<std::vector<std::string>> columns;
};
std::vector<Sealed> ReadSealed(PostgresConnection* db) {
  std::string sql = "SELECT waybill_no";
  for (const std::string& column : kAdded) absl::StrAppend(&sql, ", ", column);
  auto select = db->Prepare(sql + " FROM waybill ORDER BY waybill_no", "bench");
  Check(select.status());
  std::vector<Sealed> batches;
  for (int64_t row = 0; *select->Step(); ++row) {
    if (row % kBatchRows == 0) {
      batches.emplace_back().columns.resize(kAdded.size());
    }
    batches.back().keys.emplace_back(select->Bytes(0));
    for (size_t i = 0; i < kAdded.size(); ++i) {
      batches.back().columns[i].emplace_back(
          select->Bytes(static_cast<int>(i) + 1));
    }
  }
  return batches;
}

void UpdateBare(PostgresConnection* db, const std::vector<Sealed>& batches) {
  std::string add, arrays, names, sets;
  for (size_t i = 0; i < kAdded.size(); ++i) {
    const char* comma = i == 0 ? "" : ", ";
    absl::StrAppend(&add, comma, "ADD COLUMN ", kAdded[i], " bytea");
    absl::StrAppend(&arrays, ", $", i + 2, "::bytea[]");
    absl::StrAppend(&names, ", c", i);
    absl::StrAppend(&sets, comma, kAdded[i], " = b.c", i);
  }
  Check(db->Execute("ALTER TABLE waybill " + add, "bench"));
  Check(
      db->Execute("SET plan_cache_mode = force_generic_plan; SET "
                  "enable_seqscan = off; SET enable_hashjoin = off; SET "
                  "enable_mergejoin = off; SET jit = off",
                  "bench"));
  auto update = db->Prepare(
      absl::StrCat("UPDATE waybill t SET ", sets, " FROM unnest($1::text[]",
                   arrays, ") AS b(k", names, ") WHERE t.waybill_no = b.k"),
      "bench");
  Check(update.status());
  for (const Sealed& batch : batches) {
    using Cell = PostgresStatement::Cell;
    update->BindTexts(0,
                      std::vector<Cell>(batch.keys.begin(), batch.keys.end()));
    for (size_t i = 0; i < kAdded.size(); ++i) {
      update->BindBlobs(
          static_cast<int>(i) + 1,
          std::vector<Cell>(batch.columns[i].begin(), batch.columns[i].end()));
    }
    Check(update->Run());
  }
  for (size_t i = 4; i < kAdded.size(); ++i) {
    Check(db->Execute(
        absl::StrCat("CREATE INDEX CONCURRENTLY ON waybill (", kAdded[i], ")"),
        "bench"));
  }
}

void Bench(int64_t num_rows, int workers) {
  testing::PostgresCluster cluster(
      {"shared_buffers=512MB", "max_wal_size=4GB", "autovacuum=off"});
  const std::string address = cluster.Address(cluster.MakeDatabase());
  const auto db = testing::OpenOrDie(address);
  testing::TestKeyring keys;
  Check(keys.editor().Backfill(EpochOf(absl::CivilDay(2026, 11, 1))).status());
  keys.Publish();
  const auto keyring = keys.Load(Role::kConverter);
  const auto map = TableMap::Parse(kMap);
  Check(map.status());
  RunOptions options;
  options.batch_rows = kBatchRows;
  options.workers = workers;
  Cost run, bare;
  double added = 0;
  for (int round = 0; round < kRounds; ++round) {
    MakeTable(db.get(), num_rows);
    auto migration = Migration::OpenPostgres(address, *map, &keys.clock());
    Check(migration.status());
    const Cost ran = Measure(db.get(), [&] {
      Check((*migration)->Run(*keyring, options).status());
    });
    added = static_cast<double>(
                Ask(db.get(),
                    "SELECT sum(pg_column_size(recipient_name_sealed) + "
                    "pg_column_size(recipient_phone_sealed) + "
                    "pg_column_size(recipient_address_sealed) + "
                    "pg_column_size(recipient_view) + "
                    "pg_column_size(recipient_phone_by_phone) + "
                    "pg_column_size(recipient_phone_by_last4)) + "
                    "pg_relation_size('waybill_recipient_phone_by_phone_idx') "
                    "+ "
                    "pg_relation_size('waybill_recipient_phone_by_last4_idx') "
                    "FROM waybill")) /
            static_cast<double>(num_rows);
    const std::vector<Sealed> batches = ReadSealed(db.get());
    MakeTable(db.get(), num_rows);
    const Cost did = Measure(db.get(), [&] { UpdateBare(db.get(), batches); });
    const auto rows = static_cast<double>(num_rows);
    std::printf(
        "round %d: run %.0f rows/s, bare update %.0f rows/s, ratio "
        "%.2f\n",
        round + 1, rows / ran.seconds, rows / did.seconds,
        did.seconds / ran.seconds);
    run.seconds += ran.seconds;
    run.wal_bytes += ran.wal_bytes;
    bare.seconds += did.seconds;
    bare.wal_bytes += did.wal_bytes;
  }
  const double all = static_cast<double>(num_rows) * kRounds;
  std::printf(
      "all: run %.0f rows/s, bare update %.0f rows/s, ratio %.2f (to be at "
      "least 0.80)\nbytes a row: %.0f added, log %.0f, log of the bare update "
      "%.0f\n",
      all / run.seconds, all / bare.seconds, bare.seconds / run.seconds, added,
      static_cast<double>(run.wal_bytes) / all,
      static_cast<double>(bare.wal_bytes) / all);
}

}  // namespace
}  // namespace parcelveil

int main(int argc, char** argv) {
  const int64_t num_rows = argc > 1 ? std::atoll(argv[1]) : 200'000;
  parcelveil::Bench(num_rows, argc > 2 ? std::atoi(argv[2]) : 2);
}
