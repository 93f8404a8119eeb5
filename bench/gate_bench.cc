// SPDX-License-Identifier: Apache-2.0
// A granted reveal beside the bare calls that it cannot do without; 64 clients
// on the SQLite store beside its bare commit; a handheld's list beside 300 bare
// opens.

#include <benchmark/benchmark.h>
#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "parcelveil/list.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/sqlite_gate.h"
#include "tests/gate/gate_fixture.h"
#include "tests/testing/scratch_dir.h"

namespace parcelveil::testing {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kReveals = 2000;
constexpr int kParcels = 200;
constexpr int kClients = 64;
constexpr int kRevealsEach = 40;
constexpr int kCommits = 100;
constexpr size_t kListRows = 300;

// Quotas are charged as ever, and never in the way.
GateWorld::Edits Generous() {
  return {{"day: 400  month: 9000  over_assigned: 10", "day: 1000000000"}};
}

std::string NameOf(int parcel) {
  return "SF" + std::to_string(parcel + 1000000);
}

std::vector<std::string> Requests(GateWorld* world, const Gate& gate, int count,
                                  int num_parcels = kParcels) {
  std::vector<std::string> requests;
  for (int i = 0; i < count; ++i) {
    requests.push_back(world->courier().Reveal(gate, NameOf(i % num_parcels)));
  }
  return requests;
}

bool IsGranted(const std::string& reply) {
  return reply.size() > 100 && reply[1] == 0;
}

// A transaction of as many bare inserts as a granted reveal writes rows: leaf,
// nonce, request, the record charged to the courier, the outlet and the tenant,
// and two windows of each.
class BareInserts {
 public:
  BareInserts() {
    const std::string path = dir_.File("bare");
    std::ofstream(path).close();
    db_ =
        SqliteDatabase::Open(path, SqliteDatabase::Access::kExclusive).value();
    Check(
        db_->Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                     "CREATE TABLE t (a INTEGER, b BLOB, c BLOB, "
                     "PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID",
                     "bench"));
    insert_.emplace(
        db_->Prepare("INSERT OR REPLACE INTO t VALUES (?, ?, ?)", "bench")
            .value());
  }
  void Run() {
    auto transaction =
        SqliteTransaction::Begin(db_.get(), SqliteTransaction::Kind::kWrite)
            .value();
    for (size_t row = 0; row < kRows; ++row) {
      const std::string id = KeyOf(row);
      insert_->BindInt(0, static_cast<int64_t>(row));
      insert_->BindBlob(1, id);
      insert_->BindBlob(2, std::string_view(text_).substr(0, SizeOf(row)));
      Check(insert_->Run());
    }
    Check(transaction->Commit());
    ++num_runs_;
  }

 private:
  static constexpr size_t kRows = 12;
  // Leaf and request come in order, a nonce and what is charged in none; the
  // windows are there already.
  std::string KeyOf(size_t row) const {
    std::string key;
    if (row < 2) {
      wire::Appender(&key).Put(num_runs_);
      return key;
    }
    const uint64_t number = row < 6 ? num_runs_ : 0;
    return std::string(
        wire::AsText(crypto::Sha256(std::to_string(number))).substr(0, 16));
  }
  // Of a leaf and of a request; of the others a number.
  static size_t SizeOf(size_t row) {
    return row == 0 ? 92 : row == 1 ? 223 : 8;
  }
  static void Check(const absl::Status& status) {
    if (!status.ok()) std::abort();
  }

  ScratchDir dir_;
  std::unique_ptr<SqliteDatabase> db_;
  std::optional<SqliteStatement> insert_;
  const std::string text_ = std::string(223, 'r');
  uint64_t num_runs_ = 0;
};

