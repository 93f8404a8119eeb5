// SPDX-License-Identifier: Apache-2.0
// The text of views: what CheckView takes is found entry by entry, and written
// again it is the same bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "src/base/utf8.h"
#include "src/wire/bytes.h"
#include "src/wire/view_layout.h"

namespace wire = parcelveil::wire;

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view view(reinterpret_cast<const char*>(data), size);
  if (!wire::CheckView(view).ok()) return 0;
  std::string again;
  wire::Reader reader(view);
  while (reader.size() > 0) {
    const parcelveil::Slot slot{reader.Get<uint16_t>()};
    reader.Get<uint8_t>();
    reader.Take(reader.Get<uint16_t>());
    const auto entry = wire::FindViewEntry(view, slot);
    Require(entry.has_value() && parcelveil::base::IsUtf8(entry->text));
    wire::AppendViewEntry(*entry, &again);
  }
  Require(again == view);
  return 0;
}
