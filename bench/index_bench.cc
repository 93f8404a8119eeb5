// SPDX-License-Identifier: Apache-2.0
// Looking up and filtering, each beside the bare libsodium calls of the same
// construction: a keyed BLAKE2b for each day, an AEAD call for each candidate.

#include <benchmark/benchmark.h>
#include <sodium.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parcelveil/field.h"
#include "parcelveil/finder.h"
#include "parcelveil/keyring.h"
#include "parcelveil/table_map.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

constexpr int kDays = 31;
constexpr size_t kCandidates = 20;
constexpr std::string_view kPhone = "13812345678";

// 31 days of keys, and one day's candidates of which one is the phone.
struct Fixture {
  Fixture() {
    keys.clock().Advance(absl::Hours(24) * kDays);
    gate = keys.Load(Role::kGate);
    finder = Finder::Create(gate.get()).value();
    const auto sealer = Sealer::Create(gate.get(), TableMap::Default()).value();
    for (size_t i = 0; i < kCandidates; ++i) {
      ids.push_back("SF" + std::to_string(1234567890000 + i));
      sealed.emplace_back();
      const absl::Status status = sealer->SealField(
          {Slot::kRecipientPhone, ids.back()}, Scope::kNational,
          i == 7 ? std::string(kPhone) : std::to_string(13900000000 + i),
          &sealed.back());
      if (!status.ok()) abort();
    }
    for (size_t i = 0; i < kCandidates; ++i) {
      cells.push_back({ids[i], sealed[i]});
    }
  }

  testing::TestKeyring keys;
  std::unique_ptr<Keyring> gate;
  std::unique_ptr<Finder> finder;
  std::vector<std::string> ids, sealed;
  std::vector<SealedCell> cells;
};

const Fixture& Shared() {
  static const Fixture* const fixture = new Fixture;
  return *fixture;
}

void BM_Baseline_Values(benchmark::State& state) {
  uint8_t key[32] = {1}, salt[16] = {}, personal[16] = {}, message[16] = {};
  uint8_t hash[16];
  for (auto _ : state) {
    for (int day = 0; day < kDays; ++day) {
      crypto_generichash_blake2b_salt_personal(hash, sizeof(hash), message,
                                               sizeof(message), key,
                                               sizeof(key), salt, personal);
      benchmark::DoNotOptimize(hash);
    }
  }
  state.SetItemsProcessed(state.iterations() * kDays);
}
BENCHMARK(BM_Baseline_Values);

void BM_Find_Values(benchmark::State& state) {
  state.SetLabel("BM_Baseline_Values");
  const Fixture& fixture = Shared();
  for (auto _ : state) {
    const auto values = fixture.finder->Values({Slot::kRecipientPhone, kPhone},
                                               absl::Hours(24) * (kDays - 1));
    if (!values.ok() || values->size() != kDays) {
      state.SkipWithError("look-up failed");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations() * kDays);
}
BENCHMARK(BM_Find_Values);

void BM_Baseline_Matches(benchmark::State& state) {
  uint8_t key[32] = {1}, nonce[24] = {}, aad[35] = {}, text[16] = {};
  uint8_t sealed[32];
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, nullptr, text,
                                             sizeof(text), aad, sizeof(aad),
                                             nullptr, nonce, key);
  for (auto _ : state) {
    for (size_t i = 0; i < kCandidates; ++i) {
      const int result = crypto_aead_xchacha20poly1305_ietf_decrypt(
          text, nullptr, nullptr, sealed, sizeof(sealed), aad, sizeof(aad),
          nonce, key);
      benchmark::DoNotOptimize(result);
    }
  }
  state.SetItemsProcessed(state.iterations() * kCandidates);
}
BENCHMARK(BM_Baseline_Matches);

void BM_Find_Matches(benchmark::State& state) {
  state.SetLabel("BM_Baseline_Matches");
  const Fixture& fixture = Shared();
  for (auto _ : state) {
    const auto found =
        fixture.finder->Matches({Slot::kRecipientPhone, kPhone}, fixture.cells);
    if (!found.ok() || found->positions.size() != 1) {
      state.SkipWithError("filtering failed");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations() * kCandidates);
}
BENCHMARK(BM_Find_Matches);

}  // namespace
}  // namespace parcelveil

BENCHMARK_MAIN();
