// SPDX-License-Identifier: Apache-2.0
// The AEAD of one cell: XChaCha20-Poly1305 with a nonce made of two keyed
// hashes. SPEC.md section 5.

#ifndef PARCELVEIL_SRC_CRYPTO_FIELD_AEAD_H_
#define PARCELVEIL_SRC_CRYPTO_FIELD_AEAD_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/types/span.h"

namespace parcelveil::crypto {

inline constexpr size_t kCellKeysSize = 64;  // FK 32 | TK 16 | NK 16
inline constexpr size_t kStoredNonceSize = 8;
inline constexpr size_t kTagSize = 16;
inline constexpr size_t kSubkeySize = 32;
inline constexpr size_t kMaxTextSize = 4095;
inline constexpr size_t kMaxPaddedSize = 4096;
inline constexpr size_t kFieldHeaderSize = 8;

// Bytes that `text_size` bytes take once padded to blocks of `pad`.
size_t PaddedSize(size_t text_size, size_t pad);

inline constexpr size_t kNotPadded = SIZE_MAX;
// Bytes of the text in `padded` (a multiple of 8), or kNotPadded. As
// sodium_unpad with the whole length as the block, so that what was sealed
// under another padding stays readable; but eight bytes at a time, since one at
// a time costs half as much as the AEAD. No branch or address depends on a
// byte: timing tells neither the text nor its length.
size_t UnpaddedSize(absl::Span<const uint8_t> padded);

// What is bound to a cell: its 8-byte ciphertext header, then its context.
struct CellAad {
  absl::Span<const uint8_t> bytes;

  absl::Span<const uint8_t> context() const {
    return bytes.subspan(kFieldHeaderSize);
  }
};

// Where a nonce's stored half comes from: a seed of the sealing object, and a
// counter that never repeats under that seed.
struct NonceSeed {
  const uint8_t* seed;  // 16 bytes, secret
  uint64_t counter;
};

// Seals `text` (at most kMaxTextSize bytes), padded to blocks of `pad`. Writes
// stored nonce, ciphertext and tag: 8 + PaddedSize + 16 bytes.
void SealField(absl::Span<const uint8_t> cell_keys, CellAad aad,
               NonceSeed nonce_seed, std::string_view text, size_t pad,
               uint8_t* out);

// Opens what SealField wrote: `sealed` is stored nonce, ciphertext and tag,
// 40 bytes at least and a multiple of 8. Writes into `out`, sealed.size() - 24
// bytes; the text is its first `*text_size` bytes. Returns false, `out` zeroed,
// where tag or padding is wrong.
bool OpenField(absl::Span<const uint8_t> cell_keys, CellAad aad,
               absl::Span<const uint8_t> sealed, absl::Span<uint8_t> out,
               size_t* text_size);

// Derives the subkey that opens just this cell (HChaCha20 of FK and the cell's
// tag), 32 bytes.
void DeriveSubkey(absl::Span<const uint8_t> cell_keys, CellAad aad,
                  absl::Span<uint8_t> subkey);

// Opens with a subkey instead of the cell's keys. As OpenField.
bool OpenFieldWithSubkey(absl::Span<const uint8_t> subkey, CellAad aad,
                         absl::Span<const uint8_t> sealed,
                         absl::Span<uint8_t> out, size_t* text_size);

}  // namespace parcelveil::crypto

#endif  // PARCELVEIL_SRC_CRYPTO_FIELD_AEAD_H_
