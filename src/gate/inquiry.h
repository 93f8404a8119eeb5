// SPDX-License-Identifier: Apache-2.0
// What a gate knows of one request: it grows from check to check.

#ifndef PARCELVEIL_SRC_GATE_INQUIRY_H_
#define PARCELVEIL_SRC_GATE_INQUIRY_H_

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "parcelveil/gate_policy.h"
#include "parcelveil/gate_store.h"
#include "parcelveil/parcels.h"
#include "parcelveil/reveal.h"
#include "src/gate/keyring_in_use.h"
#include "src/gate/record_ref.h"
#include "src/gate/search.h"
#include "src/wire/dial_token.h"
#include "src/wire/reveal_request.h"

namespace parcelveil::gate {

struct Inquiry {
  // As it came.
  std::string_view bytes;
  std::string_view connection;
  absl::Time now;

  // Check 1.
  wire::ParsedRequest parsed;
  Sha256Digest hash{};
  // Checks 4 and 5.
  std::optional<EnrolledDevice> device;
  Principal principal;
  std::shared_ptr<const KeyringInUse> keyring;
  // Check 6: the request was granted before.
  std::optional<UsedNonce> used;
  // Check 8.
  GatePolicy::Request asked;
  OpenedQuery query;  // of a search
  // Check 9: one a record, in the request's order.
  std::vector<Parcel> parcels;
  std::vector<RecordRef> refs;
  FoundRows found;           // of a search
  wire::TokenId token_id{};  // of a dial

  const wire::RevealRequest& request() const { return parsed.request; }
};

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_INQUIRY_H_
