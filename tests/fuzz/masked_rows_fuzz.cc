// SPDX-License-Identifier: Apache-2.0
// Masked rows, of a list and of a search: what is taken is written again as the
// same bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "src/wire/masked_rows.h"

namespace wire = parcelveil::wire;

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto list = wire::ParseMaskedList(bytes);
  if (list.ok()) Require(wire::EncodeMaskedList(*list).value() == bytes);
  const auto rows = wire::ParseSearchRows(bytes);
  if (!rows.ok()) return 0;
  const std::string again = wire::EncodeSearchRows(*rows).value();
  // Whoever padded it to more than a block of 128 spells nothing else.
  Require(bytes.size() != again.size() || bytes == again);
  return 0;
}
