// SPDX-License-Identifier: Apache-2.0
// Lists that the back end shows masked: on the log before anybody sees them.
#include <algorithm>
#include <utility>

#include "src/base/status.h"
#include "src/gate/gate_state.h"
#include "src/gate/record_ref.h"
#include "src/wire/slot_list.h"

namespace parcelveil {
namespace {

bool IsView(Slot slot) { return slot >= Slot::kRecipientView; }

absl::Status CheckShown(const ShownViews& shown) {
  if (shown.principal != 0 && !shown.views.empty() &&
      shown.views.size() <= Leaf::kMaxSlots &&
      wire::AreAscending(shown.views) &&
      std::all_of(shown.views.begin(), shown.views.end(), IsView)) {
    return absl::OkStatus();
  }
  return MakeStatus(Reason::kMalformed,
                    "record views: the principal is 0, or the views are not 1 "
                    "to 16 view slots in ascending order; correct them");
}

Leaf ViewsLeaf(const gate::Core& core, const ShownViews& shown) {
  Leaf leaf;
  leaf.type = LeafType::kViews;
  leaf.tenant = core.tenant;
  leaf.time_ms = static_cast<uint64_t>(absl::ToUnixMillis(core.Now()));
  leaf.principal = shown.principal;
  leaf.device = shown.device;
  leaf.role = shown.role;
  leaf.slots = shown.views;
  return leaf;
}

}  // namespace

absl::Status Gate::RecordViews(const ShownViews& shown) {
  gate::Core& core = state_->core;
  PARCELVEIL_RETURN_IF_ERROR(core.CheckNotStopped());
  PARCELVEIL_RETURN_IF_ERROR(CheckShown(shown));
  if (shown.record_ids.empty()) return absl::OkStatus();
  std::vector<std::string> ids = shown.record_ids;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<gate::RecordRef> refs,
                              gate::RecordRefs(core.keyring, ids));
  gate::CommitJob job;
  for (size_t i = 0; i < refs.size(); i += Leaf::kMaxViews) {
    const size_t end = std::min(refs.size(), i + Leaf::kMaxViews);
    job.leaves.push_back(ViewsLeaf(core, shown));
    job.leaves.back().ref_gen = refs[i].gen;
    job.leaves.back().detail =
        gate::ViewsDetail({refs.begin() + static_cast<std::ptrdiff_t>(i),
                           refs.begin() + static_cast<std::ptrdiff_t>(end)});
  }
  return core.committer.Commit(&job);
}

}  // namespace parcelveil
