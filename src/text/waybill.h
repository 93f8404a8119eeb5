// SPDX-License-Identifier: Apache-2.0
// Waybill numbers whose form names their carrier.

#ifndef PARCELVEIL_SRC_TEXT_WAYBILL_H_
#define PARCELVEIL_SRC_TEXT_WAYBILL_H_

#include <string_view>

namespace parcelveil::text {

// True for SF1234567890123, YT.., JT.., JDVA.. and the like, and for an S10
// number with its check digit. Digits alone are none: they may be a phone's.
bool IsWaybill(std::u16string_view token);

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_WAYBILL_H_
