// SPDX-License-Identifier: Apache-2.0
// The container of a keyring: magic, payload, signer, signature. SPEC.md
// section 7.

#ifndef PARCELVEIL_SRC_WIRE_KEYRING_FILE_H_
#define PARCELVEIL_SRC_WIRE_KEYRING_FILE_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace parcelveil::wire {

inline constexpr size_t kMaxKeyringPayloadSize = 64u << 20;

// Views into a keyring file.
struct KeyringFile {
  std::string_view signed_bytes;  // header and payload
  std::string_view payload;
  std::array<uint8_t, 32> signer;
  std::array<uint8_t, 64> signature;
};

// Errors: MALFORMED. Says nothing about the signature.
absl::StatusOr<KeyringFile> ParseKeyringFile(std::string_view file);

// Returns header | payload, which is then signed. Errors: kResourceExhausted
// for a payload over 64 MiB.
absl::StatusOr<std::string> StartKeyringFile(std::string_view payload);
// Appends signer | signature.
void FinishKeyringFile(const std::array<uint8_t, 32>& signer,
                       const std::array<uint8_t, 64>& signature,
                       std::string* file);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_KEYRING_FILE_H_
