// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/list.h"

#include <vector>

#include "parcelveil/view.h"
#include "src/base/status.h"
#include "src/wire/masked_rows.h"
#include "src/wire/view_layout.h"

namespace parcelveil {

class ListEncoder {
 public:
  // Borrows from `view`.
  static std::vector<wire::MaskedRow::Field> FieldsOf(const View& view) {
    std::vector<wire::MaskedRow::Field> fields;
    for (const wire::ViewEntry& entry : wire::ReadView(view.entries_)) {
      fields.push_back({entry.slot, entry.text});
    }
    return fields;
  }
};

absl::StatusOr<std::string> EncodeList(const Opener& opener, Slot view,
                                       absl::Span<const SealedView> rows,
                                       absl::Time served) {
  if (ToInt(view) <= 0x8000) {
    return MakeStatus(
        Reason::kMalformed,
        "make list: " + Describe(view) + " is no view; name a view's slot");
  }
  const std::vector<absl::StatusOr<View>> views = opener.OpenViews(view, rows);
  wire::MaskedList list;
  list.served_ms = static_cast<uint64_t>(absl::ToUnixMillis(served));
  list.rows.resize(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    list.rows[i].record_id = rows[i].record_id;
    if (!views[i].ok()) continue;
    list.rows[i].fields = ListEncoder::FieldsOf(*views[i]);
  }
  return wire::EncodeMaskedList(list);
}

}  // namespace parcelveil
