// SPDX-License-Identifier: Apache-2.0
// The vectors of SPEC.md section 13 as the structs of src/wire.

#ifndef PARCELVEIL_TESTS_WIRE_REVEAL_VECTORS_H_
#define PARCELVEIL_TESTS_WIRE_REVEAL_VECTORS_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parcelveil/ids.h"
#include "parcelveil/secret.h"
#include "src/crypto/sign.h"
#include "src/wire/bytes.h"
#include "src/wire/reveal_request.h"
#include "tests/testing/vectors.h"

namespace parcelveil::testing {

template <size_t N>
std::array<uint8_t, N> ArrayOf(const Vector& vector, const std::string& name) {
  return wire::Reader(vector.Bytes(name)).GetArray<N>();
}

inline std::vector<Slot> SlotsOf(const Vector& vector) {
  std::vector<Slot> slots;
  for (uint64_t slot : vector.Numbers("slots")) {
    slots.push_back(Slot{static_cast<uint16_t>(slot)});
  }
  return slots;
}

inline Secret SecretOf(std::string bytes) {
  return Secret::Take({reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()})
      .value();
}

// `part` and its signature under `seed`.
inline std::string Signed(const std::string& seed, std::string_view prefix,
                          const std::string& part) {
  const auto key = crypto::SigningKey::FromSeed(SecretOf(seed)).value();
  return part + std::string(wire::AsText(key.Sign(prefix, part).value()));
}

inline wire::RevealRequest RequestOf(const Vector& vector) {
  wire::RevealRequest request;
  request.kind = RequestKind{static_cast<uint8_t>(vector.Number("kind"))};
  request.purpose = Purpose{static_cast<uint16_t>(vector.Number("purpose"))};
  request.tenant = static_cast<uint32_t>(vector.Number("tenant"));
  request.principal = vector.Number("principal");
  request.device = vector.Number("device");
  request.time_ms = vector.Number("time_ms");
  request.nonce = ArrayOf<16>(vector, "nonce");
  request.reply_key = ArrayOf<32>(vector, "reply_pk");
  request.gate_id = ArrayOf<16>(vector, "gate_id");
  request.seen_size = vector.Number("seen_size");
  request.seen_root = ArrayOf<32>(vector, "seen_root");
  request.slots = SlotsOf(vector);
  for (const Vector& record : vector.List("record_ids")) {
    request.record_ids.push_back(record.Bytes("record_id"));
  }
  request.ticket = vector.Bytes("ticket");
  request.sealed_query = vector.Bytes("sealed_query");
  return request;
}

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_WIRE_REVEAL_VECTORS_H_
