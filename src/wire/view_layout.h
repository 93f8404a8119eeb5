// SPDX-License-Identifier: Apache-2.0
// What is inside a sealed view: (slot 2 | rule 1 | len 2 | text)*, slots
// strictly ascending. SPEC.md section 9.

#ifndef PARCELVEIL_SRC_WIRE_VIEW_LAYOUT_H_
#define PARCELVEIL_SRC_WIRE_VIEW_LAYOUT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "parcelveil/ids.h"

namespace parcelveil::wire {

struct ViewEntry {
  Slot slot;
  uint8_t rule;
  std::string_view text;  // borrowed
};

// Appends one entry. Entries MUST be appended with ascending slots.
void AppendViewEntry(const ViewEntry& entry, std::string* view);

// Checks a whole view. Errors: MALFORMED for a layout, slot, rule or text that
// no view of version 1 has.
absl::Status CheckView(std::string_view view);

// Finds an entry of a view that CheckView has passed.
std::optional<ViewEntry> FindViewEntry(std::string_view view, Slot slot);

// Takes the first entry off what is left of such a view, which is not empty.
ViewEntry TakeViewEntry(std::string_view* rest);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_VIEW_LAYOUT_H_
