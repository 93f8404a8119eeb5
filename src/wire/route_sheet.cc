// SPDX-License-Identifier: Apache-2.0
#include "src/wire/route_sheet.h"

#include <algorithm>

#include "src/base/status.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"
#include "src/wire/reveal_reply.h"
#include "src/wire/reveal_request.h"
#include "src/wire/slot_list.h"

namespace parcelveil::wire {
namespace {

constexpr uint8_t kType = 0x23;
constexpr size_t kEncSize = 32;

absl::Status Malformed(std::string_view operation) {
  return MakeStatus(Reason::kMalformed,
                    std::string(operation) +
                        ": it is not a route sheet of version 1; check that it "
                        "came whole");
}

bool IsWellFormed(const SheetEntry& entry) {
  return CheckRecordId(entry.record_id).ok() && !entry.slots.empty() &&
         entry.slots.size() <= kMaxRequestSlots && AreAscending(entry.slots) &&
         IsSealedReplySize(entry.sealed.size()) &&
         entry.sealed.size() <= UINT16_MAX;
}

bool AreOfDistinctRecords(const std::vector<SheetEntry>& entries) {
  std::vector<std::string_view> ids;
  for (const SheetEntry& entry : entries) ids.push_back(entry.record_id);
  std::sort(ids.begin(), ids.end());
  return std::adjacent_find(ids.begin(), ids.end()) == ids.end();
}

bool IsWellFormed(const RouteSheet& sheet) {
  return sheet.deadline_ms >= sheet.issued_ms &&
         sheet.deadline_ms - sheet.issued_ms <= kMaxSheetMs &&
         sheet.enc.size() == kEncSize && !sheet.entries.empty() &&
         sheet.entries.size() <= kMaxSheetRecords &&
         std::all_of(
             sheet.entries.begin(), sheet.entries.end(),
             [](const SheetEntry& entry) { return IsWellFormed(entry); }) &&
         AreOfDistinctRecords(sheet.entries);
}

SheetEntry ReadEntry(std::string_view bytes, Reader* reader) {
  const size_t start = bytes.size() - reader->size();
  SheetEntry entry;
  entry.record_id = reader->TakeLp8();
  entry.slots = ReadSlots(reader->Get<uint8_t>(), reader);
  const size_t sealed_size = reader->Get<uint16_t>();
  entry.head = bytes.substr(start, bytes.size() - reader->size() - start);
  entry.sealed = reader->Take(sealed_size);
  return entry;
}

}  // namespace

std::string EncodeSheetHead(const RouteSheet& sheet, size_t num_entries) {
  std::string head;
  Appender out(&head);
  out.Put(kType);
  out.Put(uint8_t{0});
  out.Put(static_cast<uint16_t>(num_entries));
  out.Put(sheet.tenant);
  out.Put(sheet.principal);
  out.Put(sheet.device);
  out.Put(sheet.issued_ms);
  out.Put(sheet.deadline_ms);
  out.Put(sheet.leaf_index);
  out.Put(sheet.request_hash);
  return head;
}

std::string EncodeSheetEntryHead(const SheetEntry& entry, size_t sealed_size) {
  std::string head;
  Appender out(&head);
  out.PutLp8(entry.record_id);
  out.Put(static_cast<uint8_t>(entry.slots.size()));
  PutSlots(entry.slots, &out);
  out.Put(static_cast<uint16_t>(sealed_size));
  return head;
}

absl::StatusOr<std::string> EncodeUnsignedSheet(const RouteSheet& sheet) {
  if (!IsWellFormed(sheet)) return Malformed("write route sheet");
  std::string bytes = EncodeSheetHead(sheet, sheet.entries.size());
  bytes.append(sheet.enc);
  for (const SheetEntry& entry : sheet.entries) {
    bytes += EncodeSheetEntryHead(entry, entry.sealed.size());
    bytes.append(entry.sealed);
  }
  return bytes;
}

absl::StatusOr<ParsedSheet> ParseRouteSheet(std::string_view bytes) {
  Reader reader(bytes);
  const bool is_sheet =
      reader.Get<uint8_t>() == kType && reader.Get<uint8_t>() == 0;
  ParsedSheet parsed;
  RouteSheet& sheet = parsed.sheet;
  const size_t num_entries = reader.Get<uint16_t>();
  sheet.tenant = reader.Get<uint32_t>();
  sheet.principal = reader.Get<uint64_t>();
  sheet.device = reader.Get<uint64_t>();
  sheet.issued_ms = reader.Get<uint64_t>();
  sheet.deadline_ms = reader.Get<uint64_t>();
  sheet.leaf_index = reader.Get<uint64_t>();
  sheet.request_hash = reader.GetArray<32>();
  parsed.head = bytes.substr(0, bytes.size() - reader.size());
  sheet.enc = reader.Take(kEncSize);
  for (size_t i = 0; i < num_entries && reader.ok(); ++i) {
    sheet.entries.push_back(ReadEntry(bytes, &reader));
  }
  parsed.signature = reader.Take(kSignatureSize);
  if (!is_sheet || !reader.AtEnd() || !IsWellFormed(sheet)) {
    return Malformed("parse route sheet");
  }
  parsed.signed_part = bytes.substr(0, bytes.size() - kSignatureSize);
  return parsed;
}

}  // namespace parcelveil::wire
