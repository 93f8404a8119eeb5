// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/field_aead.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "src/base/wipe.h"

namespace parcelveil::crypto {
namespace {

constexpr size_t kTagKeyAt = 32;
constexpr size_t kNonceKeyAt = 48;
constexpr size_t kCellTagSize = 16;
constexpr size_t kSeedSize = 16;
constexpr size_t kNoncePrefixSize = kSeedSize + 8 + kCellTagSize;

// T16: the first half of the nonce, the same for every seal of a cell.
void CellTag(absl::Span<const uint8_t> cell_keys, CellAad aad, uint8_t* tag) {
  const absl::Span<const uint8_t> context = aad.context();
  crypto_shorthash_siphashx24(tag, context.data(), context.size(),
                              cell_keys.data() + kTagKeyAt);
}

void StoreBigEndian(uint64_t value, uint8_t* out) {
  for (int i = 7; i >= 0; --i, value >>= 8)
    out[i] = static_cast<uint8_t>(value);
}

// Pads as sodium_pad does (ISO 7816-4: 0x80, then zeros), which takes five
// times as long: it hides where the text ends from its own timing, and here the
// caller's copy shows that anyway.
void Pad(std::string_view text, size_t pad, absl::Span<uint8_t> padded) {
  memset(padded.data() + padded.size() - pad, 0, pad);
  memcpy(padded.data(), text.data(), text.size());
  padded[text.size()] = 0x80;
}

// Strips the padding as sodium_unpad does, without a branch on any byte, so
// that timing tells neither text nor length of a forged field. The whole length
// is the block: values sealed under another padding stay readable. A byte at a
// time, sodium_unpad would cost half as much as the AEAD; this loop vectorises.
bool Unpad(absl::Span<uint8_t> padded, size_t* text_size) {
  int16_t last_set = 0;     // 1 + position of the last byte that is not zero
  int16_t last_marker = 0;  // and of the last that is 0x80
  for (size_t i = 0; i < padded.size(); ++i) {
    const auto position = static_cast<int16_t>(i + 1);
    const auto set =
        static_cast<int16_t>(-static_cast<int16_t>(padded[i] != 0));
    const auto marker =
        static_cast<int16_t>(-static_cast<int16_t>(padded[i] == 0x80));
    last_set = std::max(last_set, static_cast<int16_t>(set & position));
    last_marker =
        std::max(last_marker, static_cast<int16_t>(marker & position));
  }
  if (last_set == 0 || last_set != last_marker) {
    sodium_memzero(padded.data(), padded.size());
    return false;
  }
  *text_size = static_cast<size_t>(last_set) - 1;
  return true;
}

}  // namespace

size_t PaddedSize(size_t text_size, size_t pad) {
  return (text_size / pad + 1) * pad;
}

void SealField(absl::Span<const uint8_t> cell_keys, CellAad aad,
               NonceSeed nonce_seed, std::string_view text, size_t pad,
               uint8_t* out) {
  const size_t padded_size = PaddedSize(text.size(), pad);
  // seed | counter | T16 | padded text: what the stored half of the nonce
  // hashes, in one piece.
  base::WipedBuffer<kNoncePrefixSize + kMaxPaddedSize> hashed(kNoncePrefixSize +
                                                              padded_size);
  uint8_t* const padded = hashed.data() + kNoncePrefixSize;
  Pad(text, pad, {padded, padded_size});

  uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
  CellTag(cell_keys, aad, nonce);
  memcpy(hashed.data(), nonce_seed.seed, kSeedSize);
  StoreBigEndian(nonce_seed.counter, hashed.data() + kSeedSize);
  memcpy(hashed.data() + kSeedSize + 8, nonce, kCellTagSize);
  crypto_shorthash_siphash24(nonce + kCellTagSize, hashed.data(), hashed.used(),
                             cell_keys.data() + kNonceKeyAt);
  memcpy(out, nonce + kCellTagSize, kStoredNonceSize);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      out + kStoredNonceSize, nullptr, padded, padded_size, aad.bytes.data(),
      aad.bytes.size(), nullptr, nonce, cell_keys.data());
}

bool OpenField(absl::Span<const uint8_t> cell_keys, CellAad aad,
               absl::Span<const uint8_t> sealed, absl::Span<uint8_t> out,
               size_t* text_size) {
  uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
  CellTag(cell_keys, aad, nonce);
  memcpy(nonce + kCellTagSize, sealed.data(), kStoredNonceSize);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          out.data(), nullptr, nullptr, sealed.data() + kStoredNonceSize,
          sealed.size() - kStoredNonceSize, aad.bytes.data(), aad.bytes.size(),
          nonce, cell_keys.data()) != 0) {
    sodium_memzero(out.data(), out.size());
    return false;
  }
  return Unpad(out, text_size);
}

void DeriveSubkey(absl::Span<const uint8_t> cell_keys, CellAad aad,
                  absl::Span<uint8_t> subkey) {
  uint8_t tag[kCellTagSize];
  CellTag(cell_keys, aad, tag);
  crypto_core_hchacha20(subkey.data(), tag, cell_keys.data(), nullptr);
}

bool OpenFieldWithSubkey(absl::Span<const uint8_t> subkey, CellAad aad,
                         absl::Span<const uint8_t> sealed,
                         absl::Span<uint8_t> out, size_t* text_size) {
  // XChaCha20-Poly1305 is ChaCha20-Poly1305 under the subkey, its nonce four
  // zero bytes and the stored half.
  uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = {};
  memcpy(nonce + 4, sealed.data(), kStoredNonceSize);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(
          out.data(), nullptr, nullptr, sealed.data() + kStoredNonceSize,
          sealed.size() - kStoredNonceSize, aad.bytes.data(), aad.bytes.size(),
          nonce, subkey.data()) != 0) {
    sodium_memzero(out.data(), out.size());
    return false;
  }
  return Unpad(out, text_size);
}

}  // namespace parcelveil::crypto
