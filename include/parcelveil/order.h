// SPDX-License-Identifier: Apache-2.0
// Order: what a kiosk, a merchant's shop or an app sends in for one waybill.

#ifndef PARCELVEIL_ORDER_H_
#define PARCELVEIL_ORDER_H_

#include <cstdint>
#include <string_view>

#include "parcelveil/ids.h"

namespace parcelveil {

// Which order it is. Bound into its envelope: it opens under no other name.
struct OrderName {
  // The row's key, given out to the source beforehand: 1 to 64 bytes.
  std::string_view record_id;
  // Who sends it: the account that the transport's login says, not the sender.
  uint64_t source = 0;
  // 0 for the first; a correction has a higher one. Becomes the row's version.
  uint32_t version = 0;
};

// One field of it. Borrows the text.
struct OrderText {
  Slot slot{};            // a field's: 1 to 0x3FFF
  std::string_view text;  // UTF-8, at most 4095 bytes
};

}  // namespace parcelveil

#endif  // PARCELVEIL_ORDER_H_
