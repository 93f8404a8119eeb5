// SPDX-License-Identifier: Apache-2.0
#include "src/wire/reveal_request.h"

#include <algorithm>

#include "src/base/status.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"
#include "src/wire/padding.h"
#include "src/wire/slot_list.h"

namespace parcelveil::wire {
namespace {

constexpr uint8_t kType = 0x21;
constexpr uint16_t kFirstIndexSlot = 0x4001;
constexpr uint16_t kLastIndexSlot = 0x4FFF;
// index 2 | first 2 | last 2 | scope 4 | length 1
constexpr size_t kQueryHeadSize = 11;

absl::Status Malformed(std::string_view operation) {
  return MakeStatus(
      Reason::kMalformed,
      std::string(operation) + ": it is not a request of version 1; ask anew");
}

bool IsPurpose(Purpose purpose) {
  return purpose >= Purpose::kDeliver && purpose <= Purpose::kLawfulRequest;
}

bool HasRecordsOfItsKind(const RevealRequest& request) {
  const size_t num_records = request.record_ids.size();
  switch (request.kind) {
    case RequestKind::kReveal:
    case RequestKind::kDial:
      return num_records == 1;
    case RequestKind::kSheet:
      return num_records >= 1 && num_records <= kMaxSheetRecords;
    case RequestKind::kSearch:
      return num_records == 0;
  }
  return false;
}

bool AreDistinctIds(const std::vector<std::string>& record_ids) {
  std::vector<std::string_view> sorted(record_ids.begin(), record_ids.end());
  std::sort(sorted.begin(), sorted.end());
  return std::all_of(
             sorted.begin(), sorted.end(),
             [](std::string_view id) { return CheckRecordId(id).ok(); }) &&
         std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
}

bool IsSealedQuerySize(size_t size) {
  return size > kSealedQueryOverhead &&
         (size - kSealedQueryOverhead) % kQueryPad == 0 &&
         size <= kSealedQueryOverhead +
                     PaddedSize(kQueryHeadSize + kMaxQueryTextSize, kQueryPad);
}

// What both the parser and the writer hold a request to.
bool IsWellFormed(const RevealRequest& request, size_t sealed_query_size) {
  const bool has_its_query = request.kind == RequestKind::kSearch
                                 ? IsSealedQuerySize(sealed_query_size)
                                 : sealed_query_size == 0;
  const bool has_seen_a_tree =
      request.seen_size > 0 || request.seen_root == kEmptyTreeRoot;
  return HasRecordsOfItsKind(request) && IsPurpose(request.purpose) &&
         has_seen_a_tree && !request.slots.empty() &&
         request.slots.size() <= kMaxRequestSlots &&
         AreAscending(request.slots) && AreDistinctIds(request.record_ids) &&
         request.ticket.size() <= kMaxTicketSize && has_its_query;
}

bool IsWellFormed(const SearchQuery& query) {
  return ToInt(query.index) >= kFirstIndexSlot &&
         ToInt(query.index) <= kLastIndexSlot && query.first <= query.last &&
         !query.value.empty() && query.value.size() <= kMaxQueryTextSize;
}

std::string WriteUpToQuery(const RevealRequest& request,
                           size_t sealed_query_size) {
  std::string bytes;
  Appender out(&bytes);
  out.Put(kType);
  out.Put(static_cast<uint8_t>(request.kind));
  out.Put(static_cast<uint16_t>(request.purpose));
  out.Put(request.tenant);
  out.Put(request.principal);
  out.Put(request.device);
  out.Put(request.time_ms);
  out.Put(request.nonce);
  out.Put(request.reply_key);
  out.Put(request.gate_id);
  out.Put(request.seen_size);
  out.Put(request.seen_root);
  out.Put(static_cast<uint8_t>(request.slots.size()));
  PutSlots(request.slots, &out);
  out.Put(static_cast<uint8_t>(request.record_ids.size()));
  for (const std::string& id : request.record_ids) out.PutLp8(id);
  out.PutLp8(request.ticket);
  out.Put(static_cast<uint16_t>(sealed_query_size));
  return bytes;
}

}  // namespace

absl::StatusOr<std::string> EncodeUnsignedRequest(
    const RevealRequest& request) {
  if (!IsWellFormed(request, request.sealed_query.size())) {
    return Malformed("write request");
  }
  return WriteUpToQuery(request, request.sealed_query.size()) +
         request.sealed_query;
}

absl::StatusOr<std::string> EncodeQueryBinding(const RevealRequest& request,
                                               size_t sealed_query_size) {
  if (request.kind != RequestKind::kSearch ||
      !IsWellFormed(request, sealed_query_size)) {
    return Malformed("write search request");
  }
  return WriteUpToQuery(request, sealed_query_size);
}

absl::StatusOr<ParsedRequest> ParseRevealRequest(std::string_view bytes) {
  Reader reader(bytes);
  const bool is_request = reader.Get<uint8_t>() == kType;
  ParsedRequest parsed;
  RevealRequest& request = parsed.request;
  request.kind = RequestKind{reader.Get<uint8_t>()};
  request.purpose = Purpose{reader.Get<uint16_t>()};
  request.tenant = reader.Get<uint32_t>();
  request.principal = reader.Get<uint64_t>();
  request.device = reader.Get<uint64_t>();
  request.time_ms = reader.Get<uint64_t>();
  request.nonce = reader.GetArray<16>();
  request.reply_key = reader.GetArray<32>();
  request.gate_id = reader.GetArray<16>();
  request.seen_size = reader.Get<uint64_t>();
  request.seen_root = reader.GetArray<32>();
  request.slots = ReadSlots(reader.Get<uint8_t>(), &reader);
  const size_t num_records = reader.Get<uint8_t>();
  for (size_t i = 0; i < num_records && reader.ok(); ++i) {
    request.record_ids.emplace_back(reader.TakeLp8());
  }
  request.ticket = reader.TakeLp8();
  request.sealed_query = reader.Take(reader.Get<uint16_t>());
  parsed.signature = reader.Take(kSignatureSize);
  if (!is_request || !reader.AtEnd() ||
      !IsWellFormed(request, request.sealed_query.size())) {
    return Malformed("parse request");
  }
  parsed.signed_part = bytes.substr(0, bytes.size() - kSignatureSize);
  return parsed;
}

size_t SearchQuerySize(const SearchQuery& query) {
  return PaddedSize(kQueryHeadSize + query.value.size(), kQueryPad);
}

absl::Status EncodeSearchQuery(const SearchQuery& query,
                               absl::Span<uint8_t> out) {
  if (!IsWellFormed(query) || out.size() != SearchQuerySize(query)) {
    return Malformed("write search");
  }
  Writer writer(out.data());
  writer.Put(ToInt(query.index));
  writer.Put(ToInt(query.first));
  writer.Put(ToInt(query.last));
  writer.Put(ToInt(query.scope));
  writer.Put(static_cast<uint8_t>(query.value.size()));
  writer.Put(query.value);
  Pad(out, writer.size());
  return absl::OkStatus();
}

absl::StatusOr<SearchQuery> ParseSearchQuery(absl::Span<const uint8_t> padded) {
  const auto size = UnpaddedSize(padded);
  Reader reader(AsText(padded.subspan(0, size.value_or(0))));
  SearchQuery query;
  query.index = Slot{reader.Get<uint16_t>()};
  query.first = Epoch{reader.Get<uint16_t>()};
  query.last = Epoch{reader.Get<uint16_t>()};
  query.scope = Scope{reader.Get<uint32_t>()};
  query.value = reader.TakeLp8();
  if (!reader.AtEnd() || !IsWellFormed(query)) return Malformed("parse search");
  return query;
}

}  // namespace parcelveil::wire
