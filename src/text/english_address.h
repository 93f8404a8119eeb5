// SPDX-License-Identifier: Apache-2.0
// Addresses in Latin letters: No. 128 Pingjiang Road, Gusu District, Suzhou.

#ifndef PARCELVEIL_SRC_TEXT_ENGLISH_ADDRESS_H_
#define PARCELVEIL_SRC_TEXT_ENGLISH_ADDRESS_H_

#include "src/text/folded.h"
#include "src/text/shown.h"

namespace parcelveil::text {

// Adds to `shown` the regions that a list proves and, with `streets`, the one
// word before Road and the like; nothing where no region is proven.
void ShowEnglishAddress(const Folded& text, bool streets, Shown* shown);

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_ENGLISH_ADDRESS_H_
