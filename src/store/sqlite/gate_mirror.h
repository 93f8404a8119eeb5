// SPDX-License-Identifier: Apache-2.0
// GateMirror: what the gate looks up for every request, as it is committed.
//
// The one connection is busy while a commit waits for the disk; what it would
// be asked meanwhile is kept here too. It is exact, since nobody else writes.

#ifndef PARCELVEIL_SRC_STORE_SQLITE_GATE_MIRROR_H_
#define PARCELVEIL_SRC_STORE_SQLITE_GATE_MIRROR_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/gate_store.h"
#include "src/store/sqlite/statement_cache.h"

namespace parcelveil {

// A value. Times are whole milliseconds, as in the database.
struct GateMirror {
  using NonceKey = std::pair<uint64_t, std::array<uint8_t, 16>>;
  using ChargedKey = std::tuple<SubjectKind, uint64_t, QuotaClass, Epoch>;
  using CoverageKey = std::tuple<std::string, uint64_t, std::string>;

  uint64_t num_leaves = 0;
  uint64_t checkpoint_size = 0;
  std::optional<std::string> checkpoint;
  absl::flat_hash_map<uint64_t, EnrolledDevice> devices;
  absl::flat_hash_map<uint64_t, Principal> principals;
  absl::flat_hash_map<NonceKey, UsedNonce> nonces;
  absl::flat_hash_map<ChargedKey, uint64_t> charged;  // how many records
  absl::flat_hash_set<std::string> held;
  // By subject and approver, until when.
  absl::flat_hash_map<std::string, std::map<uint64_t, absl::Time>> approvals;
  absl::flat_hash_map<CoverageKey, absl::Time> coverage;  // until when
  absl::flat_hash_map<std::string, std::string> values;

  // Errors: the database's; kDataLoss for what no gate has written.
  static absl::StatusOr<GateMirror> Load(StatementCache* sql);

  // Mirrors of the deletions in gate_prune.h.
  void ForgetNonces(absl::Time before);
  void ForgetExpired(absl::Time now);
  void ForgetCharges(Epoch before);
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_SQLITE_GATE_MIRROR_H_
