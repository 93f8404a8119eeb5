// SPDX-License-Identifier: Apache-2.0
// What to look for in an index column: the values that one text has under every
// key of a range of days. SPEC.md section 8.

#ifndef PARCELVEIL_SRC_KEYRING_INDEX_VALUES_H_
#define PARCELVEIL_SRC_KEYRING_INDEX_VALUES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"

namespace parcelveil::keyring {

// Which keys: those of `slot` in `scope`, of the days from `first` to `last`.
struct IndexKeys {
  Slot slot;
  Scope scope;
  Epoch first;
  Epoch last;
};

// Returns one value of 12 bytes for every such key that the role may use, the
// newest day first and of one day the newest gen last. `calling_code` is the
// tenant's.
// Errors: MALFORMED for a text over 4095 bytes, not UTF-8 or without a normal
// form; KEY_UNAVAILABLE, KEY_MISMATCH; where no key is left, why the newest one
// cannot be used: KEY_UNKNOWN, FORBIDDEN, KEY_DESTROYED.
absl::StatusOr<std::vector<std::string>> IndexValues(
    const Keyring* keyring, const IndexKeys& keys, std::string_view text,
    std::string_view calling_code);

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_INDEX_VALUES_H_
