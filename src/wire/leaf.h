// SPDX-License-Identifier: Apache-2.0
// The bytes of an audit log's leaf, version 1. SPEC.md section 14.

#ifndef PARCELVEIL_SRC_WIRE_LEAF_H_
#define PARCELVEIL_SRC_WIRE_LEAF_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/leaf.h"

namespace parcelveil::wire {

// No slots and no detail; all slots and the longest detail (VIEWS).
inline constexpr size_t kMinLeafSize = 90;
inline constexpr size_t kMaxLeafSize =
    kMinLeafSize + 2 * Leaf::kMaxSlots + 16 * Leaf::kMaxViews;

// version 1 | type 1 | ref_gen 1 | zero 1 | tenant 4 | time_ms 8 | principal 8
// | device 8 | role 2 | purpose 2 | result 2 | s 2 | s x slot 2 | record_ref 16
// | object_hash 32 | d 2 | detail d. Errors: MALFORMED for what ParseLeaf would
// refuse.
absl::StatusOr<std::string> EncodeLeaf(const Leaf& leaf);

// Fills `leaf`, reusing its memory. Errors: MALFORMED; `leaf` is then of no
// use.
absl::Status ParseLeaf(std::string_view bytes, Leaf* leaf);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_LEAF_H_
