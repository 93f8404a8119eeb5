// SPDX-License-Identifier: Apache-2.0
// A dial token (type 0x03) and what is sealed inside it. SPEC.md section 13.

#ifndef PARCELVEIL_SRC_WIRE_DIAL_TOKEN_H_
#define PARCELVEIL_SRC_WIRE_DIAL_TOKEN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "parcelveil/reveal.h"

namespace parcelveil::wire {

using TokenId = std::array<uint8_t, 16>;

inline constexpr size_t kDialTextSize = 55;
inline constexpr size_t kDialPad = 64;
inline constexpr size_t kSealedDialSize = kDialPad + 32;
inline constexpr size_t kDialTokenSize = 1 + 16 + kSealedDialSize;
inline constexpr size_t kMaxDialDigits = 22;  // of number and extension
inline constexpr size_t kMaxNumberDigits = 15;

// 0x03 | token_id 16 | sealed field 96 of slot 0x5001, whose record id is the
// token's, version 0, national, padded to 64.
struct DialToken {
  TokenId token_id{};
  std::string_view sealed;  // borrowed
};
// `sealed` has kSealedDialSize bytes.
std::string EncodeDialToken(const DialToken& token);
// Errors: MALFORMED.
absl::StatusOr<DialToken> ParseDialToken(std::string_view bytes);

// expires_s 4 | principal 8 | purpose 2 | max_calls 1 | n 1 | e 1 | digits 22 |
// record_ref 16: n digits of the number, e of its extension, then zero bytes.
struct DialText {
  uint32_t expires_s = 0;  // since 1970; not valid at it
  uint64_t principal = 0;  // whose line may call
  Purpose purpose{};
  uint8_t max_calls = 0;       // at least 1
  std::string_view number;     // borrowed; country code first, no plus
  std::string_view extension;  // borrowed; empty where there is none
  std::array<uint8_t, 16> record_ref{};
};
// Writes the kDialTextSize bytes of `out`. Errors: MALFORMED for what
// ParseDialText would refuse.
absl::Status EncodeDialText(const DialText& text, absl::Span<uint8_t> out);
// Errors: MALFORMED.
absl::StatusOr<DialText> ParseDialText(std::string_view bytes);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_DIAL_TOKEN_H_
