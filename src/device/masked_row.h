// SPDX-License-Identifier: Apache-2.0
// Masked rows as the app keeps them.

#ifndef PARCELVEIL_SRC_DEVICE_MASKED_ROW_H_
#define PARCELVEIL_SRC_DEVICE_MASKED_ROW_H_

#include <vector>

#include "absl/types/span.h"
#include "parcelveil/device.h"
#include "src/wire/masked_rows.h"

namespace parcelveil::device {

std::vector<MaskedRow> CopyRows(absl::Span<const wire::MaskedRow> rows);

}  // namespace parcelveil::device

#endif  // PARCELVEIL_SRC_DEVICE_MASKED_ROW_H_
