// SPDX-License-Identifier: Apache-2.0
// Sealing and opening, each beside the bare libsodium calls of the same
// construction on the same bytes: the AEAD call alone for a field and a list;
// for a waybill 8 AEAD calls with their nonce's hashes, and 3 keyed BLAKE2b.

#include <benchmark/benchmark.h>
#include <sodium.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parcelveil/field.h"
#include "parcelveil/keyring.h"
#include "parcelveil/table_map.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

constexpr std::string_view kWaybill = "SF1234567890123";
constexpr std::string_view kName = "欧阳晓明";
constexpr std::string_view kPhone = "13812345678";
constexpr std::string_view kAddress =
    "浙江省杭州市西湖区文三路90号东部软件园2号楼A2306";
constexpr size_t kBindingSize = 8 + 12 + kWaybill.size();

// Everything a benchmark borrows; made once.
struct Fixture {
  Fixture() {
    gate = keys.Load(Role::kGate);
    list = keys.Load(Role::kList);
    sealer = Sealer::Create(gate.get(), TableMap::Default()).value();
    opener = Opener::Create(gate.get()).value();
    list_opener = Opener::Create(list.get()).value();
  }

  std::string SealedField(Slot slot, std::string_view text) const {
    std::string sealed;
    const absl::Status status =
        sealer->SealField({slot, kWaybill}, Scope::kNational, text, &sealed);
    if (!status.ok()) abort();
    return sealed;
  }

  testing::TestKeyring keys;
  std::unique_ptr<Keyring> gate;
  std::unique_ptr<Keyring> list;
  std::unique_ptr<Sealer> sealer;
  std::unique_ptr<Opener> opener;
  std::unique_ptr<Opener> list_opener;
};

const Fixture& Shared() {
  static const Fixture* const fixture = new Fixture;
  return *fixture;
}

Record MakeRecord() {
  Record record(kWaybill);
  record.Set(Slot::kSenderName, "王芳");
  record.Set(Slot::kSenderPhone, "13900139000");
  record.Set(Slot::kSenderAddress, "广东省深圳市南山区科技园路1号软件大厦8层");
  record.Set(Slot::kRecipientName, kName);
  record.Set(Slot::kRecipientPhone, kPhone);
  record.Set(Slot::kRecipientAddress, kAddress);
  record.set_scope(Scope{5712});
  return record;
}

// One bare AEAD call on `padded_size` bytes.
class BareAead {
 public:
  explicit BareAead(size_t padded_size)
      : text_(padded_size, 'x'), sealed_(padded_size + 16, '\0') {
    randombytes_buf(key_, sizeof(key_));
    randombytes_buf(nonce_, sizeof(nonce_));
    Seal();
  }
  // The nonce's two keyed hashes, over as many bytes as a seal hashes.
  void HashNonce() {
    crypto_shorthash_siphashx24(nonce_, aad_ + 8, sizeof(aad_) - 8, key_);
    crypto_shorthash_siphash24(nonce_ + 16, hashed_, 40 + text_.size(), key_);
  }
  void Seal() {
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        Bytes(&sealed_), nullptr, Bytes(&text_), text_.size(), aad_,
        sizeof(aad_), nullptr, nonce_, key_);
    benchmark::DoNotOptimize(sealed_.data());
  }
  void Open() {
    const int result = crypto_aead_xchacha20poly1305_ietf_decrypt(
        Bytes(&text_), nullptr, nullptr, Bytes(&sealed_), sealed_.size(), aad_,
        sizeof(aad_), nonce_, key_);
    benchmark::DoNotOptimize(result);
  }

 private:
  static uint8_t* Bytes(std::string* text) {
    return reinterpret_cast<uint8_t*>(text->data());
  }

  uint8_t key_[32];
  uint8_t nonce_[24];
  uint8_t aad_[kBindingSize] = {};
  uint8_t hashed_[512] = {};
  std::string text_;
  std::string sealed_;
};

void SealField(benchmark::State& state, Slot slot, std::string_view text) {
  const Fixture& fixture = Shared();
  std::string sealed;
  for (auto _ : state) {
    const absl::Status status = fixture.sealer->SealField(
        {slot, kWaybill}, Scope::kNational, text, &sealed);
    if (!status.ok()) state.SkipWithError("seal failed");
    benchmark::DoNotOptimize(sealed.data());
  }
  state.SetItemsProcessed(state.iterations());
}

void OpenField(benchmark::State& state, Slot slot, std::string_view text) {
  const Fixture& fixture = Shared();
  const std::string sealed = fixture.SealedField(slot, text);
  Plaintext opened;
  for (auto _ : state) {
    const absl::Status status =
        fixture.opener->OpenInto({slot, kWaybill}, sealed, &opened);
    if (!status.ok()) state.SkipWithError("open failed");
  }
  state.SetItemsProcessed(state.iterations());
}

void BM_Baseline_Seal(benchmark::State& state) {
  BareAead aead(static_cast<size_t>(state.range(0)));
  for (auto _ : state) aead.Seal();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Baseline_Seal)->ArgName("padded")->Arg(16)->Arg(32)->Arg(128);

void BM_Baseline_Open(benchmark::State& state) {
  BareAead aead(static_cast<size_t>(state.range(0)));
  for (auto _ : state) aead.Open();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Baseline_Open)->ArgName("padded")->Arg(16)->Arg(32)->Arg(128);

