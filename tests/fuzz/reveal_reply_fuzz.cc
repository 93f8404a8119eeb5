// SPDX-License-Identifier: Apache-2.0
// A gate's replies, and the fields sealed in them: what is taken is written
// again as the same bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "src/wire/bytes.h"
#include "src/wire/reveal_reply.h"

namespace wire = parcelveil::wire;

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckReply(std::string_view bytes) {
  const auto parsed = wire::ParseRevealReply(bytes);
  if (!parsed.ok()) return;
  if (parsed->is_short) {
    Require(wire::EncodeShortReply(parcelveil::Reason(parsed->reply.status)) ==
            bytes);
    return;
  }
  const std::string part = wire::EncodeUnsignedReply(parsed->reply);
  Require(part == parsed->signed_part);
  Require(wire::EncodeReplyHead(parsed->reply) == parsed->head);
  Require(part + std::string(parsed->signature) == bytes);
}

void CheckFields(std::string_view padded) {
  const auto fields = wire::ParseRevealed(wire::AsBytes(padded));
  if (!fields.ok()) return;
  std::vector<uint8_t> again(wire::RevealedSize(*fields));
  Require(wire::EncodeRevealed(*fields, absl::MakeSpan(again)).ok());
  // Whoever padded it to more than a block of 128 spells nothing else.
  Require(padded.size() != again.size() || wire::AsText(again) == padded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckReply(bytes);
  CheckFields(bytes);
  return 0;
}
