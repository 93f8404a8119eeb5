// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/field_aead.h"

#include <endian.h>
#include <sodium.h>

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

uint64_t LoadLittleEndian(const uint8_t* in) {
  uint64_t value;
  memcpy(&value, in, sizeof(value));
  return le64toh(value);
}

// All ones where `value` is zero, else zero.
uint64_t IfZero(uint64_t value) { return ((value | (0 - value)) >> 63) - 1; }

// Strips the padding, or zeroes what has none.
bool Unpad(absl::Span<uint8_t> padded, size_t* text_size) {
  *text_size = UnpaddedSize(padded);
  if (*text_size != kNotPadded) return true;
  sodium_memzero(padded.data(), padded.size());
  return false;
}

}  // namespace

size_t PaddedSize(size_t text_size, size_t pad) {
  return (text_size / pad + 1) * pad;
}

size_t UnpaddedSize(absl::Span<const uint8_t> padded) {
  uint64_t last = 0;  // the last word that is not zero, and where it begins
  uint64_t last_at = 0;
  for (size_t at = 0; at + 8 <= padded.size(); at += 8) {
    const uint64_t word = LoadLittleEndian(padded.data() + at);
    const uint64_t if_zero = IfZero(word);
    last = word | (last & if_zero);
    last_at = (at & ~if_zero) | (last_at & if_zero);
  }
  // The last byte of that word that is not zero must be the marker.
  const uint64_t marker_at = (63 - __builtin_clzll(last | 1)) / 8;
  const uint64_t if_marker = IfZero((last >> (8 * marker_at)) ^ 0x80);
  return (last_at + marker_at) | ~if_marker;
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

  memcpy(hashed.data(), nonce_seed.seed, kSeedSize);
  StoreBigEndian(nonce_seed.counter, hashed.data() + kSeedSize);
  uint8_t* const cell_tag = hashed.data() + kSeedSize + 8;
  CellTag(cell_keys, aad, cell_tag);

  uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
  crypto_shorthash_siphash24(nonce + kCellTagSize, hashed.data(), hashed.used(),
                             cell_keys.data() + kNonceKeyAt);
  memcpy(nonce, cell_tag, kCellTagSize);
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
