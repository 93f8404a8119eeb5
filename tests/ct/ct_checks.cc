// SPDX-License-Identifier: Apache-2.0
// Runs one function on secrets that memcheck takes for undefined bytes: it
// then reports every branch and every address that depends on them. Results
// are declassified, and sealed bytes published, since both are public.
//
// Not checked: Argon2id, whose later passes read memory at places that the
// passphrase decides; masks and normal forms, which are made where the text may
// be seen anyway.

#include <valgrind/memcheck.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "parcelveil/role_secret.h"
#include "parcelveil/secret.h"
#include "src/crypto/field_aead.h"
#include "src/crypto/hpke.h"
#include "src/crypto/labels.h"
#include "src/crypto/prf.h"
#include "src/crypto/x25519.h"
#include "src/crypto/xchacha.h"
#include "src/keyring/derive.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"
#include "tests/ct/leaks.h"

namespace parcelveil {
namespace {

void Classify(absl::Span<const uint8_t> secret) {
  VALGRIND_MAKE_MEM_UNDEFINED(secret.data(), secret.size());
}
template <typename Value>
Value Declassify(Value value) {
  VALGRIND_MAKE_MEM_DEFINED(&value, sizeof(value));
  return value;
}
void Publish(absl::Span<const uint8_t> bytes) {
  VALGRIND_MAKE_MEM_DEFINED(bytes.data(), bytes.size());
}

template <size_t N>
std::array<uint8_t, N> RandomSecret() {
  std::array<uint8_t, N> secret;
  crypto::RandomBytes(absl::MakeSpan(secret));
  Classify(secret);
  return secret;
}

constexpr wire::KeyId kScopeKey{
    7, Slot{2}, Epoch{2500}, 0, wire::KeyLevel::kScope, Scope{5712}};
constexpr wire::FieldHeader kHeader{0, Epoch{2500}, Scope{5712}};
constexpr Cell kCell{Slot{2}, "SF1234567890123"};
constexpr size_t kPad = 64;
constexpr size_t kBodySize = crypto::kStoredNonceSize + kPad + crypto::kTagSize;

bool Derive() {
  const auto epoch_key = RandomSecret<32>();
  std::array<uint8_t, 32> scope_key, intake;
  std::array<uint8_t, crypto::kCellKeysSize> cell_keys;
  keyring::DeriveScopeKey(epoch_key, Scope{5712}, absl::MakeSpan(scope_key));
  keyring::DeriveCellKeys(scope_key, kScopeKey, absl::MakeSpan(cell_keys));
  keyring::DeriveIntakeSecret(epoch_key, kScopeKey, absl::MakeSpan(intake));
  keyring::DeriveKeyCheck(epoch_key, kScopeKey);
  return true;
}

bool IndexHash() {
  const auto key = RandomSecret<32>(), text = RandomSecret<32>();
  std::array<uint8_t, 16> hash;
  crypto::Prf(key, crypto::kLabelIndex, text, absl::MakeSpan(hash));
  return true;
}

bool Unpad() {
  std::array<uint8_t, 128> padded{};
  padded[70] = 0x80;
  Classify(padded);
  if (Declassify(crypto::UnpaddedSize(padded)) != 70) return false;
  Publish(padded);
  padded[100] = 1;
  Classify(padded);
  return Declassify(crypto::UnpaddedSize(padded)) == crypto::kNotPadded;
}

// One cell under secret keys, sealed from a secret text.
struct SealedCell {
  SealedCell() {
    const auto seed = RandomSecret<16>();
    std::string text = "a text that nobody may learn";
    Classify(wire::AsBytes(text));
    crypto::SealField(keys, {binding.bytes()}, {seed.data(), 1}, text, kPad,
                      body.data());
    Publish(body);
  }
  // Returns the size of the text, or kNotPadded.
  size_t Open() {
    size_t size = crypto::kNotPadded;
    if (!Declassify(crypto::OpenField(keys, {binding.bytes()}, body,
                                      absl::MakeSpan(out), &size))) {
      return crypto::kNotPadded;
    }
    return Declassify(size);
  }

