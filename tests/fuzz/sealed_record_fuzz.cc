// SPDX-License-Identifier: Apache-2.0
// A SealedRecord of any bytes: what is accepted is written back the same, cell
// by cell, and its cells are found under their slots and no others.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "parcelveil/v1/sealed_record.pb.h"
#include "src/message/sealed_record.h"

namespace {

using parcelveil::Slot;
using parcelveil::v1::SealedRecord;

void Require(bool holds) {
  if (!holds) std::abort();
}

SealedRecord Rewritten(const SealedRecord& record) {
  SealedRecord written;
  for (uint32_t slot = 0; slot <= 0xFFFF; ++slot) {
    const std::string* const sealed = parcelveil::message::FindCell(
        record, Slot{static_cast<uint16_t>(slot)});
    if (sealed == nullptr) continue;
    auto* const cell = written.add_cells();
    cell->set_slot(slot);
    cell->set_sealed(*sealed);
  }
  written.set_version(record.version());
  written.set_masked(record.masked());
  return written;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  SealedRecord record;
  if (!record.ParseFromArray(data, static_cast<int>(size))) return 0;
  if (!parcelveil::message::CheckSealedRecord(record).ok()) return 0;
  // Fields of a later version are carried along, not read.
  record.DiscardUnknownFields();
  for (auto& cell : *record.mutable_cells()) cell.DiscardUnknownFields();
  Require(Rewritten(record).SerializeAsString() == record.SerializeAsString());
  return 0;
}
