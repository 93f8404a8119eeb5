// SPDX-License-Identifier: Apache-2.0
// Loading a large keyring: 1,200 days x 14 slots x 6 roles, to the first field
// opened, beside the reading and the one signature check that any reader needs.

#include <benchmark/benchmark.h>
#include <sodium.h>
#include <sys/resource.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include "parcelveil/field.h"
#include "parcelveil/keyring.h"
#include "parcelveil/v1/keyring.pb.h"
#include "src/crypto/sign.h"
#include "src/crypto/xchacha.h"
#include "src/keyring/derive.h"
#include "src/keyring/payload.h"
#include "src/keyring/wrap.h"
#include "src/wire/bytes.h"
#include "src/wire/keyring_file.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

constexpr uint32_t kDays = 1200;
constexpr char kPath[] = "keyring_bench.keyring";

// A test keyring whose file lists many past days besides its own. Its own days
// are truly wrapped for GATE; of the others, which no benchmark opens, the
// wraps are random bytes.
class LargeKeyring {
 public:
  LargeKeyring() {
    v1::KeyringPayload payload;
    const absl::Status read =
        keyring::ReadKeyring(keys_.file()->bytes, keys_.signers(), &payload);
    if (!read.ok()) abort();
    const auto own = payload.keys();
    const uint32_t first = own[0].epoch();
    for (uint32_t day = 1; payload.keys_size() < int(kDays * 14); ++day) {
      for (const v1::Key& key : own) {
        if (key.epoch() == first) AddPastKey(key, first - day, &payload);
      }
    }
    for (v1::Key& key : *payload.mutable_keys()) {
      while (key.wraps_size() < 6) AddWrap(100 + key.wraps_size(), &key);
    }
    const crypto::SigningKey signer =
        crypto::SigningKey::FromSeed(Secret::Random(32).value()).value();
    signer_ = signer.public_key();
    file_ = keyring::WriteKeyring(payload, signer).value();
    std::ofstream(kPath, std::ios::binary) << file_;
  }
  ~LargeKeyring() { remove(kPath); }

  testing::TestKeyring& keys() { return keys_; }
  const SignerPublicKey& signer() const { return signer_; }
  const std::string& file() const { return file_; }

 private:
  static void AddWrap(uint32_t role, v1::Key* key) {
    v1::Wrap* wrap = key->add_wraps();
    wrap->set_role(role);
    wrap->set_kek_version(70);
    wrap->set_open_until_ms(1800000000000);
    wrap->mutable_blob()->resize(keyring::kWrapSize);
    crypto::RandomBytes(
        {reinterpret_cast<uint8_t*>(wrap->mutable_blob()->data()),
         keyring::kWrapSize});
  }
  static void AddPastKey(const v1::Key& like, uint32_t epoch,
                         v1::KeyringPayload* payload) {
    v1::Key* key = payload->add_keys();
    *key = like;
    key->set_epoch(epoch);
    key->clear_wraps();
    for (uint32_t role : {1u, 2u, 3u}) AddWrap(role, key);
  }

  testing::TestKeyring keys_;
  SignerPublicKey signer_;
  std::string file_;
};

LargeKeyring& Large() {
  static LargeKeyring* const large = new LargeKeyring;
  return *large;
}

std::string ReadWholeFile() {
  std::ifstream in(kPath, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return std::move(bytes).str();
}

class LargeSource : public KeyringSource {
 public:
  absl::StatusOr<std::string> Version() override { return std::string("1"); }
  absl::StatusOr<std::string> Read() override { return ReadWholeFile(); }
};

void BM_Baseline_ReadAndVerify(benchmark::State& state) {
  Large();
  for (auto _ : state) {
    const std::string file = ReadWholeFile();
    const auto parts = wire::ParseKeyringFile(file);
    const int result = crypto_sign_ed25519_verify_detached(
        parts->signature.data(), wire::AsBytes(parts->signed_bytes).data(),
        parts->signed_bytes.size(), parts->signer.data());
    benchmark::DoNotOptimize(result);
  }
}
BENCHMARK(BM_Baseline_ReadAndVerify)->Unit(benchmark::kMillisecond);

void BM_LoadToFirstOpen(benchmark::State& state) {
  state.SetLabel("BM_Baseline_ReadAndVerify");
  LargeKeyring& large = Large();
  const auto writer = large.keys().Load(Role::kGate);
  const auto sealer = Sealer::Create(writer.get(), TableMap::Default()).value();
  const Cell cell{Slot::kRecipientPhone, "SF1234567890123"};
  std::string sealed;
  if (!sealer->SealField(cell, Scope::kNational, "13812345678", &sealed).ok()) {
    abort();
  }
  for (auto _ : state) {
    KeyringOptions options = large.keys().Options(Role::kGate);
    options.source = std::make_unique<LargeSource>();
    options.signers = {large.signer()};
    const auto keyring = Keyring::Load(std::move(options));
    const auto opener = Opener::Create(keyring->get()).value();
    if (!opener->Open(cell, sealed).ok()) state.SkipWithError("open failed");
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["file_MiB"] = large.file().size() / 1048576.0;
  state.counters["peak_rss_MiB_with_setup"] = usage.ru_maxrss / 1024.0;
}
BENCHMARK(BM_LoadToFirstOpen)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace parcelveil

BENCHMARK_MAIN();