// The sum of what a reveal cannot do without: check the device's signature,
// write it down, open the field, seal it to the device, sign the reply.
void BM_Baseline_Reveal(benchmark::State& state) {
  uint8_t pk[32];
  uint8_t sk[64];
  crypto_sign_ed25519_keypair(pk, sk);
  std::vector<uint8_t> request(159);
  std::vector<uint8_t> reply(320);
  uint8_t signature[64];
  uint8_t reply_signature[64];
  crypto_sign_ed25519_detached(signature, nullptr, request.data(),
                               request.size(), sk);
  const Secret reply_secret = SecretOf(0x77);
  const X25519PublicKey reply_key = reply_secret.Use(
      [](absl::Span<const uint8_t> key) { return crypto::X25519Public(key); });
  std::vector<uint8_t> text(128);
  std::vector<uint8_t> sealed(text.size() + 48);
  std::vector<uint8_t> field(64 + 16);
  uint8_t key[32] = {};
  uint8_t nonce[24] = {};
  BareInserts inserts;
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      field.data(), nullptr, text.data(), 64, nullptr, 0, nullptr, nonce, key);
  for (auto _ : state) {
    benchmark::DoNotOptimize(crypto_sign_ed25519_verify_detached(
        signature, request.data(), request.size(), pk));
    inserts.Run();
    benchmark::DoNotOptimize(crypto_aead_xchacha20poly1305_ietf_decrypt(
        text.data(), nullptr, nullptr, field.data(), field.size(), nullptr, 0,
        nonce, key));
    benchmark::DoNotOptimize(
        crypto::HpkeSeal(reply_key, "info", "aad", text, absl::MakeSpan(sealed))
            .ok());
    crypto_sign_ed25519_detached(reply_signature, nullptr, reply.data(),
                                 reply.size(), sk);
    benchmark::DoNotOptimize(reply_signature);
  }
  state.SetItemsProcessed(state.iterations());
}

// A gate over the SQLite store, in a folder of its own.
class SqliteGate {
 public:
  explicit SqliteGate(int num_parcels = kParcels) : world_(Generous()) {
    for (int i = 0; i < num_parcels; ++i) world_.AddParcel(NameOf(i));
    store_ = SqliteGateStore::Create(dir_.File("gate.db")).value();
    AuditLogOptions log;
    log.origin = std::string(GateWorld::kLogOrigin);
    log.signing_seed = SecretOf(0x10);
    log.store = store_.get();
    log_ = AuditLog::Open(std::move(log)).value();
    GateOptions options = world_.Options();
    options.store = store_.get();
    options.log = log_.get();
    gate_ = Gate::Create(std::move(options)).value();
    Enrolment enrolment;
    enrolment.device = world_.courier().device();
    enrolment.principal = {GateWorld::kCourier, Role::kList, GateWorld::kOutlet,
                           true};
    enrolment.key = world_.courier().key();
    enrolment.expires = world_.clock().Now() + absl::Hours(1000);
    if (!gate_->Enrol(enrolment).ok()) std::abort();
  }

  GateWorld& world() { return world_; }
  GateStore& store() { return *store_; }
  AuditLog& log() { return *log_; }
  Gate& gate() { return *gate_; }

 private:
  ScratchDir dir_;
  GateWorld world_;
  std::unique_ptr<SqliteGateStore> store_;
  std::unique_ptr<AuditLog> log_;
  std::unique_ptr<Gate> gate_;
};

// Each of a record that was not charged before, by a client that has the gate
// to itself: nobody shares a commit with it.
void BM_Gate_Reveal(benchmark::State& state) {
  state.SetLabel("BM_Baseline_Reveal/iterations:2000/process_time");
  SqliteGate sqlite(kReveals);
  const std::vector<std::string> requests =
      Requests(&sqlite.world(), sqlite.gate(), kReveals, kReveals);
  size_t next = 0;
  for (auto _ : state) {
    const std::string reply = sqlite.gate().Handle(requests[next++]);
    if (!IsGranted(reply)) state.SkipWithError("refused");
  }
  state.SetItemsProcessed(state.iterations());
}

