// SPDX-License-Identifier: Apache-2.0
// What follows region and township: roads, estates and villages among house
// numbers, persons and remarks.

#ifndef PARCELVEIL_SRC_TEXT_STREET_H_
#define PARCELVEIL_SRC_TEXT_STREET_H_

#include <cstddef>

#include "src/text/folded.h"
#include "src/text/shown.h"

namespace parcelveil::text {

// Adds to `shown` the names of places in `text` from `pos` on that cannot be a
// person's.
void ShowStreets(const Folded& text, size_t pos, Shown* shown);

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_STREET_H_
