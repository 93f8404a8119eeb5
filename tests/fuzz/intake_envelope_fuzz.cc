// SPDX-License-Identifier: Apache-2.0
// Intake envelopes, and the orders sealed in them: what is taken is written
// again as the same bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "src/wire/intake_envelope.h"

namespace {

namespace wire = parcelveil::wire;

void CheckEnvelope(std::string_view bytes) {
  const auto envelope = wire::ParseIntakeEnvelope(bytes);
  if (!envelope.ok()) return;
  const std::string written =
      wire::EncodeEnvelopeHead(*envelope) + std::string(envelope->sealed);
  if (written != bytes) std::abort();
}

void CheckOrder(std::string_view bytes) {
  const auto texts = wire::ParseOrder(bytes);
  if (!texts.ok()) return;
  std::string written(wire::OrderSize(*texts), '\0');
  wire::EncodeOrder(
      *texts, {reinterpret_cast<uint8_t*>(written.data()), written.size()});
  if (written != bytes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckEnvelope(bytes);
  CheckOrder(bytes);
  return 0;
}
