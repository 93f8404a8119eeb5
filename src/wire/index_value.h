// SPDX-License-Identifier: Apache-2.0
// Blind index values (type 0x31). SPEC.md section 8.

#ifndef PARCELVEIL_SRC_WIRE_INDEX_VALUE_H_
#define PARCELVEIL_SRC_WIRE_INDEX_VALUE_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "src/wire/cell.h"

namespace parcelveil::wire {

inline constexpr size_t kIndexValueSize = 12;
using IndexValueBytes = std::array<uint8_t, kIndexValueSize>;

// 0x31 | gen 1 | epoch 2 | scope 4 | value 4.
struct IndexValue {
  FieldHeader key;
  uint32_t value;
};
IndexValueBytes EncodeIndexValue(const IndexValue& index_value);
// Errors: MALFORMED.
absl::StatusOr<IndexValue> ParseIndexValue(std::string_view bytes);

// The first `bits` (1..32) bits of a 16-byte hash.
uint32_t TruncateHash(absl::Span<const uint8_t> hash, int bits);

// What an index value hashes: rule 1 | slot 2 | normalised value.
inline constexpr size_t kIndexMessagePrefixSize = 3;
void EncodeIndexMessagePrefix(uint8_t rule, Slot slot, uint8_t* out);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_INDEX_VALUE_H_
