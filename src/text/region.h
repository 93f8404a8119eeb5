// SPDX-License-Identifier: Apache-2.0
// Regions of China that a list proves: what an address mask may start with.

#ifndef PARCELVEIL_SRC_TEXT_REGION_H_
#define PARCELVEIL_SRC_TEXT_REGION_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace parcelveil::text {

struct ProvenRegion {
  size_t end = 0;     // characters of the text that the region takes; 0 if none
  int level = 0;      // 1 province, 2 city, 3 county
  int num_names = 0;  // how many names there are
  uint16_t row = 0;   // of the last one, in the list
};

// Finds the longest region that `text` (a Folded view) begins with: province,
// city, county, each inside the one before; levels may be missing. A short form
// (江苏) counts only beside another name, or where nobody is called so.
ProvenRegion FindRegion(std::u16string_view text);

// True where `name` is the name of some region, short forms included.
bool IsRegionName(std::u16string_view name);

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_REGION_H_
