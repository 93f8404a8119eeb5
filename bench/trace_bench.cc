// SPDX-License-Identifier: Apache-2.0
// trace_bench: a leaked list of 1,000 rows against a log in SQLite, beside one
// sequential read of its leaves. Prints both times, their ratio, and how much
// memory the trace took.
//
// 400 accounts open records of 40 outlets on 10 days at random; the rows are of
// one outlet.
//   trace_bench [leaves, 1000000 unless named]

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "parcelveil/sqlite_gate.h"
#include "src/gate/record_ref.h"
#include "src/keyring/calendar.h"
#include "src/trace/access_log.h"
#include "src/trace/record_refs.h"
#include "src/wire/leaf.h"
#include "tests/testing/scratch_dir.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil::trace {
namespace {

constexpr uint32_t kAccounts = 400;
constexpr uint32_t kRecords = 6000;  // of the outlet that leaked, in ten days
constexpr uint32_t kOutlets = 40;
constexpr uint32_t kRows = 1000;
constexpr uint64_t kLeavesAtOnce = 200000;

[[noreturn]] void Fail(const absl::Status& status) {
  fprintf(stderr, "trace_bench: %s\n", status.ToString().c_str());
  exit(1);
}
void Check(const absl::Status& status) {
  if (!status.ok()) Fail(status);
}

std::array<uint8_t, 16> RandomRef(std::mt19937_64* random) {
  std::array<uint8_t, 16> ref;
  for (uint8_t& byte : ref) byte = static_cast<uint8_t>((*random)());
  return ref;
}

// One in kOutlets leaves is about the outlet that leaked.
void Fill(SqliteGateStore* store, uint64_t num_leaves, uint64_t time_ms,
          const std::vector<std::array<uint8_t, 16>>& refs) {
  std::mt19937_64 random(1);
  Leaf leaf;
  leaf.type = LeafType::kGrant;
  leaf.tenant = 7;
  leaf.role = Role::kList;
  leaf.slots = {Slot::kRecipientPhone};
  for (uint64_t first = 0; first < num_leaves; first += kLeavesAtOnce) {
    Check(store->WriteLog([&](LogTransaction& transaction) {
      const uint64_t end = std::min(first + kLeavesAtOnce, num_leaves);
      for (uint64_t i = first; i < end; ++i) {
        leaf.time_ms = time_ms + i / 100;
        leaf.principal = 1 + random() % kAccounts;
        leaf.record_ref = random() % kOutlets == 0
                              ? refs[random() % refs.size()]
                              : RandomRef(&random);
        const absl::Status status =
            transaction.PutLeaf(i, wire::EncodeLeaf(leaf).value());
        if (!status.ok()) return status;
      }
      return absl::OkStatus();
    }));
  }
}

// As a gate writes them today.
std::vector<std::array<uint8_t, 16>> RefsOf(testing::TestKeyring* keys,
                                            const RecordSet& records) {
  std::vector<std::string> ids;
  for (uint32_t i = 0; i < records.size(); ++i) {
    ids.emplace_back(records.IdOf(i));
  }
  const auto keyring = keys->Load(Role::kGate);
  std::vector<std::array<uint8_t, 16>> refs;
  const auto made = gate::RecordRefs(keyring.get(), ids);
  Check(made.status());
  for (const gate::RecordRef& ref : *made) refs.push_back(ref.bytes);
  return refs;
}

double Seconds(absl::Time since) {
  return absl::ToDoubleSeconds(absl::Now() - since);
}

// Of this process now: what was freed may still count, what is new does.
double Megabytes() {
  std::ifstream file("/proc/self/statm");
  double all = 0;
  double resident = 0;
  file >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

int Main(uint64_t num_leaves) {
  testing::TestKeyring keys;
  const auto keyring = keys.Load(Role::kDispute);
  RecordSet records;
  for (uint32_t i = 0; i < kRecords; ++i) {
    records.Add(absl::StrCat("SF", 1000000000 + i), keys.today());
  }
  const TraceRecords::Days days{keys.today(),
                                keyring::AddDays(keys.today(), 9)};
  const testing::ScratchDir dir;
  const auto store = SqliteGateStore::Create(dir.File("store.db")).value();
  const auto time_ms =
      static_cast<uint64_t>(absl::ToUnixMillis(keys.clock().Now()));
  Fill(store.get(), num_leaves, time_ms, RefsOf(&keys, records));

  absl::Time start = absl::Now();
  uint64_t bytes = 0;
  Check(store->ReadLeaves(0, num_leaves, [&](uint64_t, std::string_view leaf) {
    bytes += leaf.size();
    return absl::OkStatus();
  }));
  const double read = Seconds(start);
  malloc_trim(0);  // what the filling needed
  const double before = Megabytes();

  start = absl::Now();
  const auto refs = RecordRefs::Make(keyring.get(), records, days);
  Check(refs.status());
  std::vector<Row> rows(kRows);
  AccessQuestion question;
  for (uint32_t i = 0; i < kRows; ++i) {
    rows[i].records = {i};
    question.row_of.push_back(i);
  }
  question.refs = &*refs;
  question.rows = &rows;
  question.field = Slot::kRecipientPhone;
  question.seen_ms = INT64_MAX;
  question.tenant = 7;
  AccessLog accesses(question);
  TraceLogReport report;
  Check(accesses.Read(store.get(), {0, num_leaves, false, {}}, &report));
  const double traced = Seconds(start);
  printf("%lu leaves, %.0f MB: read %.2f s, traced %.2f s, ratio %.2f\n",
         static_cast<unsigned long>(report.leaves),
         static_cast<double>(bytes) / 1e6, read, traced, traced / read);
  printf("%zu accesses by %zu accounts; %.1f MB of memory\n",
         accesses.Accesses().size(), accesses.num_people(),
         Megabytes() - before);
  return 0;
}

}  // namespace
}  // namespace parcelveil::trace

int main(int argc, char** argv) {
  return parcelveil::trace::Main(argc > 1 ? strtoull(argv[1], nullptr, 10)
                                          : 1000000);
}
