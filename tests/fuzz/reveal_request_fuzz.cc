// SPDX-License-Identifier: Apache-2.0
// Requests to a gate, and what is sealed in a search: what is taken is written
// again as the same bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "src/wire/bytes.h"
#include "src/wire/reveal_request.h"

namespace wire = parcelveil::wire;

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckRequest(std::string_view bytes) {
  const auto parsed = wire::ParseRevealRequest(bytes);
  if (!parsed.ok()) return;
  Require(bytes.size() <= wire::kMaxRequestSize);
  const std::string part = wire::EncodeUnsignedRequest(parsed->request).value();
  Require(part == parsed->signed_part);
  Require(part + std::string(parsed->signature) == bytes);
}

void CheckQuery(std::string_view padded) {
  const auto query = wire::ParseSearchQuery(wire::AsBytes(padded));
  if (!query.ok()) return;
  std::vector<uint8_t> again(wire::SearchQuerySize(*query));
  Require(wire::EncodeSearchQuery(*query, absl::MakeSpan(again)).ok());
  // Whoever padded it to more than a block of 64 spells nothing else.
  Require(padded.size() != again.size() || wire::AsText(again) == padded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckRequest(bytes);
  CheckQuery(bytes);
  return 0;
}
