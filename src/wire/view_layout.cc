// SPDX-License-Identifier: Apache-2.0
#include "src/wire/view_layout.h"

#include "src/base/status.h"
#include "src/base/utf8.h"
#include "src/wire/bytes.h"

namespace parcelveil::wire {
namespace {

constexpr uint16_t kMaxFieldSlot = 0x3FFF;
constexpr uint8_t kMaxRule = 8;

bool IsWellFormed(const ViewEntry& entry) {
  return ToInt(entry.slot) >= 1 && ToInt(entry.slot) <= kMaxFieldSlot &&
         entry.rule >= 1 && entry.rule <= kMaxRule && base::IsUtf8(entry.text);
}

ViewEntry ReadEntry(Reader* reader) {
  ViewEntry entry;
  entry.slot = Slot{reader->Get<uint16_t>()};
  entry.rule = reader->Get<uint8_t>();
  entry.text = reader->Take(reader->Get<uint16_t>());
  return entry;
}

}  // namespace

void AppendViewEntry(const ViewEntry& entry, std::string* view) {
  uint8_t head[5];
  Writer writer(head);
  writer.Put(ToInt(entry.slot));
  writer.Put(entry.rule);
  writer.Put(static_cast<uint16_t>(entry.text.size()));
  view->append(AsText(head)).append(entry.text);
}

absl::Status CheckView(std::string_view view) {
  Reader reader(view);
  bool is_well_formed = true;
  Slot last{};
  while (reader.ok() && reader.size() > 0) {
    const ViewEntry entry = ReadEntry(&reader);
    is_well_formed &= IsWellFormed(entry) && last < entry.slot;
    last = entry.slot;
  }
  if (!is_well_formed || !reader.AtEnd()) {
    return MakeStatus(Reason::kMalformed,
                      "parse view: its entries are not a view of version 1; "
                      "seal the row again");
  }
  return absl::OkStatus();
}

std::optional<ViewEntry> FindViewEntry(std::string_view view, Slot slot) {
  Reader reader(view);
  while (reader.size() > 0) {
    const ViewEntry entry = ReadEntry(&reader);
    if (entry.slot == slot) return entry;
  }
  return std::nullopt;
}

ViewEntry TakeViewEntry(std::string_view* rest) {
  Reader reader(*rest);
  const ViewEntry entry = ReadEntry(&reader);
  rest->remove_prefix(rest->size() - reader.size());
  return entry;
}

}  // namespace parcelveil::wire
