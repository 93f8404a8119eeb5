// SPDX-License-Identifier: Apache-2.0
// The file of a sealed role secret: PVSEALED. SPEC.md section 6.

#ifndef PARCELVEIL_SRC_WIRE_SEALED_SECRET_H_
#define PARCELVEIL_SRC_WIRE_SEALED_SECRET_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace parcelveil::wire {

// On disk: never renumber.
enum class SecretKdf : uint8_t {
  kArgon2id = 1,
  kRawKey = 2,
};

// magic 8 | version 1 | kdf 1 | zero 2 | opslimit 4 | memlimit 8 | salt 16 |
// commit 32 | nonce 24 | ct_len 4 | ct.
inline constexpr size_t kSealedSecretHeaderSize = 100;
inline constexpr size_t kMaxSealedSecretSize = 32768;

// Views into a sealed secret's bytes.
struct SealedSecret {
  SecretKdf kdf;
  uint32_t passes;       // 0 with kRawKey
  uint64_t memory_size;  // 0 with kRawKey
  absl::Span<const uint8_t> salt;
  absl::Span<const uint8_t> commit;
  absl::Span<const uint8_t> nonce;
  absl::Span<const uint8_t> header;  // bound to the ciphertext
  absl::Span<const uint8_t> ciphertext;
};

// Errors: MALFORMED. Cost limits are the caller's to check.
absl::StatusOr<SealedSecret> ParseSealedSecret(std::string_view file);

// Writes the 100 bytes of a header; of `parts`, header and ciphertext are not
// read. `ciphertext_size` is what will follow.
void EncodeSealedSecretHeader(const SealedSecret& parts,
                              uint32_t ciphertext_size, uint8_t* out);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_SEALED_SECRET_H_
