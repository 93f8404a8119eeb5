// SPDX-License-Identifier: Apache-2.0
// Townships, subdistricts and development zones: those of the county's list,
// others by their form.

#ifndef PARCELVEIL_SRC_TEXT_TOWNSHIP_H_
#define PARCELVEIL_SRC_TEXT_TOWNSHIP_H_

#include <cstddef>
#include <cstdint>

#include "src/text/folded.h"

namespace parcelveil::text {

struct Township {
  size_t start = 0;  // behind what may be a person's name
  size_t end = 0;    // 0 if there is none
};

// Finds the township or zone at `pos`, which is behind a region; `county` is
// its row in the list of regions.
Township FindTownship(const Folded& text, size_t pos, uint16_t county);

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_TOWNSHIP_H_
