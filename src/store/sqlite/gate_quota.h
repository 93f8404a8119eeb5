// SPDX-License-Identifier: Apache-2.0
// Quotas in tables: which records a charge counts, and whether they fit.

#ifndef PARCELVEIL_SRC_STORE_SQLITE_GATE_QUOTA_H_
#define PARCELVEIL_SRC_STORE_SQLITE_GATE_QUOTA_H_

#include <array>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/gate_store.h"
#include "src/gate/quota_window.h"
#include "src/store/sqlite/statement_cache.h"

namespace parcelveil {

// The records of `charge` that are new to its counter on `day`, each once,
// ascending.
absl::StatusOr<std::vector<std::array<uint8_t, 16>>> NewRecords(
    StatementCache* sql, const Charge& charge, Epoch day);

// Charges what NewRecords gave.
absl::Status PutRecords(StatementCache* sql, const Charge& charge,
                        const std::vector<std::array<uint8_t, 16>>& added,
                        Epoch day);

// The counters, read once and written once a transaction: a group of grants
// charges the same outlet and tenant again and again. Stays exact because
// nobody else writes the table.
// Thread-safety: none.
class QuotaCounters {
 public:
  explicit QuotaCounters(StatementCache* sql) : sql_(sql) {}

  // Zero where `added` more fit into every window of `charge`, otherwise how
  // long until they do.
  absl::StatusOr<absl::Duration> TimeUntilRoom(const Charge& charge,
                                               uint64_t added, absl::Time now);
  absl::Status Add(const Charge& charge, uint64_t added, absl::Time now);
  // Writes what was added: the last thing before a commit.
  absl::Status Flush();
  // Call after a rollback: the table is not as it is known here.
  void Forget();

 private:
  // Kind, subject, class, window in seconds.
  using Key = std::tuple<SubjectKind, uint64_t, QuotaClass, int64_t>;
  struct Window {
    int64_t first;                          // bucket known, as all after it
    std::vector<gate::BucketCount> counts;  // ascending
  };

  // The buckets of a window that count at `now`, and none before.
  absl::StatusOr<Window*> Find(const Charge& charge, absl::Duration length,
                               absl::Time now);
  absl::StatusOr<Window> Read(const Key& key, int64_t first);

  StatementCache* const sql_;
  absl::flat_hash_map<Key, Window> windows_;
  absl::flat_hash_map<std::pair<Key, int64_t>, uint64_t> added_;  // by bucket
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_SQLITE_GATE_QUOTA_H_
