// SPDX-License-Identifier: Apache-2.0
// List: the day's masked rows as a handheld takes them (ParseList in device.h).

#ifndef PARCELVEIL_LIST_H_
#define PARCELVEIL_LIST_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "parcelveil/field.h"
#include "parcelveil/ids.h"

namespace parcelveil {

// Opens the views `view` (a view's slot) and returns them in a handheld's
// layout: at most 65535 rows, in their order. Masked text needs no key on the
// handheld; send it over the app's own login. A view that does not open
// (expired, foreign, damaged) is a row without fields, and does not end the
// list. Source: SPEC.md section 13, type 0x25. Thread-safe, as `opener` is.
// Errors: kInvalidArgument MALFORMED: too many rows, a bad record id, a slot
// that is no view's.
absl::StatusOr<std::string> EncodeList(const Opener& opener, Slot view,
                                       absl::Span<const SealedView> rows,
                                       absl::Time served);

}  // namespace parcelveil

#endif  // PARCELVEIL_LIST_H_
