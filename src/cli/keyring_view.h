// SPDX-License-Identifier: Apache-2.0
// What `keyring show` shows of a keyring file: never a key.

#ifndef PARCELVEIL_SRC_CLI_KEYRING_VIEW_H_
#define PARCELVEIL_SRC_CLI_KEYRING_VIEW_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/schema.h"

namespace parcelveil::cli {

struct DayView {
  Epoch day;
  std::string state;  // "ahead", "today", "past", "held", "destroyed"
  int num_keys;
};

// The days with at least one key that a role may open now.
struct RoleDays {
  Role role;
  std::optional<Epoch> first;
  std::optional<Epoch> last;
  std::optional<absl::Time> ends;  // access to the first day; none: no end
  // The last day that the role's key pairs serve.
  Epoch pairs_until;
};

struct KeyringView {
  uint32_t tenant;
  uint64_t serial;
  absl::Time created;
  absl::Time sealing_stops;
  absl::TimeZone zone;
  Epoch today;
  Schema schema;
  std::vector<RoleDays> roles;  // of a shard: the scoped ones
  std::vector<DayView> days;    // ascending
};

// Errors: as Keyring::Load.
absl::StatusOr<KeyringView> ViewKeyring(
    std::string_view file, const std::vector<SignerPublicKey>& signers,
    absl::Time now);

// What needs care, a sentence each: keys, file or key pairs that run out within
// `days`, a timer that did not run.
std::vector<std::string> FindProblems(const KeyringView& view, absl::Time now,
                                      int days);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_KEYRING_VIEW_H_