void BM_Seal_Phone(benchmark::State& state) {
  state.SetLabel("BM_Baseline_Seal/padded:16");
  SealField(state, Slot::kRecipientPhone, kPhone);
}
BENCHMARK(BM_Seal_Phone)->ThreadRange(1, 2)->UseRealTime();

void BM_Seal_Name(benchmark::State& state) {
  state.SetLabel("BM_Baseline_Seal/padded:32");
  SealField(state, Slot::kRecipientName, kName);
}
BENCHMARK(BM_Seal_Name);

void BM_Seal_Address(benchmark::State& state) {
  state.SetLabel("BM_Baseline_Seal/padded:128");
  SealField(state, Slot::kRecipientAddress, kAddress);
}
BENCHMARK(BM_Seal_Address);

void BM_Open_Phone(benchmark::State& state) {
  state.SetLabel("BM_Baseline_Open/padded:16");
  OpenField(state, Slot::kRecipientPhone, kPhone);
}
BENCHMARK(BM_Open_Phone)->ThreadRange(1, 2)->UseRealTime();

void BM_Open_Name(benchmark::State& state) {
  state.SetLabel("BM_Baseline_Open/padded:32");
  OpenField(state, Slot::kRecipientName, kName);
}
BENCHMARK(BM_Open_Name);

void BM_Open_Address(benchmark::State& state) {
  state.SetLabel("BM_Baseline_Open/padded:128");
  OpenField(state, Slot::kRecipientAddress, kAddress);
}
BENCHMARK(BM_Open_Address);

// Padded sizes of MakeRecord's six fields and two views, as they are sealed.
std::vector<size_t> PaddedSizes() {
  const absl::StatusOr<SealedRow> row = Shared().sealer->Seal(MakeRecord());
  std::vector<size_t> sizes;
  for (const SealedRow::ColumnBytes& cell : row->cells()) {
    if (cell.bytes.size() > 12) sizes.push_back(cell.bytes.size() - 32);
  }
  return sizes;
}

void BM_Baseline_Waybill(benchmark::State& state) {
  std::vector<BareAead> aeads;
  for (size_t size : PaddedSizes()) aeads.emplace_back(size);
  uint8_t key[32] = {1}, salt[16] = {}, personal[16] = {}, message[16] = {};
  uint8_t hash[16];
  for (auto _ : state) {
    for (BareAead& aead : aeads) {
      aead.HashNonce();
      aead.Seal();
    }
    for (int i = 0; i < 3; ++i) {
      crypto_generichash_blake2b_salt_personal(hash, sizeof(hash), message,
                                               sizeof(message), key,
                                               sizeof(key), salt, personal);
      benchmark::DoNotOptimize(hash);
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Baseline_Waybill);

void BM_Seal_Waybill(benchmark::State& state) {
  state.SetLabel("BM_Baseline_Waybill");
  const Fixture& fixture = Shared();
  const Record record = MakeRecord();
  SealedRow row;
  for (auto _ : state) {
    const absl::Status status = fixture.sealer->SealInto(record, &row);
    if (!status.ok()) state.SkipWithError("seal failed");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Seal_Waybill);

constexpr size_t kListRows = 300;

// A courier's list: 300 sealed views of one outlet.
struct CourierList {
  CourierList() {
    for (size_t i = 0; i < kListRows; ++i) {
      ids.push_back("SF" + std::to_string(1234567890000 + i));
      Record record(ids.back());
      record.Set(Slot::kRecipientName, kName);
      record.Set(Slot::kRecipientPhone, kPhone);
      record.Set(Slot::kRecipientAddress, kAddress);
      record.set_scope(Scope{5712});
      const absl::StatusOr<SealedRow> row = Shared().sealer->Seal(record);
      for (const SealedRow::ColumnBytes& cell : row->cells()) {
        if (cell.column == "recipient_view") sealed.push_back(cell.bytes);
      }
    }
    for (size_t i = 0; i < kListRows; ++i) {
      views.push_back({ids[i], sealed[i]});
    }
  }
  std::vector<std::string> ids;
  std::vector<std::string> sealed;
  std::vector<SealedView> views;
};

void BM_Baseline_Views(benchmark::State& state) {
  const CourierList list;
  std::vector<BareAead> aeads;
  for (const std::string& sealed : list.sealed) {
    aeads.emplace_back(sealed.size() - 32);
  }
  for (auto _ : state) {
    for (BareAead& aead : aeads) aead.Open();
  }
  state.SetItemsProcessed(state.iterations() * kListRows);
}
BENCHMARK(BM_Baseline_Views);

void BM_Open_Views(benchmark::State& state) {
  state.SetLabel("BM_Baseline_Views");
  const Fixture& fixture = Shared();
  const CourierList list;
  for (auto _ : state) {
    const auto opened =
        fixture.list_opener->OpenViews(Slot::kRecipientView, list.views);
    if (!opened[0].ok()) state.SkipWithError("open failed");
    benchmark::DoNotOptimize(opened.data());
  }
  state.SetItemsProcessed(state.iterations() * kListRows);
}
BENCHMARK(BM_Open_Views);

}  // namespace
}  // namespace parcelveil

BENCHMARK_MAIN();
