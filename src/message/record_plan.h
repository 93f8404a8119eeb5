// SPDX-License-Identifier: Apache-2.0
// Plans one message type: which of its strings are sealed, and how.

#ifndef PARCELVEIL_SRC_MESSAGE_RECORD_PLAN_H_
#define PARCELVEIL_SRC_MESSAGE_RECORD_PLAN_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "src/field/record_sealer.h"

namespace parcelveil::message {

// A message type that holds annotated strings.
struct RecordPlan {
  struct Field {
    const google::protobuf::FieldDescriptor* field;
    Slot slot;
    Slot shown_by;  // the view that this role shows it with; Slot{} for none
  };
  struct Output {
    Slot slot;
    size_t at;  // position in what `sealer` makes
  };

  const google::protobuf::FieldDescriptor* record_id = nullptr;
  const google::protobuf::FieldDescriptor* sealed = nullptr;  // SealedRecord
  std::vector<Field> fields;                                  // ascending slots
  std::vector<Output> outputs;                                // ascending slots
  std::vector<Slot> views;  // each `shown_by` once, ascending
  std::unique_ptr<RecordSealer> sealer;
};

// The fields of `type` and the extensions of it that its pool knows.
std::vector<const google::protobuf::FieldDescriptor*> FieldsOf(
    const google::protobuf::Descriptor& type);

// Null for a type without annotated strings. Borrows both.
// Errors: as MessageSealer::Create.
absl::StatusOr<std::unique_ptr<RecordPlan>> PlanRecord(
    const google::protobuf::Descriptor& type, const Keyring* keyring);

}  // namespace parcelveil::message

#endif  // PARCELVEIL_SRC_MESSAGE_RECORD_PLAN_H_
