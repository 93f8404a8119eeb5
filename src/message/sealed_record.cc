// SPDX-License-Identifier: Apache-2.0
#include "src/message/sealed_record.h"

#include "src/base/status.h"
#include "src/wire/cell.h"
#include "src/wire/index_value.h"

namespace parcelveil::message {
namespace {

bool IsWithin(uint32_t slot, uint32_t first, uint32_t last) {
  return slot >= first && slot <= last;
}

bool HasFormOfItsSlot(const v1::SealedRecord::SealedCell& cell) {
  if (IsWithin(cell.slot(), 1, 0x3FFF) ||
      IsWithin(cell.slot(), 0x8001, 0xFFFF)) {
    return wire::ParseFieldHeader(cell.sealed()).ok();
  }
  return IsWithin(cell.slot(), 0x4001, 0x4FFF) &&
         wire::ParseIndexValue(cell.sealed()).ok();
}

absl::Status Damaged(uint32_t slot) {
  return MakeStatus(Reason::kMalformed,
                    "read sealed record: at slot " + std::to_string(slot) +
                        " it is not as it was written; restore the message");
}

}  // namespace

bool IsSealedRecord(const google::protobuf::FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         field.message_type()->full_name() ==
             v1::SealedRecord::descriptor()->full_name();
}

absl::Status CheckSealedRecord(const v1::SealedRecord& record) {
  uint32_t last = 0;
  for (const v1::SealedRecord::SealedCell& cell : record.cells()) {
    if (cell.slot() <= last || !HasFormOfItsSlot(cell)) {
      return Damaged(cell.slot());
    }
    last = cell.slot();
  }
  return absl::OkStatus();
}

const std::string* FindCell(const v1::SealedRecord& record, Slot slot) {
  for (const v1::SealedRecord::SealedCell& cell : record.cells()) {
    if (cell.slot() == ToInt(slot)) return &cell.sealed();
  }
  return nullptr;
}

// A dynamic message has a SealedRecord of its own descriptor: it is carried
// over as bytes.
absl::StatusOr<v1::SealedRecord> LoadSealedRecord(
    const google::protobuf::Message& message,
    const google::protobuf::FieldDescriptor* field) {
  v1::SealedRecord record;
  const google::protobuf::Message& held =
      message.GetReflection()->GetMessage(message, field);
  if (held.GetDescriptor() == v1::SealedRecord::descriptor()) {
    record.CopyFrom(held);
  } else if (!record.ParseFromString(held.SerializePartialAsString())) {
    return Damaged(0);
  }
  PARCELVEIL_RETURN_IF_ERROR(CheckSealedRecord(record));
  return record;
}

void StoreSealedRecord(const v1::SealedRecord& record,
                       const google::protobuf::FieldDescriptor* field,
                       google::protobuf::Message* message) {
  google::protobuf::Message* held =
      message->GetReflection()->MutableMessage(message, field);
  if (held->GetDescriptor() == v1::SealedRecord::descriptor()) {
    held->CopyFrom(record);
    return;
  }
  // Cannot fail: it was serialised from that very type.
  held->ParsePartialFromString(record.SerializeAsString());
}

}  // namespace parcelveil::message
