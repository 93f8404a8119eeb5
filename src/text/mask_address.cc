// SPDX-License-Identifier: Apache-2.0
// Addresses: the proven region, then only what has the form of a township, a
// road, an estate or a village. SPEC.md section 9.

#include <cstddef>

#include "src/text/english_address.h"
#include "src/text/folded.h"
#include "src/text/mask.h"
#include "src/text/region.h"
#include "src/text/shown.h"
#include "src/text/street.h"
#include "src/text/township.h"

namespace parcelveil::text {
namespace {

// Returns where the region of `text` starts: at its start, or behind something
// that is no Chinese character (a label, a person). The size if there is none.
size_t FindStart(const Folded& text, ProvenRegion* region) {
  for (size_t pos = 0; pos < text.size(); ++pos) {
    if (!(text.flags(pos) & kHan)) continue;
    if (pos > 0 && (text.flags(pos - 1) & kHan)) continue;
    *region = FindRegion(text.view().substr(pos));
    if (region->end != 0) return pos;
  }
  // In the middle of a row two names prove it, or one in full behind what may
  // be a person: 张三江苏省苏州市, 张三姑苏区.
  constexpr size_t kLongestPerson = 4;
  for (size_t pos = 1; pos < text.size(); ++pos) {
    if (!(text.flags(pos) & kHan) || !(text.flags(pos - 1) & kHan)) continue;
    *region = FindRegion(text.view().substr(pos));
    if (region->num_names > 1) return pos;
    if (region->end > 2 && pos >= 2 && pos <= kLongestPerson &&
        (text.flags(0) & kSurname)) {
      return pos;
    }
  }
  return text.size();
}

}  // namespace

void MaskAddress(MaskRule rule, std::string_view bytes, std::string* out) {
  const Folded text(bytes);
  Shown shown(text, out);
  const bool streets = rule == MaskRule::kAddressStreet;
  ProvenRegion region;
  const size_t start = FindStart(text, &region);
  if (start == text.size()) {
    ShowEnglishAddress(text, streets, &shown);
    return shown.Finish();
  }
  size_t end = start + region.end;
  // Forms fill in the region and people write it once more.
  const ProvenRegion again = FindRegion(text.view().substr(end));
  if (again.num_names > 1) {
    end += again.end;
    region.row = again.row;
  }
  shown.Add(start, end);
  // A township may lie in a development zone.
  for (int i = 0; i < 2; ++i) {
    const Township township =
        FindTownship(text, shown.SkipGap(end), region.row);
    if (township.end == 0) break;
    shown.Add(township.start, township.end);
    end = township.end;
    if (text[end - 1] != u'区') break;
  }
  if (streets) ShowStreets(text, end, &shown);
  shown.Finish();
}

}  // namespace parcelveil::text
