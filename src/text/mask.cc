// SPDX-License-Identifier: Apache-2.0

#include "src/text/mask.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "src/text/utf8.h"

namespace parcelveil {
namespace text {

void MaskInto(MaskRule rule, std::string_view text, std::string* out) {
  out->clear();
  if (text.empty()) return;
  switch (rule) {
    case MaskRule::kPhone34:
    case MaskRule::kPhone14:
    case MaskRule::kPhoneLast4:
      return MaskPhone(rule, text, out);
    case MaskRule::kNameSurname:
      return MaskName(text, out);
    case MaskRule::kAddressRegion:
    case MaskRule::kAddressStreet:
      return MaskAddress(rule, text, out);
    case MaskRule::kNameHidden:
    case MaskRule::kAllHidden:
      break;
  }
  out->append(kStars);  // and for a rule that does not exist
}

namespace {

// What LooksMasked counts.
struct Stars {
  bool any_certain = false;  // one * is enough
  bool any_pair = false;     // two of any kind in a row
  bool nothing_else = true;
};

// True where `text` has a byte that star-like characters begin with; Chinese
// text and digits have none.
bool MayHaveStars(std::string_view text) {
  uint8_t found = 0;
  for (char c : text) {  // no branch: vectorised
    found |= static_cast<uint8_t>((c == '*') | (c == '\xC3') | (c == '\xE2') |
                                  (c == '\xEF'));
  }
  return found != 0;
}

Stars FindStars(std::string_view text) {
  Stars stars;
  if (!MayHaveStars(text)) return stars;
  bool previous = false;
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = Decode(text, i);
    i += c.size;
    const bool star_like = IsStarLike(c.value);
    stars.any_certain |= IsStar(c.value);
    stars.any_pair |= star_like && previous;
    stars.nothing_else &= star_like;
    previous = star_like;
  }
  return stars;
}

// 138----5678: some systems hide with dashes. Written numbers never have three.
bool HasDashRun(std::string_view text) {
  return text.find("---") != std::string_view::npos;
}

}  // namespace
}  // namespace text

MaskRule RuleFor(FieldKind kind, MaskPreset preset) {
  switch (kind) {
    case FieldKind::kName:
      return MaskRule::kNameSurname;
    case FieldKind::kPhone:
      return preset == MaskPreset::kLabel ? MaskRule::kPhone14
                                          : MaskRule::kPhone34;
    case FieldKind::kAddress:
      return preset == MaskPreset::kRegion ? MaskRule::kAddressRegion
                                           : MaskRule::kAddressStreet;
    case FieldKind::kText:
      break;
  }
  return MaskRule::kAllHidden;
}

Masked Mask(MaskRule rule, std::string_view text) {
  std::string out;
  text::MaskInto(rule, text, &out);
  return Masked(rule, std::move(out));
}

bool LooksMasked(FieldKind kind, std::string_view text) {
  const text::Stars stars = text::FindStars(text);
  switch (kind) {
    case FieldKind::kPhone:
      return stars.any_certain || stars.any_pair || text::HasDashRun(text);
    case FieldKind::kName:
      return stars.any_certain || stars.any_pair;
    case FieldKind::kAddress:
      return stars.any_pair;
    case FieldKind::kText:
      break;
  }
  return stars.any_pair && stars.nothing_else;
}

}  // namespace parcelveil
