// SPDX-License-Identifier: Apache-2.0
// A gate's reply (type 0x22) and the fields sealed inside it. What a search's
// reply holds is in masked_rows.h.
// SPEC.md section 13.

#ifndef PARCELVEIL_SRC_WIRE_REVEAL_REPLY_H_
#define PARCELVEIL_SRC_WIRE_REVEAL_REPLY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "parcelveil/reason.h"
#include "parcelveil/reveal.h"

namespace parcelveil::wire {

// Codes 1 to 4: nobody is known to be asking, so nothing is signed.
inline constexpr size_t kShortReplySize = 2;
// What is sealed is padded to 128 and followed by a tag of 16.
inline constexpr size_t kReplyPad = 128;
std::string EncodeShortReply(Reason code);

struct RevealReply {
  uint8_t status = 0;  // 0, or a Reason from 5 to 14
  uint64_t served_ms = 0;
  uint32_t ttl_s = 0;  // of the value; of QUOTA, when to ask again
  uint64_t leaf_index = 0;
  Sha256Digest request_hash{};
  std::string_view note;    // borrowed
  std::string_view enc;     // 32 bytes; empty unless status is 0
  std::string_view sealed;  // ciphertext and tag
};

// The bytes before enc: the aad of what is sealed. `note` is at most 65535
// bytes.
std::string EncodeReplyHead(const RevealReply& reply);
// Head, then enc | u16 m | sealed where status is 0. To be signed. `sealed` is
// a multiple of 128, at least one, and 16.
std::string EncodeUnsignedReply(const RevealReply& reply);
// True for the sizes that `sealed` has, here and in a route sheet's entry.
bool IsSealedReplySize(size_t size);

struct ParsedReply {
  bool is_short = false;  // then only `reply.status` is set
  RevealReply reply;      // borrows from the bytes parsed
  std::string_view head;
  std::string_view signed_part;
  std::string_view signature;
};
// Errors: MALFORMED.
absl::StatusOr<ParsedReply> ParseRevealReply(std::string_view bytes);

// What is sealed in the reply of a reveal or a dial (then slot 0x5001, the
// token), and in each entry of a route sheet: (slot 2 | len 2 | text)*, slots
// strictly ascending, padded to 128.
struct RevealedField {
  Slot slot{};
  std::string_view text;  // borrowed; at most 4095 bytes
};

// Bytes that `fields` take, padded.
size_t RevealedSize(absl::Span<const RevealedField> fields);
// Writes the RevealedSize bytes of `out`. Errors: MALFORMED.
absl::Status EncodeRevealed(absl::Span<const RevealedField> fields,
                            absl::Span<uint8_t> out);
// The result borrows from `padded`. Errors: MALFORMED.
absl::StatusOr<std::vector<RevealedField>> ParseRevealed(
    absl::Span<const uint8_t> padded);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_REVEAL_REPLY_H_
