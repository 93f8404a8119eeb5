// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/cell_key.h"

#include "src/wire/bytes.h"

namespace parcelveil::migrate {

std::optional<wire::FieldHeader> CellKeyOf(std::string_view bytes) {
  constexpr uint8_t kField = 0x01, kIndexValue = 0x31;
  if (bytes.size() < kCellKeySize) return std::nullopt;
  wire::Reader reader(bytes.substr(0, kCellKeySize));
  const uint8_t type = reader.Get<uint8_t>();
  if (type != kField && type != kIndexValue) return std::nullopt;
  wire::FieldHeader key;
  key.gen = reader.Get<uint8_t>();
  key.epoch = Epoch{reader.Get<uint16_t>()};
  key.scope = Scope{reader.Get<uint32_t>()};
  return key;
}

std::vector<Slot> AddedSlots(const TableMap& map, const Schema& schema) {
  std::vector<Slot> slots;
  for (const auto& column : map.columns) slots.push_back(column.slot);
  for (const auto& view : map.views) slots.push_back(view.slot);
  for (const auto& column : map.columns) {
    for (const auto& index : column.indexes) {
      const Schema::IndexSlot* slot =
          schema.FindIndexOf(column.slot, index.rule);
      slots.push_back(slot == nullptr ? Slot{} : slot->id);
    }
  }
  return slots;
}

}  // namespace parcelveil::migrate
