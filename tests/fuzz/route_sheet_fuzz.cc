// SPDX-License-Identifier: Apache-2.0
// Route sheets: what is taken is written again as the same bytes, and every
// entry's head stands where the parser says.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "src/wire/route_sheet.h"

namespace wire = parcelveil::wire;

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parsed = wire::ParseRouteSheet(bytes);
  if (!parsed.ok()) return 0;
  const wire::RouteSheet& sheet = parsed->sheet;
  Require(wire::EncodeSheetHead(sheet, sheet.entries.size()) == parsed->head);
  for (const wire::SheetEntry& entry : sheet.entries) {
    Require(wire::EncodeSheetEntryHead(entry, entry.sealed.size()) ==
            entry.head);
  }
  const std::string part = wire::EncodeUnsignedSheet(sheet).value();
  Require(part == parsed->signed_part);
  Require(part + std::string(parsed->signature) == bytes);
  return 0;
}
