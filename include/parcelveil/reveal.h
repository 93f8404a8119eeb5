// SPDX-License-Identifier: Apache-2.0
// Reveal: the words that a handheld and a gate share.

#ifndef PARCELVEIL_REVEAL_H_
#define PARCELVEIL_REVEAL_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace parcelveil {

// What is asked of a gate. On the wire: never renumber.
enum class RequestKind : uint8_t {
  kReveal = 0,  // some fields of one parcel
  kDial = 1,    // a token that telephony dials; no digits are seen
  kSheet = 2,   // a route sheet for waybills without coverage
  kSearch = 3,  // masked rows that hold a phone number
};

// Why it is asked. On the wire and in the log: never renumber.
enum class Purpose : uint16_t {
  kDeliver = 1,
  kAddressCheck = 2,
  kReturn = 3,
  kComplaint = 4,
  kDispute = 5,
  kCustoms = 6,
  kLawfulRequest = 7,
};

// Returns "reveal", "deliver"; "unknown" for a value that is not in the enum.
std::string_view Describe(RequestKind kind);
std::string_view Describe(Purpose purpose);

using Ed25519PublicKey = std::array<uint8_t, 32>;
using X25519PublicKey = std::array<uint8_t, 32>;
using Sha256Digest = std::array<uint8_t, 32>;

// Names a gate in requests: the first 16 bytes of SHA-256 of its Ed25519 key.
using GateId = std::array<uint8_t, 16>;
GateId GateIdOf(const Ed25519PublicKey& gate_key);

}  // namespace parcelveil

#endif  // PARCELVEIL_REVEAL_H_
