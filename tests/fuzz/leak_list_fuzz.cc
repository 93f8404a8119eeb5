// SPDX-License-Identifier: Apache-2.0
// Leaked lists: any bytes are read to their end, and how they are cut into
// pieces changes nothing.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/utf8.h"
#include "src/trace/leak_list.h"
#include "src/trace/leaked_text.h"

namespace {

using parcelveil::ReadLeak;
using parcelveil::trace::LeakedText;
using parcelveil::trace::LeakList;

ReadLeak InPieces(std::string_view text, size_t size) {
  return [text, size](absl::Span<char> out) mutable -> absl::StatusOr<size_t> {
    const size_t count = std::min({size, out.size(), text.size()});
    text.copy(out.data(), count);
    text.remove_prefix(count);
    return count;
  };
}

std::vector<std::string> Read(std::string_view text, size_t piece) {
  std::vector<std::string> rows;
  const auto list = LeakList::Open(InPieces(text, piece), absl::UTCTimeZone());
  if (!list.ok()) return rows;
  while (true) {
    const auto row = (*list)->Next();
    if (!row.ok()) std::abort();
    if (!row->has_value()) return rows;
    std::string line = (*row)->problem.has_value() ? "problem" : "";
    for (const std::string_view value :
         {(*row)->name, (*row)->phone, (*row)->address, (*row)->waybill}) {
      if (!parcelveil::base::IsUtf8(value)) std::abort();
      line += std::string(value) + "\n";
      const LeakedText leaked(value);
      if (!leaked.Fits(leaked)) std::abort();
      parcelveil::trace::ParseMaskedPhone(leaked, "86");
    }
    rows.push_back(std::move(line));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // The separator is told by what the first piece holds of the first line.
  const std::string list = "phone,name\n" + std::string(text);
  if (Read(list, 64 << 10) != Read(list, 11)) std::abort();
  Read(text, 64 << 10);
  return 0;
}
