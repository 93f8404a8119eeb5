// SPDX-License-Identifier: Apache-2.0
#include "src/message/message_plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "src/base/status.h"

namespace parcelveil::message {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;

// The type of the messages in `field`, null where it holds none.
const Descriptor* MessageTypeOf(const FieldDescriptor& field) {
  if (field.is_map()) return field.message_type()->map_value()->message_type();
  return field.message_type();
}

}  // namespace

absl::Status MessagePlan::Visit(const Keyring* keyring, const Descriptor* type,
                                const TypePlan** plan) {
  const auto [at, is_new] = types_.try_emplace(type);
  if (is_new) at->second = std::make_unique<TypePlan>();
  TypePlan* const visited = at->second.get();
  *plan = visited;
  if (!is_new) return absl::OkStatus();  // also where a type holds itself
  PARCELVEIL_ASSIGN_OR_RETURN(visited->record, PlanRecord(*type, keyring));
  for (const FieldDescriptor* field : FieldsOf(*type)) {
    const Descriptor* const held = MessageTypeOf(*field);
    if (held == nullptr) continue;
    TypePlan::Child child{field, nullptr};
    PARCELVEIL_RETURN_IF_ERROR(Visit(keyring, held, &child.plan));
    visited->children.push_back(child);
  }
  return absl::OkStatus();
}

void MessagePlan::DropDeadEnds() {
  std::set<const TypePlan*> live;
  const auto is_live = [&](const TypePlan::Child& child) {
    return live.count(child.plan) > 0;
  };
  const auto is_dead = [&](const TypePlan::Child& child) {
    return !is_live(child);
  };
  size_t num_before;
  do {
    num_before = live.size();
    for (const auto& [type, plan] : types_) {
      if (plan->record != nullptr ||
          std::any_of(plan->children.begin(), plan->children.end(), is_live)) {
        live.insert(plan.get());
      }
    }
  } while (live.size() > num_before);
  for (const auto& [type, plan] : types_) {
    std::vector<TypePlan::Child>& children = plan->children;
    children.erase(std::remove_if(children.begin(), children.end(), is_dead),
                   children.end());
  }
}

absl::StatusOr<MessagePlan> MessagePlan::Create(const Keyring* keyring,
                                                const Descriptor* type) {
  if (type == nullptr) {
    return MakeStatus(Reason::kMalformed,
                      "plan messages: the descriptor is null; name a type that "
                      "its pool has");
  }
  MessagePlan plan;
  const TypePlan* root;
  PARCELVEIL_RETURN_IF_ERROR(plan.Visit(keyring, type, &root));
  plan.DropDeadEnds();
  if (root->record == nullptr && root->children.empty()) {
    return MakeStatus(Reason::kMalformed,
                      "plan message " + type->full_name() +
                          ": neither it nor what it holds has an annotated "
                          "string; mark one with (parcelveil.v1.field)");
  }
  return plan;
}

const TypePlan* MessagePlan::Find(const Descriptor* type) const {
  const auto found = types_.find(type);
  return found == types_.end() ? nullptr : found->second.get();
}

void FindRecords(const TypePlan& plan, Message* message,
                 std::vector<FoundRecord>* found) {
  if (plan.record != nullptr) found->push_back({message, plan.record.get()});
  const Reflection* const reflection = message->GetReflection();
  for (const auto& [field, child] : plan.children) {
    if (!field->is_repeated()) {
      if (!reflection->HasField(*message, field)) continue;
      FindRecords(*child, reflection->MutableMessage(message, field), found);
      continue;
    }
    // Reflection shows a map as its entries.
    const int size = reflection->FieldSize(*message, field);
    for (int i = 0; i < size; ++i) {
      Message* held = reflection->MutableRepeatedMessage(message, field, i);
      if (field->is_map()) {
        held = held->GetReflection()->MutableMessage(
            held, field->message_type()->map_value());
      }
      FindRecords(*child, held, found);
    }
  }
}

}  // namespace parcelveil::message
