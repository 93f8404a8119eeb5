// SPDX-License-Identifier: Apache-2.0
#include "src/field/seal_plan.h"

#include "src/base/status.h"

namespace parcelveil {
namespace {

absl::Status Missing(const std::string& what) {
  return MakeStatus(
      Reason::kMalformed,
      "plan sealing: " + what + "; correct the map, or the keyring's schema");
}

}  // namespace

size_t SealPlan::FindField(Slot slot) const {
  size_t at = 0;
  while (at < fields.size() && fields[at].slot != slot) ++at;
  return at;
}

absl::Status SealPlan::AddField(const Schema& schema, Slot slot) {
  const Schema::SealedSlot* found = schema.FindSlot(slot);
  if (found == nullptr) {
    return Missing("the schema has no field " + Describe(slot));
  }
  if (FindField(slot) != fields.size()) {
    return Missing(Describe(slot) + " is named twice");
  }
  fields.push_back({slot, found->kind, found->pad});
  return absl::OkStatus();
}

absl::Status SealPlan::AddView(const Schema& schema, Slot slot,
                               MaskPreset preset) {
  const Schema::ViewSlot* found = schema.FindView(slot);
  if (found == nullptr) {
    return Missing("the schema has no view " + Describe(slot));
  }
  View view{slot, found->pad, {}};
  for (Slot shown : found->shows) {
    const size_t field = FindField(shown);
    if (field == fields.size()) continue;
    view.shown.push_back({field, found->StyleOf(fields[field].kind, preset)});
  }
  if (view.shown.empty()) {
    return Missing("none of the fields of " + Describe(slot) + " is sealed");
  }
  views.push_back(std::move(view));
  return absl::OkStatus();
}

absl::Status SealPlan::AddIndex(const Schema& schema, Slot of, IndexRule rule) {
  const Schema::IndexSlot* found = schema.FindIndexOf(of, rule);
  const size_t field = FindField(of);
  if (found == nullptr || field == fields.size()) {
    return Missing("the schema has no such index of " + Describe(of));
  }
  indexes.push_back({found->id, field, found->scoped});
  return absl::OkStatus();
}

}  // namespace parcelveil
