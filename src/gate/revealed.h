// SPDX-License-Identifier: Apache-2.0
// Opened fields of one record, on their way into a reply.

#ifndef PARCELVEIL_SRC_GATE_REVEALED_H_
#define PARCELVEIL_SRC_GATE_REVEALED_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/field.h"
#include "parcelveil/ids.h"
#include "parcelveil/parcels.h"
#include "parcelveil/secret.h"

namespace parcelveil::gate {

struct OpenedField {
  Slot slot{};
  Plaintext text;
};

// Opens the cells of `parcel`, ascending by slot, or none of them. They must be
// of `record_id`, whatever row the database gave. Errors: as Opener::Open.
absl::StatusOr<std::vector<OpenedField>> OpenFields(const Opener& opener,
                                                    std::string_view record_id,
                                                    const Parcel& parcel);

// Lays them out as a reply wants them, padded. Errors: MALFORMED.
absl::StatusOr<Plaintext> EncodeFields(absl::Span<const OpenedField> fields);

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_REVEALED_H_
