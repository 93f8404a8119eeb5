// SPDX-License-Identifier: Apache-2.0
// What to do with each message type: the walk over descriptors, done once.

#ifndef PARCELVEIL_SRC_MESSAGE_MESSAGE_PLAN_H_
#define PARCELVEIL_SRC_MESSAGE_MESSAGE_PLAN_H_

#include <map>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "parcelveil/keyring.h"
#include "src/message/record_plan.h"

namespace parcelveil::message {

struct TypePlan {
  // A field whose messages hold annotated strings, or lead to such.
  struct Child {
    const google::protobuf::FieldDescriptor* field;
    const TypePlan* plan;
  };

  std::unique_ptr<RecordPlan> record;  // null where it holds none itself
  std::vector<Child> children;
};

// A message that is a record, found inside another.
struct FoundRecord {
  google::protobuf::Message* message;
  const RecordPlan* plan;
};

// The plans of a message type and of all types that can be nested in it.
class MessagePlan {
 public:
  // Borrows both. Errors: as MessageSealer::Create.
  static absl::StatusOr<MessagePlan> Create(
      const Keyring* keyring, const google::protobuf::Descriptor* type);

  // Null for a type that is not planned.
  const TypePlan* Find(const google::protobuf::Descriptor* type) const;

 private:
  // Plans `type` and what it holds, each type once.
  absl::Status Visit(const Keyring* keyring,
                     const google::protobuf::Descriptor* type,
                     const TypePlan** plan);
  // Keeps only children that lead to annotated strings.
  void DropDeadEnds();

  std::map<const google::protobuf::Descriptor*, std::unique_ptr<TypePlan>>
      types_;
};

// Appends the records in `message`, itself included, outermost first.
void FindRecords(const TypePlan& plan, google::protobuf::Message* message,
                 std::vector<FoundRecord>* found);

}  // namespace parcelveil::message

#endif  // PARCELVEIL_SRC_MESSAGE_MESSAGE_PLAN_H_
