// SPDX-License-Identifier: Apache-2.0
#include "tests/ct/leaks.h"

namespace parcelveil::testing {

bool EqualUpToADifference(absl::Span<const uint8_t> a,
                          absl::Span<const uint8_t> b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

uint8_t LookUp(absl::Span<const uint8_t> table, uint8_t secret) {
  return table.data()[secret];
}

}  // namespace parcelveil::testing
