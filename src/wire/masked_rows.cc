// SPDX-License-Identifier: Apache-2.0
#include "src/wire/masked_rows.h"

#include <algorithm>

#include "src/base/status.h"
#include "src/base/utf8.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"
#include "src/wire/padding.h"
#include "src/wire/reveal_reply.h"

namespace parcelveil::wire {
namespace {

constexpr uint8_t kListType = 0x25;
constexpr Slot kLastFieldSlot{0x3FFF};
constexpr size_t kMaxFields = 255;
constexpr size_t kMaxTextSize = 65535;

absl::Status Malformed(std::string_view operation) {
  return MakeStatus(Reason::kMalformed,
                    std::string(operation) +
                        ": they are not rows of version 1; ask for them anew");
}

bool IsWellFormed(const MaskedRow& row) {
  Slot last{};
  for (const MaskedRow::Field& field : row.fields) {
    if (field.slot <= last || field.slot > kLastFieldSlot ||
        field.text.size() > kMaxTextSize || !base::IsUtf8(field.text)) {
      return false;
    }
    last = field.slot;
  }
  return CheckRecordId(row.record_id).ok() && row.fields.size() <= kMaxFields;
}

bool AreWellFormed(absl::Span<const MaskedRow> rows) {
  return std::all_of(rows.begin(), rows.end(),
                     [](const MaskedRow& row) { return IsWellFormed(row); });
}

void PutRows(absl::Span<const MaskedRow> rows, Appender* out) {
  for (const MaskedRow& row : rows) {
    out->PutLp8(row.record_id);
    out->Put(static_cast<uint8_t>(row.fields.size()));
    for (const MaskedRow::Field& field : row.fields) {
      out->Put(ToInt(field.slot));
      out->Put(static_cast<uint16_t>(field.text.size()));
      out->Put(field.text);
    }
  }
}

std::vector<MaskedRow> ReadRows(size_t num_rows, Reader* reader) {
  std::vector<MaskedRow> rows;
  for (size_t i = 0; i < num_rows && reader->ok(); ++i) {
    MaskedRow row;
    row.record_id = reader->TakeLp8();
    const size_t num_fields = reader->Get<uint8_t>();
    for (size_t j = 0; j < num_fields && reader->ok(); ++j) {
      MaskedRow::Field field;
      field.slot = Slot{reader->Get<uint16_t>()};
      field.text = reader->Take(reader->Get<uint16_t>());
      row.fields.push_back(field);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

absl::StatusOr<std::string> EncodeSearchRows(absl::Span<const MaskedRow> rows) {
  if (rows.size() > kMaxSearchRows || !AreWellFormed(rows)) {
    return Malformed("write masked rows");
  }
  std::string bytes;
  Appender out(&bytes);
  out.Put(static_cast<uint8_t>(rows.size()));
  PutRows(rows, &out);
  const size_t size = bytes.size();
  bytes.resize(PaddedSize(size, kReplyPad));
  Pad({reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()}, size);
  return bytes;
}

absl::StatusOr<std::vector<MaskedRow>> ParseSearchRows(
    std::string_view padded) {
  const auto size = UnpaddedSize(AsBytes(padded));
  Reader reader(padded.substr(0, size.value_or(0)));
  const size_t num_rows = reader.Get<uint8_t>();
  std::vector<MaskedRow> rows = ReadRows(num_rows, &reader);
  if (!reader.AtEnd() || !AreWellFormed(rows)) {
    return Malformed("parse masked rows");
  }
  return rows;
}

absl::StatusOr<std::string> EncodeMaskedList(const MaskedList& list) {
  if (list.rows.size() > kMaxListRows || !AreWellFormed(list.rows)) {
    return Malformed("write list");
  }
  std::string bytes;
  Appender out(&bytes);
  out.Put(kListType);
  out.Put(uint8_t{0});
  out.Put(static_cast<uint16_t>(list.rows.size()));
  out.Put(list.served_ms);
  PutRows(list.rows, &out);
  return bytes;
}

absl::StatusOr<MaskedList> ParseMaskedList(std::string_view bytes) {
  Reader reader(bytes);
  const bool is_list =
      reader.Get<uint8_t>() == kListType && reader.Get<uint8_t>() == 0;
  const size_t num_rows = reader.Get<uint16_t>();
  MaskedList list;
  list.served_ms = reader.Get<uint64_t>();
  list.rows = ReadRows(num_rows, &reader);
  if (!is_list || !reader.AtEnd() || !AreWellFormed(list.rows)) {
    return Malformed("parse list");
  }
  return list;
}

}  // namespace parcelveil::wire
