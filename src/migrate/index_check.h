// SPDX-License-Identifier: Apache-2.0
// Whether an index value in the table is the one that its text has.

#ifndef PARCELVEIL_SRC_MIGRATE_INDEX_CHECK_H_
#define PARCELVEIL_SRC_MIGRATE_INDEX_CHECK_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"

namespace parcelveil::migrate {

// Computes the value of `text` again under the key that `bytes` names, and
// compares. Text without a normal form (no number in it) has a random value:
// true, if the value is of `slot`'s key at all.
// Errors: MALFORMED: not an index value; those of a key's look-up: KEY_UNKNOWN,
// KEY_DESTROYED, FORBIDDEN.
absl::StatusOr<bool> IsIndexValueOf(const Keyring& keyring, Slot slot,
                                    std::string_view text,
                                    std::string_view bytes);

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_INDEX_CHECK_H_
