// SPDX-License-Identifier: Apache-2.0
#include "src/wire/masked_rows.h"

#include <algorithm>

#include "src/base/status.h"
#include "src/base/utf8.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"
#include "src/wire/padding.h"
#include "src/wire/reveal_reply.h"
#include "src/wire/view_layout.h"

namespace parcelveil::wire {
namespace {

constexpr uint8_t kListType = 0x25;
constexpr size_t kListHeadSize = 12;
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

void PutField(Slot slot, std::string_view text, std::string* out) {
  uint8_t head[4];
  Writer writer(head);
  writer.Put(ToInt(slot));
  writer.Put(static_cast<uint16_t>(text.size()));
  out->append(AsText(head)).append(text);
}

void PutRows(absl::Span<const MaskedRow> rows, std::string* out) {
  for (const MaskedRow& row : rows) {
    Appender(out).PutLp8(row.record_id);
    Appender(out).Put(static_cast<uint8_t>(row.fields.size()));
    for (const MaskedRow::Field& field : row.fields) {
      PutField(field.slot, field.text, out);
    }
  }
}

// Returns how many fields `entries` has.
size_t PutFieldsOf(std::string_view entries, std::string* out) {
  size_t num_fields = 0;
  for (; !entries.empty(); ++num_fields) {
    const ViewEntry entry = TakeViewEntry(&entries);
    PutField(entry.slot, entry.text, out);
  }
  return num_fields;
}

void PutListHead(size_t num_rows, uint64_t served_ms, std::string* out) {
  Appender appender(out);
  appender.Put(kListType);
  appender.Put(uint8_t{0});
  appender.Put(static_cast<uint16_t>(num_rows));
  appender.Put(served_ms);
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
  Appender(&bytes).Put(static_cast<uint8_t>(rows.size()));
  PutRows(rows, &bytes);
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
  PutListHead(list.rows.size(), list.served_ms, &bytes);
  PutRows(list.rows, &bytes);
  return bytes;
}

absl::StatusOr<std::string> EncodeListOfViews(uint64_t served_ms,
                                              absl::Span<const ViewRow> rows) {
  bool is_well_formed = rows.size() <= kMaxListRows;
  std::string bytes;
  size_t room = kListHeadSize;
  for (const ViewRow& row : rows) {
    room += 2 + row.record_id.size() + row.entries.size();
  }
  bytes.reserve(room);  // an entry is a byte longer than a field
  PutListHead(rows.size(), served_ms, &bytes);
  for (const ViewRow& row : rows) {
    Appender(&bytes).PutLp8(row.record_id);
    const size_t count_at = bytes.size();
    bytes.push_back(0);
    const size_t num_fields = PutFieldsOf(row.entries, &bytes);
    bytes[count_at] = static_cast<char>(num_fields);
    is_well_formed &=
        CheckRecordId(row.record_id).ok() && num_fields <= kMaxFields;
  }
  if (!is_well_formed) return Malformed("write list");
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
