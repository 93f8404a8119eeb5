// SPDX-License-Identifier: Apache-2.0
// Finding a parcel by the last four digits among an outlet's 5,000 of a day,
// beside the bare indexed query and the opens that it takes.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "parcelveil/blind_index.h"
#include "parcelveil/migrate.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/wrapped_table.h"
#include "tests/testing/scratch_dir.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

constexpr int kRows = 5000;
constexpr Scope kOutlet{5712};
constexpr char kMap[] = R"(
table: "waybill"
record_id: "waybill_no"
epoch_from: "created_at"
scope: "outlet_id"
column { name: "phone" slot: RECIPIENT_PHONE index: LAST4 }
column { name: "address" slot: RECIPIENT_ADDRESS }
view { slot: RECIPIENT_VIEW preset: HANDHELD }
show: "status"
)";

void Check(const absl::Status& status) {
  if (!status.ok()) std::abort();
}

std::string Last4(int number) {
  char text[8];
  snprintf(text, sizeof(text), "%04d", number * 37 % kRows);
  return text;
}

// One outlet's day, wrapped.
class OutletDay {
 public:
  OutletDay() : map_(*TableMap::Parse(kMap)) {
    const std::string path = scratch_.File("db");
    std::ofstream(path).close();
    db = *SqliteDatabase::Open(path, SqliteDatabase::Access::kReadWrite);
    Check(
        db->Execute("CREATE TABLE waybill (waybill_no TEXT PRIMARY KEY, "
                    "created_at TEXT, outlet_id INTEGER, status TEXT, phone "
                    "TEXT, address TEXT); WITH RECURSIVE n(i) AS (SELECT 0 "
                    "UNION ALL SELECT i + 1 FROM n WHERE i < 4999) INSERT "
                    "INTO waybill SELECT printf('SF%06d', i), "
                    "'2026-11-24T09:30:00+08:00', 5712, '30', "
                    "printf('138%08d', i), '杭州市西湖区文三路' || i || "
                    "'号2幢301室' FROM n",
                    "bench"));
    const auto converter = keyring_.Load(Role::kConverter);
    auto migration = Migration::Open(db.get(), map_, &keyring_.clock());
    Check(migration.status());
    Check((*migration)->Run(*converter, RunOptions()).status());
    gate = keyring_.Load(Role::kGate);
    table = *WrappedTable::Open(db.get(), map_);
    opener = *Opener::Create(gate.get());
    index = *BlindIndex::Create(gate.get(), Slot::kRecipientLast4Index);
  }

 private:
  testing::ScratchDir scratch_;
  testing::TestKeyring keyring_;
  TableMap map_;

 public:
  std::unique_ptr<SqliteDatabase> db;
  std::unique_ptr<Keyring> gate;
  std::unique_ptr<WrappedTable> table;
  std::unique_ptr<Opener> opener;
  std::unique_ptr<BlindIndex> index;
};

OutletDay& Day() {
  static OutletDay* const day = new OutletDay();
  return *day;
}

void BM_Find_Last4(benchmark::State& state) {
  OutletDay& day = Day();
  int number = 0;
  for (auto _ : state) {
    const std::string text = Last4(number++);
    FindRows find{text, IndexRule::kLast4, kOutlet};
    find.back = absl::ZeroDuration();
    const auto found = day.table->Find(*day.gate, find);
    if (!found.ok() || found->rows.size() != 1) std::abort();
  }
  state.SetLabel("BM_Baseline_QueryAndOpens/rows:5000");
}
BENCHMARK(BM_Find_Last4)->ArgName("rows")->Arg(kRows);

void BM_Baseline_QueryAndOpens(benchmark::State& state) {
  OutletDay& day = Day();
  int number = 0;
  for (auto _ : state) {
    const auto value =
        day.index->Value(Last4(number++), day.gate->Today(), kOutlet);
    Check(value.status());
    auto select = day.db->Prepare(
        "SELECT waybill_no, recipient_view, status, phone_sealed FROM waybill "
        "WHERE phone_by_last4 = ?",
        "bench");
    Check(select.status());
    select->BindBlob(0, *value);
    Plaintext text;
    while (*select->Step()) {
      const std::string id(select->Bytes(0));
      Check(day.opener->OpenInto({Slot::kRecipientPhone, id}, select->Bytes(3),
                                 &text));
      benchmark::DoNotOptimize(text);
    }
  }
}
BENCHMARK(BM_Baseline_QueryAndOpens)->ArgName("rows")->Arg(kRows);

}  // namespace
}  // namespace parcelveil

BENCHMARK_MAIN();
