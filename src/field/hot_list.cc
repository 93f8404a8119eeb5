// SPDX-License-Identifier: Apache-2.0
#include "src/field/hot_list.h"

#include <algorithm>
#include <string>
#include <utility>

#include "src/base/status.h"
#include "src/crypto/prf.h"

namespace parcelveil {
namespace {

using keyring::NormalText;

absl::Status Malformed(const HotValue& value, const char* why) {
  return MakeStatus(Reason::kMalformed,
                    "make hot list of " + Describe(value.slot) + ": " + why);
}

}  // namespace

absl::StatusOr<std::unique_ptr<HotList>> HotList::Create(
    const Schema& schema, absl::Span<const HotValue> values) {
  PARCELVEIL_ASSIGN_OR_RETURN(Secret key, Secret::Random(crypto::kKeySize));
  std::unique_ptr<HotList> list(
      new HotList(schema.calling_code(), std::move(key)));
  for (const HotValue& value : values) {
    PARCELVEIL_RETURN_IF_ERROR(list->Add(schema, value));
  }
  for (Group& group : list->groups_) {
    std::sort(group.hashes.begin(), group.hashes.end());
  }
  return list;
}

absl::Status HotList::Add(const Schema& schema, const HotValue& value) {
  bool has_index = false;
  bool is_listed = false;
  for (const Schema::IndexSlot& index : schema.indexes()) {
    if (index.of != value.slot) continue;
    has_index = true;
    // A whole number is compared as one, so that others with its last four
    // digits can still be found by them.
    if (index.rule == IndexRule::kLast4 &&
        AddTo(index.id, IndexRule::kPhone, value.text)) {
      is_listed = true;
      continue;
    }
    if (AddTo(index.id, index.rule, value.text)) is_listed = true;
  }
  if (!has_index) {
    return Malformed(value, "the schema has no index of it; leave it out");
  }
  if (!is_listed) {
    return Malformed(value,
                     "a value has no normal form; give a whole number, or the "
                     "last four digits");
  }
  return absl::OkStatus();
}

bool HotList::AddTo(Slot slot, IndexRule rule, std::string_view text) {
  const NormalText normal(rule, text, calling_code_,
                          NormalText::Origin::kSearch);
  if (!normal.has_value()) return false;
  auto group =
      std::find_if(groups_.begin(), groups_.end(), [&](const Group& candidate) {
        return candidate.slot == slot && candidate.rule == rule;
      });
  if (group == groups_.end()) {
    group = groups_.insert(group, Group{slot, rule, {}});
  }
  group->hashes.push_back(HashOf(slot, normal));
  return true;
}

bool HotList::Contains(Slot slot, std::string_view text) const {
  for (const Group& group : groups_) {
    if (group.slot != slot) continue;
    const NormalText normal(group.rule, text, calling_code_,
                            NormalText::Origin::kRecord);
    // How a keyed hash sorts tells nothing about its text.
    if (normal.has_value() &&
        std::binary_search(group.hashes.begin(), group.hashes.end(),
                           HashOf(slot, normal))) {
      return true;
    }
  }
  return false;
}

HotList::Hash HotList::HashOf(Slot slot, const NormalText& text) const {
  Hash hash;
  key_.Use([&](absl::Span<const uint8_t> key) {
    keyring::HashNormal(key, slot, text, absl::MakeSpan(hash));
  });
  return hash;
}

}  // namespace parcelveil
