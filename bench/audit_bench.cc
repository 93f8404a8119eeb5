// SPDX-License-Identifier: Apache-2.0
// Verifying a whole log beside the bare SHA-256 of the same tree.

#include <benchmark/benchmark.h>
#include <sodium.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "parcelveil/audit_verify.h"
#include "src/audit/note.h"
#include "src/audit/tree.h"
#include "src/wire/leaf.h"
#include "tests/audit/log_fixture.h"
#include "tests/testing/memory_log_store.h"

namespace parcelveil::audit {
namespace {

// A log of `size` leaves, with its tiles and a checkpoint.
class LargeLog {
 public:
  explicit LargeLog(uint64_t size) {
    RightEdge edge;
    std::vector<Tile> full;
    store_.log().leaves.reserve(size);
    for (uint64_t i = 0; i < size; ++i) {
      store_.log().leaves.push_back(*wire::EncodeLeaf(GrantLeaf(i)));
      edge.Add(HashLeaf(store_.log().leaves.back()), &full);
    }
    for (Tile& tile : full) {
      store_.log().tiles[{tile.name.level, tile.name.index}] =
          std::move(tile.hashes);
    }
    const auto key = *crypto::SigningKey::FromSeed(LogSeed());
    const wire::VerifierKey log =
        MakeVerifierKey(kOrigin, wire::NoteKeyType::kEd25519, key.public_key());
    verifier_key_ = wire::EncodeVerifierKey(log);
    store_.log().checkpoint = *SignCheckpoint({size, edge.Root()}, log, key);
  }

  testing::MemoryLogStore& store() { return store_; }
  const std::string& verifier_key() const { return verifier_key_; }

 private:
  testing::MemoryLogStore store_;
  std::string verifier_key_;
};

LargeLog& LogOf(uint64_t size) {
  static LargeLog log(size);  // one size a run
  return log;
}

void BM_Verify(benchmark::State& state) {
  LargeLog& log = LogOf(static_cast<uint64_t>(state.range(0)));
  LogVerifyOptions options;
  options.verifier_key = log.verifier_key();
  for (auto _ : state) {
    const auto report = VerifyLog(&log.store(), options);
    if (!report.ok() || report->problem.has_value()) {
      state.SkipWithError("the log does not verify");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetLabel("BM_Baseline_Sha256Tree/leaves:" +
                 std::to_string(state.range(0)));
}
BENCHMARK(BM_Verify)->ArgName("leaves")->Arg(1000000)->Unit(
    benchmark::kMillisecond);

// The same hashes in the same order of sizes, and nothing else.
void BM_Baseline_Sha256Tree(benchmark::State& state) {
  const auto num = static_cast<size_t>(state.range(0));
  const auto& leaves = LogOf(num).store().log().leaves;
  std::vector<unsigned char> hashes(num * 32);
  for (auto _ : state) {
    for (size_t i = 0; i < num; ++i) {
      unsigned char bytes[1 + wire::kMaxLeafSize] = {0};
      memcpy(bytes + 1, leaves[i].data(), leaves[i].size());
      crypto_hash_sha256(&hashes[i * 32], bytes, 1 + leaves[i].size());
    }
    for (size_t width = num; width > 1; width = (width + 1) / 2) {
      for (size_t i = 0; i + 1 < width; i += 2) {
        unsigned char bytes[65] = {1};
        memcpy(bytes + 1, &hashes[i * 32], 64);
        crypto_hash_sha256(&hashes[i / 2 * 32], bytes, sizeof(bytes));
      }
      if (width % 2 == 1) {
        memmove(&hashes[width / 2 * 32], &hashes[(width - 1) * 32], 32);
      }
    }
    benchmark::DoNotOptimize(hashes[0]);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Baseline_Sha256Tree)
    ->ArgName("leaves")
    ->Arg(1000000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace parcelveil::audit

BENCHMARK_MAIN();
