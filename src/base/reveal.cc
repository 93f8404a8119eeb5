// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/reveal.h"

#include <sodium.h>

#include <algorithm>

namespace parcelveil {

std::string_view Describe(RequestKind kind) {
  switch (kind) {
    case RequestKind::kReveal:
      return "reveal";
    case RequestKind::kDial:
      return "dial";
    case RequestKind::kSheet:
      return "sheet";
    case RequestKind::kSearch:
      return "search";
  }
  return "unknown";
}

std::string_view Describe(Purpose purpose) {
  switch (purpose) {
    case Purpose::kDeliver:
      return "deliver";
    case Purpose::kAddressCheck:
      return "address check";
    case Purpose::kReturn:
      return "return";
    case Purpose::kComplaint:
      return "complaint";
    case Purpose::kDispute:
      return "dispute";
    case Purpose::kCustoms:
      return "customs";
    case Purpose::kLawfulRequest:
      return "lawful request";
  }
  return "unknown";
}

GateId GateIdOf(const Ed25519PublicKey& gate_key) {
  Sha256Digest hash;
  crypto_hash_sha256(hash.data(), gate_key.data(), gate_key.size());
  GateId id;
  std::copy_n(hash.begin(), id.size(), id.begin());
  return id;
}

}  // namespace parcelveil
