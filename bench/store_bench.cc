// SPDX-License-Identifier: Apache-2.0
// What a group of grants costs in the SQLite store, beside a transaction of as
// many bare inserts. Both wait for the disk once; the ratio is of CPU time.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/sqlite_gate.h"
#include "tests/testing/scratch_dir.h"

namespace parcelveil {
namespace {

constexpr int kRowsPerGrant = 10;  // as BM_Store_Grants counts them
constexpr size_t kLeafSize = 92;
constexpr size_t kRequestSize = 223;

void Check(const absl::Status& status) {
  if (!status.ok()) std::abort();
}

std::array<uint8_t, 16> Id(uint64_t number) {
  std::array<uint8_t, 16> id{};
  // Spread as hashes are, the same in every run.
  uint64_t spread = number * 0x9E3779B97F4A7C15;
  for (uint8_t& byte : id) {
    byte = static_cast<uint8_t>(spread);
    spread = spread >> 8 | spread << 56;
  }
  return id;
}

Charge ChargeOf(SubjectKind kind, uint64_t subject, uint64_t number) {
  Charge charge{kind, subject, QuotaClass::kAddress, {}, {Id(number)}, true};
  charge.windows.push_back({absl::Hours(24), UINT32_MAX});
  return charge;
}

// Leaf, nonce, request, a charge of the courier (two windows), his outlet and
// the tenant: 3 + 3 charged records + 4 counters.
absl::Status PutOne(GateTransaction* transaction, uint64_t number,
                    const std::string& request) {
  Grant grant;
  grant.device = number % 64;
  grant.nonce = Id(number);
  grant.leaf_index = number;
  grant.now = absl::FromUnixSeconds(1795485600 + number / 100);
  grant.day = Epoch{2519};
  grant.request = request;
  grant.charges.push_back(
      ChargeOf(SubjectKind::kPrincipal, grant.device, number));
  grant.charges[0].windows.push_back({absl::Minutes(10), UINT32_MAX});
  grant.charges.push_back(ChargeOf(SubjectKind::kOutlet, 5712, number));
  grant.charges.push_back(ChargeOf(SubjectKind::kTenant, 7, number));
  const auto outcome = transaction->PutGrant(grant);
  if (!outcome.ok()) return outcome.status();
  return transaction->PutLeaf(number, std::string(kLeafSize, 'l'));
}

void BM_Store_Grants(benchmark::State& state) {
  const testing::ScratchDir scratch;
  auto store = SqliteGateStore::Create(scratch.File("gate"));
  Check(store.status());
  const std::string request(kRequestSize, 'r');
  uint64_t number = 0;
  for (auto _ : state) {
    Check((*store)->Write([&](GateTransaction& transaction) {
      for (int i = 0; i < state.range(0); ++i) {
        Check(PutOne(&transaction, number++, request));
      }
      return absl::OkStatus();
    }));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetLabel(absl::StrCat("BM_Baseline_Inserts/grants:", state.range(0),
                              "/real_time"));
}
BENCHMARK(BM_Store_Grants)->ArgName("grants")->Arg(1)->Arg(64)->UseRealTime();

void BM_Baseline_Inserts(benchmark::State& state) {
  const testing::ScratchDir scratch;
  const std::string path = scratch.File("bare");
  std::ofstream(path).close();
  auto db = SqliteDatabase::Open(path, SqliteDatabase::Access::kExclusive);
  Check(db.status());
  Check(
      (*db)->Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                     "CREATE TABLE t (a INTEGER, b BLOB, PRIMARY KEY (a, b)) "
                     "STRICT, WITHOUT ROWID",
                     "bench"));
  auto insert = (*db)->Prepare("INSERT INTO t VALUES (?, ?)", "bench");
  Check(insert.status());
  uint64_t number = 0;
  for (auto _ : state) {
    auto transaction =
        SqliteTransaction::Begin(db->get(), SqliteTransaction::Kind::kWrite);
    Check(transaction.status());
    for (int i = 0; i < state.range(0) * kRowsPerGrant; ++i, ++number) {
      const auto id = Id(number);
      insert->BindInt(0, static_cast<int64_t>(number % kRowsPerGrant));
      insert->BindBlob(1,
                       {reinterpret_cast<const char*>(id.data()), id.size()});
      Check(insert->Run());
    }
    Check((*transaction)->Commit());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Baseline_Inserts)
    ->ArgName("grants")
    ->Arg(1)
    ->Arg(64)
    ->UseRealTime();

}  // namespace
}  // namespace parcelveil

BENCHMARK_MAIN();
