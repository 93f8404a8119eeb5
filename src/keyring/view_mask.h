// SPDX-License-Identifier: Apache-2.0
// The masks of its own that a view of the schema may have.

#ifndef PARCELVEIL_SRC_KEYRING_VIEW_MASK_H_
#define PARCELVEIL_SRC_KEYRING_VIEW_MASK_H_

#include <string>
#include <vector>

#include "parcelveil/schema.h"

namespace parcelveil::keyring {

// True where every mask has a rule of its kind and shows no more than it, and
// no kind has two.
bool AreMasks(const std::vector<Schema::ViewMask>& masks);

// What the hash of a schema says of how `view` masks fields of `kind`: SPEC.md
// section 7.
std::string MaskForHash(const Schema::ViewSlot& view, FieldKind kind);

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_VIEW_MASK_H_
