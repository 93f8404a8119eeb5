// SPDX-License-Identifier: Apache-2.0
#include "src/wire/cell.h"

#include "src/base/status.h"
#include "src/wire/bytes.h"

namespace parcelveil::wire {
namespace {

constexpr uint8_t kFieldType = 0x01;
constexpr uint8_t kCapabilityType = 0x02;
constexpr uint8_t kContextVersion = 0x01;
constexpr size_t kSlotAt = 5;  // in ctx
constexpr size_t kSubkeySize = 32;

// Reads a header's bytes; false where the type byte is another.
bool ReadFieldHeader(Reader* reader, FieldHeader* header) {
  const bool is_field = reader->Get<uint8_t>() == kFieldType;
  header->gen = reader->Get<uint8_t>();
  header->epoch = Epoch{reader->Get<uint16_t>()};
  header->scope = Scope{reader->Get<uint32_t>()};
  return is_field && reader->ok();
}

}  // namespace

void EncodeFieldHeader(const FieldHeader& header, uint8_t* out) {
  Writer writer(out);
  writer.Put(kFieldType);
  writer.Put(header.gen);
  writer.Put(ToInt(header.epoch));
  writer.Put(ToInt(header.scope));
}

absl::StatusOr<FieldHeader> ParseFieldHeader(std::string_view sealed) {
  FieldHeader header;
  Reader reader(sealed);
  if (sealed.size() < kMinFieldSize || sealed.size() > kMaxFieldSize ||
      sealed.size() % 16 != 0 || !ReadFieldHeader(&reader, &header)) {
    return MakeStatus(Reason::kMalformed,
                      "parse sealed field: it is not a sealed field of version "
                      "1; pass the column's bytes unchanged");
  }
  return header;
}

absl::Status CheckRecordId(std::string_view record_id) {
  if (record_id.empty() || record_id.size() > kMaxRecordIdSize) {
    return MakeStatus(Reason::kMalformed,
                      "name cell: the record id is not 1 to 64 bytes; use the "
                      "row's key");
  }
  return absl::OkStatus();
}

CellBinding::CellBinding(const FieldHeader& header, uint32_t tenant,
                         const Cell& cell) {
  EncodeFieldHeader(header, bytes_);
  Writer writer(bytes_ + kFieldHeaderSize);
  writer.Put(kContextVersion);
  writer.Put(tenant);
  writer.Put(ToInt(cell.slot));
  writer.Put(cell.version);
  writer.Put(static_cast<uint8_t>(cell.record_id.size()));
  writer.Put(cell.record_id);
  size_ = kFieldHeaderSize + writer.size();
}

void CellBinding::MoveTo(const FieldHeader& header, Slot slot) {
  EncodeFieldHeader(header, bytes_);
  Writer(bytes_ + kFieldHeaderSize + kSlotAt).Put(ToInt(slot));
}

void EncodeCapability(const Capability& capability, uint8_t* out) {
  out[0] = kCapabilityType;
  EncodeFieldHeader(capability.header, out + 1);
  Writer writer(out + 1 + kFieldHeaderSize);
  writer.Put(AsText(capability.subkey));
}

absl::StatusOr<Capability> ParseCapability(absl::Span<const uint8_t> bytes) {
  Capability capability;
  Reader reader(AsText(bytes));
  const bool is_capability = reader.Get<uint8_t>() == kCapabilityType;
  const bool has_header = ReadFieldHeader(&reader, &capability.header);
  capability.subkey = AsBytes(reader.Take(kSubkeySize));
  if (!is_capability || !has_header || !reader.AtEnd()) {
    return MakeStatus(Reason::kMalformed,
                      "parse capability: it is not a capability of version 1; "
                      "ask for a new one");
  }
  return capability;
}

}  // namespace parcelveil::wire
