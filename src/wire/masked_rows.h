// SPDX-License-Identifier: Apache-2.0
// Masked rows: what a search's reply holds, and the handheld's list of the day
// (type 0x25). SPEC.md section 13.

#ifndef PARCELVEIL_SRC_WIRE_MASKED_ROWS_H_
#define PARCELVEIL_SRC_WIRE_MASKED_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"

namespace parcelveil::wire {

inline constexpr size_t kMaxSearchRows = 255;
inline constexpr size_t kMaxListRows = 65535;

// lp8(record_id) | f 1 | f x (slot 2 | len 2 | masked text), slots strictly
// ascending. All of it is borrowed.
struct MaskedRow {
  struct Field {
    Slot slot{};            // of the field, 1 to 0x3FFF
    std::string_view text;  // masked, UTF-8
  };
  std::string_view record_id;
  std::vector<Field> fields;
};

// What is sealed in a search's reply: n 1 | n x row, padded to 128.
// Errors: MALFORMED.
absl::StatusOr<std::string> EncodeSearchRows(absl::Span<const MaskedRow> rows);
// The result borrows from `padded`. Errors: MALFORMED.
absl::StatusOr<std::vector<MaskedRow>> ParseSearchRows(std::string_view padded);

// 0x25 | 0 | n 2 | served_ms 8 | n x row.
struct MaskedList {
  uint64_t served_ms = 0;
  std::vector<MaskedRow> rows;
};

// Errors: MALFORMED.
absl::StatusOr<std::string> EncodeMaskedList(const MaskedList& list);

// A row whose fields are those of an opened view: its entries have passed
// CheckView, so their texts are not checked again. None: a row without fields.
struct ViewRow {
  std::string_view record_id;
  std::string_view entries;
};
// As EncodeMaskedList, straight from the opened bytes. Errors: MALFORMED.
absl::StatusOr<std::string> EncodeListOfViews(uint64_t served_ms,
                                              absl::Span<const ViewRow> rows);
// The result borrows from `bytes`. Errors: MALFORMED.
absl::StatusOr<MaskedList> ParseMaskedList(std::string_view bytes);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_MASKED_ROWS_H_
