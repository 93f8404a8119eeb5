// SPDX-License-Identifier: Apache-2.0
// A table map that is accepted names everything it must, nothing twice, and
// nothing that is sealed as something to be shown.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "parcelveil/table_map.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto map = parcelveil::TableMap::Parse(text);
  if (!map.ok()) {
    Require(!map.status().message().empty());
    return 0;
  }
  Require(!map->table.empty() && !map->record_id.empty());
  Require(!map->epoch_from.empty() && !map->columns.empty());
  std::set<std::string> names;
  std::set<parcelveil::Slot> slots;
  const auto add = [&](const std::string& name) {
    Require(!name.empty());
    Require(names.insert(absl::AsciiStrToLower(name)).second);
  };
  for (const auto& column : map->columns) {
    add(column.name);
    add(column.sealed_column);
    for (const auto& index : column.indexes) add(index.column);
    Require(slots.insert(column.slot).second);
  }
  for (const auto& view : map->views) {
    add(view.column);
    Require(slots.insert(view.slot).second);
  }
  for (const auto& shown : map->show) {
    Require(names.count(absl::AsciiStrToLower(shown)) == 0);
  }
  return 0;
}
