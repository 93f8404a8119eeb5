// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/view.h"

#include <optional>
#include <string>

#include "src/wire/view_layout.h"

namespace parcelveil {

Masked View::operator[](Slot slot) const {
  const std::optional<wire::ViewEntry> entry =
      wire::FindViewEntry(entries_, slot);
  if (!entry.has_value()) return Masked();
  return Masked(static_cast<MaskRule>(entry->rule), std::string(entry->text));
}

}  // namespace parcelveil
