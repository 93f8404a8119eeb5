// SPDX-License-Identifier: Apache-2.0
// A request to a gate (type 0x21) and the query sealed inside a search.
// SPEC.md section 13.

#ifndef PARCELVEIL_SRC_WIRE_REVEAL_REQUEST_H_
#define PARCELVEIL_SRC_WIRE_REVEAL_REQUEST_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "parcelveil/reveal.h"

namespace parcelveil::wire {

inline constexpr size_t kMaxRequestSize = 8192;
inline constexpr size_t kMaxRequestSlots = 8;
inline constexpr size_t kMaxSheetRecords = 64;
inline constexpr size_t kMaxTicketSize = 32;
inline constexpr size_t kSignatureSize = 64;
inline constexpr size_t kQueryPad = 64;
inline constexpr size_t kMaxQueryTextSize = 255;
inline constexpr size_t kSealedQueryOverhead = 48;  // enc 32, tag 16
// SHA-256 of nothing: the root that goes with seen_size 0.
inline constexpr Sha256Digest kEmptyTreeRoot = {
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
    0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
    0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};

struct RevealRequest {
  RequestKind kind{};
  Purpose purpose{};
  uint32_t tenant = 0;
  uint64_t principal = 0;
  uint64_t device = 0;
  uint64_t time_ms = 0;
  std::array<uint8_t, 16> nonce{};
  X25519PublicKey reply_key{};
  GateId gate_id{};
  uint64_t seen_size = 0;  // of the newest tree head that the device has seen
  Sha256Digest seen_root = kEmptyTreeRoot;
  std::vector<Slot> slots;              // strictly ascending, 1 to 8
  std::vector<std::string> record_ids;  // distinct; one, or a sheet's
  std::string ticket;
  std::string sealed_query;  // of a search: enc 32 | ciphertext | tag
};

// Returns every byte before the signature. Errors: MALFORMED for what
// ParseRevealRequest would refuse.
absl::StatusOr<std::string> EncodeUnsignedRequest(const RevealRequest& request);
// The bytes before `enc` of a search: what its query is bound to. `request`
// has no sealed_query yet. Errors: MALFORMED as above.
absl::StatusOr<std::string> EncodeQueryBinding(const RevealRequest& request,
                                               size_t sealed_query_size);

struct ParsedRequest {
  RevealRequest request;
  std::string_view signed_part;  // borrowed from the bytes parsed
  std::string_view signature;    // 64 bytes, borrowed
};
// Errors: MALFORMED.
absl::StatusOr<ParsedRequest> ParseRevealRequest(std::string_view bytes);

// What a search looks for; sealed to the gate's X25519 key:
// index 2 | first 2 | last 2 | scope 4 | lp8(value), padded to 64.
struct SearchQuery {
  Slot index{};
  Epoch first{};
  Epoch last{};  // not before `first`
  Scope scope = Scope::kNational;
  std::string_view value;  // borrowed; 1 to 255 bytes
};

// Bytes that `query` takes, padded.
size_t SearchQuerySize(const SearchQuery& query);
// Writes the SearchQuerySize bytes of `out`. Errors: MALFORMED.
absl::Status EncodeSearchQuery(const SearchQuery& query,
                               absl::Span<uint8_t> out);
// The result borrows from `padded`. Errors: MALFORMED.
absl::StatusOr<SearchQuery> ParseSearchQuery(absl::Span<const uint8_t> padded);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_REVEAL_REQUEST_H_
