// SPDX-License-Identifier: Apache-2.0
// Reads the option (parcelveil.v1.field) of a message's field.

#ifndef PARCELVEIL_SRC_MESSAGE_ANNOTATION_H_
#define PARCELVEIL_SRC_MESSAGE_ANNOTATION_H_

#include <optional>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "parcelveil/ids.h"
#include "parcelveil/schema.h"

namespace parcelveil::message {

struct Annotation {
  bool is_record_id;
  Slot slot;  // of a field to be sealed
};

// nullopt for a field without the option.
// Errors: MALFORMED naming the field, where its type cannot hold what the
// option says, or the schema has no such slot.
absl::StatusOr<std::optional<Annotation>> ReadAnnotation(
    const google::protobuf::FieldDescriptor& field, const Schema& schema);

}  // namespace parcelveil::message

#endif  // PARCELVEIL_SRC_MESSAGE_ANNOTATION_H_