double Microseconds(SteadyClock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

// What one commit of one leaf takes here, in microseconds.
double CommitMicroseconds(SqliteGate* sqlite) {
  Leaf leaf;
  leaf.type = LeafType::kPolicy;
  const auto start = SteadyClock::now();
  for (int i = 0; i < kCommits; ++i) {
    if (!sqlite->log().Append({leaf}).ok()) std::abort();
  }
  return Microseconds(SteadyClock::now() - start) / kCommits;
}

// How many commits each reveal of a client takes that has the gate to itself.
double CommitsAlone(SqliteGate* sqlite) {
  const uint64_t before = sqlite->gate().Stats().commits;
  for (const std::string& request :
       Requests(&sqlite->world(), sqlite->gate(), kCommits)) {
    if (!IsGranted(sqlite->gate().Handle(request))) std::abort();
  }
  return static_cast<double>(sqlite->gate().Stats().commits - before) /
         kCommits;
}

// How long each reveal of 64 clients takes, beside a bare commit (commit_us).
// times_alone is how much faster all are than one commit for each reveal:
// where a commit takes less than 20 shares of the processors' time that a
// reveal needs, they and not the disk set the pace, and reveals_a_commit alone
// says how well commits are shared.
void BM_Gate_64Clients(benchmark::State& state) {
  SqliteGate sqlite;
  const double commit_us = CommitMicroseconds(&sqlite);
  const double commits_alone = CommitsAlone(&sqlite);
  const GateStats before = sqlite.gate().Stats();
  const std::vector<std::string> requests =
      Requests(&sqlite.world(), sqlite.gate(), kClients * kRevealsEach);
  std::vector<double> taken(kClients * kRevealsEach);
  double all_us = 0;
  for (auto _ : state) {
    std::vector<std::thread> clients;
    const auto start = SteadyClock::now();
    for (size_t client = 0; client < kClients; ++client) {
      clients.emplace_back([&, client] {
        for (size_t i = 0; i < kRevealsEach; ++i) {
          const size_t at = client * kRevealsEach + i;
          const auto asked = SteadyClock::now();
          const std::string reply = sqlite.gate().Handle(requests[at]);
          taken[at] = Microseconds(SteadyClock::now() - asked);
          if (!IsGranted(reply)) std::abort();
        }
      });
    }
    for (std::thread& client : clients) client.join();
    all_us = Microseconds(SteadyClock::now() - start);
  }
  std::sort(taken.begin(), taken.end());
  state.SetItemsProcessed(state.iterations() * kClients * kRevealsEach);
  state.counters["median_us"] = taken[taken.size() / 2];
  state.counters["p99_us"] = taken[taken.size() * 99 / 100];
  state.counters["commit_us"] = commit_us;
  state.counters["times_alone"] =
      commit_us * static_cast<double>(taken.size()) / all_us;
  const GateStats after = sqlite.gate().Stats();
  state.counters["commits_alone"] = commits_alone;
  state.counters["reveals_a_commit"] =
      static_cast<double>(after.granted - before.granted) /
      static_cast<double>(after.commits - before.commits);
}

// A courier's list: 300 sealed views, opened and laid out for the handheld.
struct List {
  List() : keyring(world.keys().Load(Role::kList)) {
    for (size_t i = 0; i < kListRows; ++i) {
      ids.push_back(NameOf(static_cast<int>(i)));
      world.AddParcel(ids.back());
      const Parcel parcel =
          **world.parcels().Find(ids.back(), {Slot::kRecipientView});
      sealed.push_back(parcel.cells.at(0).sealed);
    }
    for (size_t i = 0; i < kListRows; ++i) {
      views.push_back({ids[i], sealed[i]});
    }
  }
  GateWorld world;
  std::unique_ptr<Keyring> keyring;
  std::vector<std::string> ids;
  std::vector<std::string> sealed;
  std::vector<SealedView> views;
};

void BM_Baseline_List(benchmark::State& state) {
  const List list;
  uint8_t key[32] = {};
  uint8_t nonce[24] = {};
  uint8_t aad[40] = {};
  std::vector<std::vector<uint8_t>> cells;
  std::vector<uint8_t> text(4096);
  for (const std::string& sealed : list.sealed) {
    cells.emplace_back(sealed.size() - 16);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        cells.back().data(), nullptr, text.data(), sealed.size() - 32, aad,
        sizeof(aad), nullptr, nonce, key);
  }
  for (auto _ : state) {
    for (const std::vector<uint8_t>& cell : cells) {
      benchmark::DoNotOptimize(crypto_aead_xchacha20poly1305_ietf_decrypt(
          text.data(), nullptr, nullptr, cell.data(), cell.size(), aad,
          sizeof(aad), nonce, key));
    }
  }
  state.SetItemsProcessed(state.iterations() * kListRows);
}

void BM_Gate_List(benchmark::State& state) {
  state.SetLabel("BM_Baseline_List");
  const List list;
  const auto opener = Opener::Create(list.keyring.get()).value();
  for (auto _ : state) {
    const absl::StatusOr<std::string> bytes = EncodeList(
        *opener, Slot::kRecipientView, list.views, absl::FromUnixSeconds(0));
    if (!bytes.ok()) state.SkipWithError("no list");
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * kListRows);
}

BENCHMARK(BM_Baseline_Reveal)->Iterations(kReveals)->MeasureProcessCPUTime();
BENCHMARK(BM_Gate_Reveal)->Iterations(kReveals)->MeasureProcessCPUTime();
BENCHMARK(BM_Gate_64Clients)
    ->Iterations(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Baseline_List);
BENCHMARK(BM_Gate_List);

}  // namespace
}  // namespace parcelveil::testing

BENCHMARK_MAIN();
