// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/view_mask.h"

namespace parcelveil {
namespace keyring {
namespace {

// True where `mask` has a rule of its kind and shows no more than it.
bool IsMask(const Schema::ViewMask& mask) {
  constexpr uint8_t kMaxWidth = 16;
  const MaskStyle& style = mask.style;
  const MaskRule rule = style.rule;
  const bool fits =
      rule == MaskRule::kAllHidden ||
      (mask.kind == FieldKind::kPhone && rule >= MaskRule::kPhone34 &&
       rule <= MaskRule::kPhoneLast4) ||
      (mask.kind == FieldKind::kName &&
       (rule == MaskRule::kNameSurname || rule == MaskRule::kNameHidden)) ||
      (mask.kind == FieldKind::kAddress &&
       (rule == MaskRule::kAddressRegion || rule == MaskRule::kAddressStreet));
  const bool has_digits = style.head_digits != MaskStyle::kOfTheRule ||
                          style.tail_digits != MaskStyle::kOfTheRule;
  const auto at_most = [](uint8_t digits, uint8_t most) {
    return digits == MaskStyle::kOfTheRule || digits <= most;
  };
  return fits && mask.kind >= FieldKind::kName &&
         mask.kind <= FieldKind::kText && style.star <= MaskStar::kBlock &&
         style.width <= kMaxWidth &&
         (!has_digits || mask.kind == FieldKind::kPhone) &&
         at_most(style.head_digits, 3) && at_most(style.tail_digits, 4);
}

}  // namespace

bool AreMasks(const std::vector<Schema::ViewMask>& masks) {
  for (size_t i = 0; i < masks.size(); ++i) {
    if (!IsMask(masks[i]) || (i > 0 && masks[i].kind == masks[i - 1].kind)) {
      return false;
    }
  }
  return true;
}

// The rule alone where the preset gives it, so that the hash of a schema
// without masks of its own is what it was.
std::string MaskForHash(const Schema::ViewSlot& view, FieldKind kind) {
  const MaskStyle style = view.StyleOf(kind, view.preset);
  std::string bytes(1, static_cast<char>(style.rule));
  for (const Schema::ViewMask& mask : view.masks) {
    if (mask.kind != kind) continue;
    for (uint8_t byte : {style.head_digits, style.tail_digits,
                         static_cast<uint8_t>(style.star), style.width}) {
      bytes.push_back(static_cast<char>(byte));
    }
  }
  return bytes;
}

}  // namespace keyring

MaskStyle Schema::ViewSlot::StyleOf(FieldKind kind, MaskPreset of_map) const {
  for (const ViewMask& mask : masks) {
    if (mask.kind == kind) return mask.style;
  }
  return RuleFor(kind, of_map);
}

}  // namespace parcelveil
