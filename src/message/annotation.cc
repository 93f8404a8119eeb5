// SPDX-License-Identifier: Apache-2.0
#include "src/message/annotation.h"

#include <string>

#include "parcelveil/v1/annotations.pb.h"
#include "src/base/status.h"

namespace parcelveil::message {
namespace {

using ::google::protobuf::FieldDescriptor;

constexpr uint16_t kFirstUserSlot = 64;

absl::Status Wrong(const FieldDescriptor& field, const std::string& what) {
  return MakeStatus(Reason::kMalformed,
                    "plan field " + field.full_name() + ": " + what);
}

absl::Status CheckRecordIdType(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      if (!field.is_repeated()) return absl::OkStatus();
      break;
    default:
      break;
  }
  return Wrong(field,
               "a record id is one string, bytes or integer; change its type "
               "or take the option away");
}

absl::Status CheckSealedType(const FieldDescriptor& field) {
  if (field.type() != FieldDescriptor::TYPE_STRING || field.is_repeated()) {
    return Wrong(field,
                 "only a singular string can be sealed; change its type or "
                 "take the option away");
  }
  if (field.is_required()) {
    return Wrong(field,
                 "a required string cannot be taken out; make it optional");
  }
  return absl::OkStatus();
}

// A user's slot is named; a built-in one follows from party and kind. Null
// where the schema has none.
const Schema::SealedSlot* FindSlot(const v1::Field& option,
                                   const Schema& schema) {
  if (option.slot() > 0xFFFF) return nullptr;
  if (option.slot() != 0) {
    return schema.FindSlot(Slot{static_cast<uint16_t>(option.slot())});
  }
  return schema.FindField(static_cast<Party>(option.party()),
                          static_cast<FieldKind>(option.kind()));
}

absl::StatusOr<Slot> SlotOf(const FieldDescriptor& field,
                            const v1::Field& option, const Schema& schema) {
  const Schema::SealedSlot* slot = FindSlot(option, schema);
  if (slot == nullptr) {
    return Wrong(field,
                 "the keyring's schema has no slot of that party and kind, or "
                 "of that number; correct the option or the schema");
  }
  if (option.slot() == 0 && ToInt(slot->id) >= kFirstUserSlot) {
    return Wrong(field,
                 "no built-in slot is of that party and kind; name the "
                 "schema's with `slot`");
  }
  const auto party = static_cast<v1::Field::Party>(slot->party);
  const auto kind = static_cast<v1::Field::Kind>(slot->kind);
  const bool same_party =
      option.party() == party || option.party() == v1::Field::PARTY_UNSPECIFIED;
  const bool same_kind =
      option.kind() == kind || option.kind() == v1::Field::KIND_UNSPECIFIED;
  if (!same_party || !same_kind) {
    return Wrong(field, "in the schema " + Describe(slot->id) +
                            " is of another party or kind; make them agree");
  }
  return slot->id;
}

}  // namespace

absl::StatusOr<std::optional<Annotation>> ReadAnnotation(
    const FieldDescriptor& field, const Schema& schema) {
  if (!field.options().HasExtension(v1::field)) return std::nullopt;
  const v1::Field& option = field.options().GetExtension(v1::field);
  if (option.kind() == v1::Field::RECORD_ID) {
    PARCELVEIL_RETURN_IF_ERROR(CheckRecordIdType(field));
    return Annotation{true, Slot{}};
  }
  PARCELVEIL_RETURN_IF_ERROR(CheckSealedType(field));
  PARCELVEIL_ASSIGN_OR_RETURN(Slot slot, SlotOf(field, option, schema));
  return Annotation{false, slot};
}

}  // namespace parcelveil::message
