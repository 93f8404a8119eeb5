// SPDX-License-Identifier: Apache-2.0
#include "src/message/record_plan.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "src/base/status.h"
#include "src/field/seal_plan.h"
#include "src/message/annotation.h"
#include "src/message/sealed_record.h"

namespace parcelveil::message {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;

absl::Status Wrong(const std::string& thing, const std::string& what) {
  return MakeStatus(Reason::kMalformed, "plan " + thing + ": " + what);
}

// Sets `*slot` to `field`, unless one is there already.
absl::Status SetOnce(const FieldDescriptor* field, const std::string& what,
                     const FieldDescriptor** slot) {
  if (*slot != nullptr) {
    return Wrong("field " + field->full_name(),
                 (*slot)->name() + " is its message's " + what +
                     " already; leave one of them");
  }
  *slot = field;
  return absl::OkStatus();
}

absl::Status CheckSealedRecordField(const FieldDescriptor& field) {
  if (field.is_repeated() || field.real_containing_oneof() != nullptr) {
    return Wrong("field " + field.full_name(),
                 "the SealedRecord beside annotated strings is singular and in "
                 "no oneof; move it");
  }
  return absl::OkStatus();
}

absl::Status AddField(const FieldDescriptor* field, Slot slot,
                      RecordPlan* plan) {
  for (const RecordPlan::Field& other : plan->fields) {
    if (other.slot != slot) continue;
    return Wrong("field " + field->full_name(),
                 other.field->name() + " is " + Describe(slot) +
                     " already; give one of them another slot");
  }
  plan->fields.push_back({field, slot, Slot{}});
  return absl::OkStatus();
}

// Fills in record id, SealedRecord and fields.
absl::Status SortFields(const Descriptor& type, const Schema& schema,
                        RecordPlan* plan) {
  std::vector<const FieldDescriptor*> sealed_records;
  for (const FieldDescriptor* field : FieldsOf(type)) {
    if (IsSealedRecord(*field)) sealed_records.push_back(field);
    PARCELVEIL_ASSIGN_OR_RETURN(std::optional<Annotation> annotation,
                                ReadAnnotation(*field, schema));
    if (!annotation.has_value()) continue;
    PARCELVEIL_RETURN_IF_ERROR(
        annotation->is_record_id ? SetOnce(field, "record id", &plan->record_id)
                                 : AddField(field, annotation->slot, plan));
  }
  if (plan->fields.empty()) return absl::OkStatus();
  for (const FieldDescriptor* field : sealed_records) {
    PARCELVEIL_RETURN_IF_ERROR(CheckSealedRecordField(*field));
    PARCELVEIL_RETURN_IF_ERROR(SetOnce(field, "SealedRecord", &plan->sealed));
  }
  if (plan->record_id == nullptr) {
    return Wrong("message " + type.full_name(),
                 "it holds annotated strings, but no record id; mark one field "
                 "with kind: RECORD_ID");
  }
  if (plan->sealed == nullptr) {
    return Wrong("message " + type.full_name(),
                 "it holds annotated strings, but no parcelveil.v1.SealedRecord"
                 " to put them into; add one");
  }
  std::sort(plan->fields.begin(), plan->fields.end(),
            [](const auto& a, const auto& b) { return a.slot < b.slot; });
  return absl::OkStatus();
}

bool Shows(const Schema::ViewSlot& view, Slot slot) {
  return std::binary_search(view.shows.begin(), view.shows.end(), slot);
}

// Every view and index that the schema has for the plan's fields.
absl::StatusOr<SealPlan> PlanSealing(const Schema& schema,
                                     const RecordPlan& plan) {
  SealPlan sealing;
  for (const RecordPlan::Field& field : plan.fields) {
    PARCELVEIL_RETURN_IF_ERROR(sealing.AddField(schema, field.slot));
  }
  for (const Schema::ViewSlot& view : schema.views()) {
    const bool shows_any = std::any_of(plan.fields.begin(), plan.fields.end(),
                                       [&](const RecordPlan::Field& field) {
                                         return Shows(view, field.slot);
                                       });
    if (!shows_any) continue;
    PARCELVEIL_RETURN_IF_ERROR(sealing.AddView(schema, view.id, view.preset));
  }
  for (const Schema::IndexSlot& index : schema.indexes()) {
    if (sealing.FindField(index.of) == sealing.fields.size()) continue;
    PARCELVEIL_RETURN_IF_ERROR(sealing.AddIndex(schema, index.of, index.rule));
  }
  return sealing;
}

// Where each output of `sealing` stands, by ascending slots.
std::vector<RecordPlan::Output> SortOutputs(const SealPlan& sealing) {
  std::vector<RecordPlan::Output> outputs;
  for (const auto& field : sealing.fields) outputs.push_back({field.slot, 0});
  for (const auto& view : sealing.views) outputs.push_back({view.slot, 0});
  for (const auto& index : sealing.indexes) outputs.push_back({index.slot, 0});
  for (size_t i = 0; i < outputs.size(); ++i) outputs[i].at = i;
  std::sort(outputs.begin(), outputs.end(),
            [](const auto& a, const auto& b) { return a.slot < b.slot; });
  return outputs;
}

bool MayOpen(const Schema& schema, Role role, Slot slot) {
  if (role == Role::kSteward) return true;  // its list is not written out
  const Schema::RoleAccess* access = schema.FindRole(role);
  return access != nullptr &&
         std::binary_search(access->slots.begin(), access->slots.end(), slot);
}

void PlanShowing(const Schema& schema, Role role, RecordPlan* plan) {
  for (const Schema::ViewSlot& view : schema.views()) {
    if (!MayOpen(schema, role, view.id)) continue;
    bool is_used = false;
    for (RecordPlan::Field& field : plan->fields) {
      if (field.shown_by != Slot{} || !Shows(view, field.slot)) continue;
      field.shown_by = view.id;
      is_used = true;
    }
    if (is_used) plan->views.push_back(view.id);
  }
}

}  // namespace

std::vector<const FieldDescriptor*> FieldsOf(const Descriptor& type) {
  std::vector<const FieldDescriptor*> fields;
  type.file()->pool()->FindAllExtensions(&type, &fields);
  for (int i = 0; i < type.field_count(); ++i) fields.push_back(type.field(i));
  return fields;
}

absl::StatusOr<std::unique_ptr<RecordPlan>> PlanRecord(const Descriptor& type,
                                                       const Keyring* keyring) {
  const Schema schema = keyring->schema();
  auto plan = std::make_unique<RecordPlan>();
  PARCELVEIL_RETURN_IF_ERROR(SortFields(type, schema, plan.get()));
  if (plan->fields.empty()) return std::unique_ptr<RecordPlan>();
  PARCELVEIL_ASSIGN_OR_RETURN(SealPlan sealing, PlanSealing(schema, *plan));
  plan->outputs = SortOutputs(sealing);
  PlanShowing(schema, keyring->role(), plan.get());
  PARCELVEIL_ASSIGN_OR_RETURN(
      plan->sealer, RecordSealer::Create(keyring, std::move(sealing)));
  return plan;
}

}  // namespace parcelveil::message