  std::array<uint8_t, crypto::kCellKeysSize> keys =
      RandomSecret<crypto::kCellKeysSize>();
  wire::CellBinding binding{kHeader, 7, kCell};
  std::array<uint8_t, kBodySize> body;
  std::array<uint8_t, kPad> out;
};

bool Seal() {
  SealedCell cell;
  return true;
}

bool Open() { return SealedCell().Open() == 28; }

bool Refuse() {
  SealedCell cell;
  cell.body.back() ^= 1;
  return cell.Open() == crypto::kNotPadded;
}

bool Capability() {
  SealedCell cell;
  std::array<uint8_t, crypto::kSubkeySize> subkey;
  crypto::DeriveSubkey(cell.keys, {cell.binding.bytes()},
                       absl::MakeSpan(subkey));
  size_t size = 0;
  return Declassify(crypto::OpenFieldWithSubkey(
             subkey, {cell.binding.bytes()}, cell.body,
             absl::MakeSpan(cell.out), &size)) &&
         Declassify(size) == 28;
}

bool Unwrap() {
  std::array<uint8_t, 32> role_secret = RandomSecret<32>();
  crypto::X25519PublicKey role_public = crypto::X25519Public(role_secret);
  Publish(role_public);
  std::array<uint8_t, 32> key = RandomSecret<32>(), opened;
  std::array<uint8_t, 80> wrap;
  const absl::Status sealed = crypto::HpkeSeal(role_public, crypto::kInfoWrap,
                                               "", key, absl::MakeSpan(wrap));
  Publish(wrap);
  const auto unwrap = [&] {
    return crypto::HpkeOpen(role_secret, crypto::kInfoWrap, "", wrap,
                            absl::MakeSpan(opened))
        .ok();
  };
  const bool is_open = unwrap();
  wrap.back() ^= 1;
  return sealed.ok() && is_open && !unwrap();
}

bool KeyCheckCompare() {
  const auto key = RandomSecret<32>();
  keyring::KeyCheck listed = keyring::DeriveKeyCheck(key, kScopeKey);
  Publish(listed);
  const auto is_listed = [&] {
    return Declassify(
        crypto::EqualSecrets(keyring::DeriveKeyCheck(key, kScopeKey), listed));
  };
  const bool before = is_listed();
  listed[0] ^= 1;
  return before && !is_listed();
}

bool SecretEquality() {
  std::array<uint8_t, 32> bytes = RandomSecret<32>();
  auto copy = bytes;
  auto other = RandomSecret<32>();
  const Secret a = Secret::Take(absl::MakeSpan(bytes)).value();
  const Secret b = Secret::Take(absl::MakeSpan(copy)).value();
  const Secret c = Secret::Take(absl::MakeSpan(other)).value();
  return Declassify(a == b) && !Declassify(a == c);
}

bool SealedSecret() {
  std::array<uint8_t, 32> raw_key = RandomSecret<32>();
  std::array<uint8_t, 32> other_key = RandomSecret<32>();
  std::array<uint8_t, 48> bytes = RandomSecret<48>();
  const Secret payload = Secret::Take(absl::MakeSpan(bytes)).value();
  const Unlock unlock{Unlock::Kind::kRawKey,
                      Secret::Take(absl::MakeSpan(raw_key)).value()};
  const Unlock wrong{Unlock::Kind::kRawKey,
                     Secret::Take(absl::MakeSpan(other_key)).value()};
  std::string file = SealSecret(payload, unlock).value();
  Publish(wire::AsBytes(file));
  const bool opens = UnsealSecret(file, unlock).ok();
  return opens && !UnsealSecret(file, wrong).ok();
}

// The branch is the leak; that it is taken here is of no interest.
bool LeakByBranch() {
  const auto a = RandomSecret<32>(), b = RandomSecret<32>();
  return !Declassify(testing::EqualUpToADifference(a, b));
}

bool LeakByAddress() {
  const std::array<uint8_t, 256> table{};
  return Declassify(testing::LookUp(table, RandomSecret<1>()[0])) == 0;
}

struct Check {
  std::string_view name;
  bool (*run)();
};
constexpr Check kChecks[] = {
    {"derive", Derive},
    {"index_hash", IndexHash},
    {"unpad", Unpad},
    {"seal", Seal},
    {"open", Open},
    {"refuse", Refuse},
    {"capability", Capability},
    {"unwrap", Unwrap},
    {"key_check", KeyCheckCompare},
    {"secret_equality", SecretEquality},
    {"sealed_secret", SealedSecret},
    {"leak_by_branch", LeakByBranch},
    {"leak_by_address", LeakByAddress},
};

int Run(std::string_view name) {
  if (!RUNNING_ON_VALGRIND) {
    fprintf(stderr, "ct_checks: run it under valgrind; it checks nothing\n");
    return 2;
  }
  for (const Check& check : kChecks) {
    if (check.name != name) continue;
    if (check.run()) return 0;
    fprintf(stderr, "ct_checks: a wrong result\n");
    return 1;
  }
  fprintf(stderr, "ct_checks: no such check\n");
  return 2;
}

}  // namespace
}  // namespace parcelveil

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: ct_checks CHECK\n");
    return 2;
  }
  return parcelveil::Run(argv[1]);
}
