// SPDX-License-Identifier: Apache-2.0
// parcelveil.v1.SealedRecord: what stands in a message in place of its strings.
// SPEC.md section 10.

#ifndef PARCELVEIL_SRC_MESSAGE_SEALED_RECORD_H_
#define PARCELVEIL_SRC_MESSAGE_SEALED_RECORD_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "parcelveil/ids.h"
#include "parcelveil/v1/sealed_record.pb.h"

namespace parcelveil::message {

// True for a field whose type is SealedRecord, of whatever descriptor pool.
bool IsSealedRecord(const google::protobuf::FieldDescriptor& field);

// Errors: MALFORMED for slots that do not ascend or that no cell has, and for
// cells that do not have the form of their slot.
absl::Status CheckSealedRecord(const v1::SealedRecord& record);

// The cell of `slot` in a checked record, null where there is none.
const std::string* FindCell(const v1::SealedRecord& record, Slot slot);

// Reads and checks the SealedRecord in `field`; one that is not set is empty.
absl::StatusOr<v1::SealedRecord> LoadSealedRecord(
    const google::protobuf::Message& message,
    const google::protobuf::FieldDescriptor* field);

void StoreSealedRecord(const v1::SealedRecord& record,
                       const google::protobuf::FieldDescriptor* field,
                       google::protobuf::Message* message);

}  // namespace parcelveil::message

#endif  // PARCELVEIL_SRC_MESSAGE_SEALED_RECORD_H_
