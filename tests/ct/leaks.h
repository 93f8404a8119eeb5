// SPDX-License-Identifier: Apache-2.0
// What the checks must catch: two ways to leak a secret through timing.

#ifndef PARCELVEIL_TESTS_CT_LEAKS_H_
#define PARCELVEIL_TESTS_CT_LEAKS_H_

#include <cstdint>

#include "absl/types/span.h"

namespace parcelveil::testing {

// Compares up to the first difference.
bool EqualUpToADifference(absl::Span<const uint8_t> a,
                          absl::Span<const uint8_t> b);

// Reads a table at the place that a secret byte names.
uint8_t LookUp(absl::Span<const uint8_t> table, uint8_t secret);

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_CT_LEAKS_H_
