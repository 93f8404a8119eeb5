// SPDX-License-Identifier: Apache-2.0
// Lists of slots: (slot 2)*, strictly ascending, none of them 0.

#ifndef PARCELVEIL_SRC_WIRE_SLOT_LIST_H_
#define PARCELVEIL_SRC_WIRE_SLOT_LIST_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "src/wire/bytes.h"

namespace parcelveil::wire {

inline bool AreAscending(absl::Span<const Slot> slots) {
  Slot last{};
  for (Slot slot : slots) {
    if (slot <= last) return false;
    last = slot;
  }
  return true;
}

inline std::vector<Slot> ReadSlots(size_t num_slots, Reader* reader) {
  std::vector<Slot> slots;
  for (size_t i = 0; i < num_slots && reader->ok(); ++i) {
    slots.push_back(Slot{reader->Get<uint16_t>()});
  }
  return slots;
}

inline void PutSlots(absl::Span<const Slot> slots, Appender* out) {
  for (Slot slot : slots) out->Put(ToInt(slot));
}

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_SLOT_LIST_H_
