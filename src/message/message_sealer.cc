// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "parcelveil/field.h"
#include "parcelveil/message.h"
#include "src/base/status.h"
#include "src/base/wipe.h"
#include "src/message/message_plan.h"
#include "src/message/sealed_record.h"

namespace parcelveil {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;
using ::parcelveil::message::FoundRecord;
using ::parcelveil::message::RecordPlan;

std::string Operation(const char* verb, const Message& message) {
  return std::string(verb) + " message " + message.GetDescriptor()->full_name();
}

// An integer as its decimal text.
std::string RecordIdOf(const Message& message, const FieldDescriptor* field) {
  const Reflection* const reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(reflection->GetInt32(message, field));
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(reflection->GetInt64(message, field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(reflection->GetUInt32(message, field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(reflection->GetUInt64(message, field));
    default:
      return reflection->GetString(message, field);
  }
}

// A record whose id is not set would share its cells with every other such.
absl::StatusOr<std::string> ReadRecordId(const Message& message,
                                         const FieldDescriptor* field) {
  if (!message.GetReflection()->HasField(message, field)) {
    return MakeStatus(Reason::kMalformed,
                      "read field " + field->full_name() +
                          ": the record id is not set; set it first");
  }
  return RecordIdOf(message, field);
}

bool HoldsText(const Message& message, const RecordPlan& plan) {
  for (const RecordPlan::Field& field : plan.fields) {
    if (message.GetReflection()->HasField(message, field.field)) return true;
  }
  return false;
}

absl::Status WrongState(const char* what) {
  return MakeStatus(Reason::kWrongState, what);
}

// The SealedRecord that is to replace the strings of one record, nullopt where
// there is nothing to seal.
absl::StatusOr<std::optional<v1::SealedRecord>> SealRecord(
    const Message& message, const RecordPlan& plan,
    const SealOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(v1::SealedRecord sealed,
                              message::LoadSealedRecord(message, plan.sealed));
  if (sealed.masked()) {
    return MakeStatus(Reason::kAlreadyMasked,
                      "masks stand in its strings; seal the message that has "
                      "the real values");
  }
  if (!HoldsText(message, plan)) return std::nullopt;
  if (sealed.cells_size() > 0) {
    return WrongState(
        "it holds text beside sealed cells; clear either before sealing");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(std::string record_id,
                              ReadRecordId(message, plan.record_id));
  Record record(record_id);
  record.set_scope(options.scope);
  record.set_version(options.version);
  if (options.day.has_value()) record.set_day(*options.day);
  const Reflection* const reflection = message.GetReflection();
  std::vector<std::string> scratch(plan.fields.size());  // unused as of 3.21
  for (size_t i = 0; i < plan.fields.size(); ++i) {
    const FieldDescriptor* const field = plan.fields[i].field;
    if (!reflection->HasField(message, field)) continue;
    record.Set(plan.fields[i].slot,
               reflection->GetStringReference(message, field, &scratch[i]));
  }
  std::vector<std::string> cells;
  PARCELVEIL_RETURN_IF_ERROR(plan.sealer->Seal(record, &cells));
  sealed.set_version(options.version);
  for (const RecordPlan::Output& output : plan.outputs) {
    if (cells[output.at].empty()) continue;  // not set: no cell
    v1::SealedRecord::SealedCell* const cell = sealed.add_cells();
    cell->set_slot(ToInt(output.slot));
    cell->mutable_sealed()->swap(cells[output.at]);
  }
  return sealed;
}

// Zeroes and clears a string.
void TakeOut(const FieldDescriptor* field, Message* message) {
  const Reflection* const reflection = message->GetReflection();
  if (!reflection->HasField(*message, field)) return;
  std::string scratch;
  const std::string& text =
      reflection->GetStringReference(*message, field, &scratch);
  {
    // Reflection lends the message's own string as const, which it is not.
    base::WipeOnExit wipe(
        {reinterpret_cast<uint8_t*>(const_cast<char*>(text.data())),
         text.size()});
  }
  reflection->ClearField(message, field);
}

// What ShowViews will put into one record.
struct ShownRecord {
  Message* message;
  const RecordPlan* plan;
  v1::SealedRecord sealed;
  std::vector<std::optional<std::string>> masks;  // of the plan's fields
};

// nullopt where the record is not set at all.
absl::StatusOr<std::optional<ShownRecord>> ShowRecord(const FoundRecord& found,
                                                      const Opener& opener) {
  const auto& [message, plan] = found;
  PARCELVEIL_ASSIGN_OR_RETURN(
      v1::SealedRecord sealed,
      message::LoadSealedRecord(*message, plan->sealed));
  if (HoldsText(*message, *plan) && !sealed.masked()) {
    return WrongState("it holds text that is not masked; seal it first");
  }
  if (sealed.cells_size() == 0) return std::nullopt;
  PARCELVEIL_ASSIGN_OR_RETURN(std::string record_id,
                              ReadRecordId(*message, plan->record_id));
  ShownRecord shown{message, plan, std::move(sealed), {}};
  shown.masks.resize(plan->fields.size());
  for (Slot slot : plan->views) {
    const std::string* const cell = message::FindCell(shown.sealed, slot);
    if (cell == nullptr) continue;
    std::vector<absl::StatusOr<View>> views = opener.OpenViews(
        slot, {SealedView{record_id, *cell, shown.sealed.version()}});
    PARCELVEIL_RETURN_IF_ERROR(views[0].status());
    for (size_t i = 0; i < plan->fields.size(); ++i) {
      const RecordPlan::Field& field = plan->fields[i];
      const bool is_set =
          message::FindCell(shown.sealed, field.slot) != nullptr;
      if (field.shown_by != slot || !is_set) continue;
      shown.masks[i] = (*views[0])[field.slot].text();
    }
  }
  return shown;
}

void PutMasks(ShownRecord* shown) {
  const Reflection* const reflection = shown->message->GetReflection();
  for (size_t i = 0; i < shown->masks.size(); ++i) {
    const FieldDescriptor* const field = shown->plan->fields[i].field;
    reflection->ClearField(shown->message, field);
    if (!shown->masks[i].has_value()) continue;
    reflection->SetString(shown->message, field, *std::move(shown->masks[i]));
  }
  shown->sealed.set_masked(true);
  message::StoreSealedRecord(shown->sealed, shown->plan->sealed,
                             shown->message);
}

// `plan` is null where the type holds no annotated strings itself.
absl::StatusOr<Plaintext> OpenOne(const Message& message,
                                  const RecordPlan* plan, Slot slot,
                                  const Opener& opener) {
  const auto has_slot = [&](const RecordPlan::Field& field) {
    return field.slot == slot;
  };
  if (plan == nullptr ||
      std::none_of(plan->fields.begin(), plan->fields.end(), has_slot)) {
    return MakeStatus(Reason::kMalformed, "its type has no field of " +
                                              Describe(slot) +
                                              "; open a field that it has");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(v1::SealedRecord sealed,
                              message::LoadSealedRecord(message, plan->sealed));
  const std::string* const cell = message::FindCell(sealed, slot);
  if (cell == nullptr) {
    return absl::NotFoundError("it holds no cell of " + Describe(slot) +
                               "; the field was not set when it was sealed");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(std::string record_id,
                              ReadRecordId(message, plan->record_id));
  return opener.Open({slot, record_id, sealed.version()}, *cell);
}

}  // namespace

class MessageSealer::State {
 public:
  State(message::MessagePlan plan, std::unique_ptr<Opener> opener)
      : plan_(std::move(plan)), opener_(std::move(opener)) {}

  const Opener& opener() const { return *opener_; }

  absl::StatusOr<const message::TypePlan*> PlanOf(
      const char* verb, const Message& message) const {
    const message::TypePlan* plan = plan_.Find(message.GetDescriptor());
    if (plan != nullptr) return plan;
    return MakeStatus(Reason::kMalformed,
                      Operation(verb, message) +
                          ": the sealer was made for another type; make one "
                          "for this descriptor");
  }
  absl::StatusOr<std::vector<FoundRecord>> RecordsOf(const char* verb,
                                                     Message* message) const {
    PARCELVEIL_ASSIGN_OR_RETURN(const message::TypePlan* plan,
                                PlanOf(verb, *message));
    std::vector<FoundRecord> found;
    message::FindRecords(*plan, message, &found);
    return found;
  }

 private:
  message::MessagePlan plan_;
  std::unique_ptr<Opener> opener_;
};

absl::StatusOr<std::unique_ptr<MessageSealer>> MessageSealer::Create(
    const Keyring* keyring, const Descriptor* type) {
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<Opener> opener,
                              Opener::Create(keyring));
  PARCELVEIL_ASSIGN_OR_RETURN(message::MessagePlan plan,
                              message::MessagePlan::Create(keyring, type));
  return std::unique_ptr<MessageSealer>(new MessageSealer(
      std::make_unique<State>(std::move(plan), std::move(opener))));
}

MessageSealer::MessageSealer(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
MessageSealer::~MessageSealer() = default;

absl::Status MessageSealer::Seal(Message* message,
                                 const SealOptions& options) const {
  PARCELVEIL_ASSIGN_OR_RETURN(std::vector<FoundRecord> records,
                              state_->RecordsOf("seal", message));
  std::vector<std::optional<v1::SealedRecord>> sealed;
  for (const FoundRecord& found : records) {
    absl::StatusOr<std::optional<v1::SealedRecord>> result =
        SealRecord(*found.message, *found.plan, options);
    if (!result.ok()) {
      return Annotate(result.status(), Operation("seal", *found.message));
    }
    sealed.push_back(*std::move(result));
  }
  for (size_t i = 0; i < records.size(); ++i) {
    if (!sealed[i].has_value()) continue;
    const auto& [record, plan] = records[i];
    for (const RecordPlan::Field& field : plan->fields) {
      TakeOut(field.field, record);
    }
    message::StoreSealedRecord(*sealed[i], plan->sealed, record);
  }
  return absl::OkStatus();
}

absl::Status MessageSealer::ShowViews(Message* message) const {
  PARCELVEIL_ASSIGN_OR_RETURN(std::vector<FoundRecord> records,
                              state_->RecordsOf("show", message));
  std::vector<ShownRecord> shown;
  for (const FoundRecord& found : records) {
    absl::StatusOr<std::optional<ShownRecord>> result =
        ShowRecord(found, state_->opener());
    if (!result.ok()) {
      return Annotate(result.status(), Operation("show", *found.message));
    }
    if (result->has_value()) shown.push_back(**std::move(result));
  }
  const bool is_allowed = std::any_of(
      shown.begin(), shown.end(),
      [](const ShownRecord& record) { return !record.plan->views.empty(); });
  if (!shown.empty() && !is_allowed) {
    return MakeStatus(Reason::kForbidden,
                      Operation("show", *message) +
                          ": the schema gives this role no view of it; use a "
                          "role that has one");
  }
  for (ShownRecord& record : shown) PutMasks(&record);
  return absl::OkStatus();
}

absl::StatusOr<Plaintext> MessageSealer::OpenField(const Message& message,
                                                   Slot slot) const {
  PARCELVEIL_ASSIGN_OR_RETURN(const message::TypePlan* type,
                              state_->PlanOf("open", message));
  absl::StatusOr<Plaintext> text =
      OpenOne(message, type->record.get(), slot, state_->opener());
  if (text.ok()) return text;
  return Annotate(text.status(), Operation("open", message));
}

}  // namespace parcelveil
