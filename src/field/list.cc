// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/list.h"

#include <string_view>
#include <vector>

#include "parcelveil/view.h"
#include "src/base/status.h"
#include "src/wire/masked_rows.h"

namespace parcelveil {

class ListEncoder {
 public:
  static std::string_view EntriesOf(const View& view) { return view.entries_; }
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
  std::vector<wire::ViewRow> list(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    list[i].record_id = rows[i].record_id;
    if (views[i].ok()) list[i].entries = ListEncoder::EntriesOf(*views[i]);
  }
  return wire::EncodeListOfViews(
      static_cast<uint64_t>(absl::ToUnixMillis(served)), list);
}

}  // namespace parcelveil
