// SPDX-License-Identifier: Apache-2.0
// FakeGate: answers like a gate, from the same primitives, without any check.

#ifndef PARCELVEIL_TESTS_DEVICE_FAKE_GATE_H_
#define PARCELVEIL_TESTS_DEVICE_FAKE_GATE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "parcelveil/audit.h"
#include "parcelveil/clock.h"
#include "parcelveil/reason.h"
#include "parcelveil/secret.h"
#include "src/crypto/sign.h"
#include "src/wire/gate_card.h"
#include "src/wire/masked_rows.h"
#include "src/wire/reveal_reply.h"
#include "src/wire/reveal_request.h"

namespace parcelveil::testing {

class FakeGate {
 public:
  using Values = std::vector<std::pair<Slot, std::string>>;

  // Gates of different `number` have different keys. `clock` is the gate's.
  FakeGate(uint8_t number, const Clock* clock);

  std::string Card() const;
  wire::GateCard card;      // may be changed before Card()
  uint64_t leaf_index = 0;  // that replies name

  // Grants a reveal of `values`, or what else is padded already.
  std::string Grant(std::string_view request, const Values& values,
                    absl::Duration ttl = absl::Minutes(15)) const;
  std::string GrantPadded(std::string_view request, std::string_view padded,
                          absl::Duration ttl = absl::Minutes(15)) const;
  std::string Refuse(std::string_view request, Reason code,
                     absl::Duration retry_after = {}) const;
  // A route sheet on which every record of the request has `values`; as the
  // answer to `instead`, where that is given.
  std::string Sheet(std::string_view request, const Values& values,
                    absl::Duration life, std::string_view instead = {}) const;
  // What a search asked for, opened; the phone is copied to `phone`.
  wire::SearchQuery OpenQuery(std::string_view request,
                              std::string* phone) const;

  // The checkpoint that replies carry from now on.
  void SetHead(const TreeHead& head);
  // One whose root consists of one byte.
  void SetCheckpoint(uint64_t size, uint8_t root);
  std::string note;

  // Signs anything as this gate would.
  std::string SignReply(std::string unsigned_reply) const;

 private:
  wire::RevealReply HeadFor(std::string_view request) const;

  const Clock* clock_;
  crypto::SigningKey key_;
  crypto::SigningKey log_key_;
  Secret query_key_;
};

// Fields as they are sealed in a reply.
std::string PaddedFields(const FakeGate::Values& values);

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_DEVICE_FAKE_GATE_H_
