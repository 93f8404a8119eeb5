// SPDX-License-Identifier: Apache-2.0
// What a gate's store forgets.

#ifndef PARCELVEIL_SRC_STORE_SQLITE_GATE_PRUNE_H_
#define PARCELVEIL_SRC_STORE_SQLITE_GATE_PRUNE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/ids.h"
#include "src/store/sqlite/statement_cache.h"

namespace parcelveil {

// Each deletes inside the transaction that the caller has begun.

absl::Status DeleteNonces(StatementCache* sql, absl::Time before);
// Approvals, coverage and dial uses.
absl::Status DeleteExpired(StatementCache* sql, absl::Time now);
// Buckets that no window reaches at `now`.
absl::Status DeleteOldBuckets(StatementCache* sql, absl::Time now);
// Some thousands of the charges of days before `before`: a day has millions,
// and reveals wait meanwhile. Returns false once none are left.
absl::StatusOr<bool> DeleteSomeCharges(StatementCache* sql, Epoch before);

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_SQLITE_GATE_PRUNE_H_
