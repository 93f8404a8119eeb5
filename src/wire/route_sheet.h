// SPDX-License-Identifier: Apache-2.0
// A route sheet (type 0x23): values for waybills without coverage, sealed one
// by one under one HPKE context. SPEC.md section 13.

#ifndef PARCELVEIL_SRC_WIRE_ROUTE_SHEET_H_
#define PARCELVEIL_SRC_WIRE_ROUTE_SHEET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/ids.h"
#include "parcelveil/reveal.h"

namespace parcelveil::wire {

inline constexpr uint64_t kMaxSheetMs = 14 * 3600 * 1000;

// lp8(record_id) | s 1 | slots | len 2 | sealed. What is sealed: RevealedField
// (reveal_reply.h); message i of the context for entry i.
struct SheetEntry {
  std::string_view record_id;
  std::vector<Slot> slots;  // strictly ascending, 1 to 8
  std::string_view sealed;  // ciphertext and tag
  // The bytes before `sealed`: its aad. Set by the parser, ignored by writers.
  std::string_view head;
};

struct RouteSheet {
  uint32_t tenant = 0;
  uint64_t principal = 0;
  uint64_t device = 0;
  uint64_t issued_ms = 0;
  uint64_t deadline_ms = 0;  // at most 14 h after issued_ms
  uint64_t leaf_index = 0;   // of the first entry; they follow one another
  Sha256Digest request_hash{};
  std::string_view enc;             // 32 bytes
  std::vector<SheetEntry> entries;  // 1 to 64, of distinct records
};

// The bytes before enc, which end the HPKE info. `num_entries`: 1 to 64.
std::string EncodeSheetHead(const RouteSheet& sheet, size_t num_entries);
// The bytes of an entry before its `sealed`, which will be `sealed_size` long.
std::string EncodeSheetEntryHead(const SheetEntry& entry, size_t sealed_size);
// Every byte before the signature. Errors: MALFORMED for what ParseRouteSheet
// would refuse.
absl::StatusOr<std::string> EncodeUnsignedSheet(const RouteSheet& sheet);

struct ParsedSheet {
  RouteSheet sheet;  // borrows from the bytes parsed, as all of this does
  std::string_view head;
  std::string_view signed_part;
  std::string_view signature;  // 64 bytes
};
// Errors: MALFORMED.
absl::StatusOr<ParsedSheet> ParseRouteSheet(std::string_view bytes);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_ROUTE_SHEET_H_
