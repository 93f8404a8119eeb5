// SPDX-License-Identifier: Apache-2.0
// Regions of China that a list proves: what an address mask may start with.

#ifndef PARCELVEIL_SRC_TEXT_REGION_H_
#define PARCELVEIL_SRC_TEXT_REGION_H_

#include <cstddef>
#include <string_view>

namespace parcelveil::text {

struct ProvenRegion {
  size_t end = 0;  // bytes of the text that the region takes; 0 if none
  int level = 0;   // 1 province, 2 city, 3 county
};

// Finds the longest region that `text` begins with: province, city, county,
// each inside the one before; levels may be missing, short forms (江苏) count
// only where a full name inside them follows.
ProvenRegion FindRegion(std::string_view text);

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_REGION_H_
