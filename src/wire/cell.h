// SPDX-License-Identifier: Apache-2.0
// The layouts around one cell: field ciphertext (type 0x01), the context bound
// to it, and the capability that opens just it (type 0x02). SPEC.md section 5.

#ifndef PARCELVEIL_SRC_WIRE_CELL_H_
#define PARCELVEIL_SRC_WIRE_CELL_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"

namespace parcelveil::wire {

inline constexpr size_t kFieldHeaderSize = 8;
// Header, stored nonce and tag: what a sealed field has beyond its padded text.
inline constexpr size_t kFieldOverhead = 32;
inline constexpr size_t kMinFieldSize = 48;
inline constexpr size_t kMaxFieldSize = 4128;
inline constexpr size_t kMaxRecordIdSize = 64;
inline constexpr size_t kCapabilitySize = 41;

// Which key sealed a field. 0x01 | gen 1 | epoch 2 | scope 4.
struct FieldHeader {
  uint8_t gen;
  Epoch epoch;
  Scope scope;
};

// Writes kFieldHeaderSize bytes.
void EncodeFieldHeader(const FieldHeader& header, uint8_t* out);

// Parses the header of a whole sealed field. Errors: MALFORMED for a wrong
// type or a length that no sealed field has.
absl::StatusOr<FieldHeader> ParseFieldHeader(std::string_view sealed);

// Errors: MALFORMED for a record id that is not 1 to 64 bytes.
absl::Status CheckRecordId(std::string_view record_id);

// The bytes bound to a cell: header 8 | ctx, where ctx is
// 0x01 | tenant 4 | slot 2 | version 4 | lp8(record_id).
class CellBinding {
 public:
  // `cell` has passed CheckRecordId.
  CellBinding(const FieldHeader& header, uint32_t tenant, const Cell& cell);

  // Turns it into that of another cell of the same record.
  void MoveTo(const FieldHeader& header, Slot slot);

  absl::Span<const uint8_t> bytes() const { return {bytes_, size_}; }

 private:
  uint8_t bytes_[kFieldHeaderSize + 12 + kMaxRecordIdSize];
  size_t size_;
};

// 0x02 | field header 8 | subkey 32.
struct Capability {
  FieldHeader header;
  absl::Span<const uint8_t> subkey;  // 32 bytes, borrowed
};
// Writes kCapabilitySize bytes.
void EncodeCapability(const Capability& capability, uint8_t* out);
// Errors: MALFORMED.
absl::StatusOr<Capability> ParseCapability(absl::Span<const uint8_t> bytes);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_CELL_H_
