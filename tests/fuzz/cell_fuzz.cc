// SPDX-License-Identifier: Apache-2.0
// Field ciphertexts: what ParseFieldHeader takes has one encoding, and no bytes
// open in a cell that they were not sealed in.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "src/crypto/field_aead.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"

namespace wire = parcelveil::wire;

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// Keys that no corpus file was sealed with.
constexpr uint8_t kKeys[parcelveil::crypto::kCellKeysSize] = {1};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view sealed(reinterpret_cast<const char*>(data), size);
  const auto header = wire::ParseFieldHeader(sealed);
  if (!header.ok()) return 0;
  uint8_t encoded[wire::kFieldHeaderSize];
  wire::EncodeFieldHeader(*header, encoded);
  Require(wire::AsText(encoded) == sealed.substr(0, sizeof(encoded)));

  const wire::CellBinding binding(
      *header, 7, {parcelveil::Slot::kSenderPhone, "SF1234567890123", 0});
  const absl::Span<const uint8_t> body =
      wire::AsBytes(sealed).subspan(wire::kFieldHeaderSize);
  std::string out(size - wire::kFieldOverhead, 'x');
  const absl::Span<uint8_t> space(reinterpret_cast<uint8_t*>(out.data()),
                                  out.size());
  size_t text_size = 0;
  Require(!parcelveil::crypto::OpenField(kKeys, {binding.bytes()}, body, space,
                                         &text_size));
  Require(out == std::string(out.size(), '\0'));
  return 0;
}
