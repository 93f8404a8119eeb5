// SPDX-License-Identifier: Apache-2.0
// RecordRefs: which record a leaf of the log is about. Leaves name records by
// keyed hashes that change every day, so those of a few records are computed
// for every day in question, rather than one for every leaf.

#ifndef PARCELVEIL_SRC_TRACE_RECORD_REFS_H_
#define PARCELVEIL_SRC_TRACE_RECORD_REFS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/trace.h"

namespace parcelveil::trace {

// Records by number, from 0 in the order in which they were added.
class RecordSet {
 public:
  // `day`: the one its cells are sealed under.
  uint32_t Add(std::string_view record_id, Epoch day) {
    ids_.append(record_id);
    ends_.push_back(ids_.size());
    days_.push_back(day);
    return static_cast<uint32_t>(ends_.size() - 1);
  }
  uint32_t size() const { return static_cast<uint32_t>(ends_.size()); }
  std::string_view IdOf(uint32_t record) const {
    const uint64_t begin = record == 0 ? 0 : ends_[record - 1];
    return std::string_view(ids_).substr(begin, ends_[record] - begin);
  }
  Epoch DayOf(uint32_t record) const { return days_[record]; }

 private:
  std::string ids_;
  std::vector<uint64_t> ends_;
  std::vector<Epoch> days_;
};

// Days whose references this role can compute, and those whose it cannot any
// more; days that never had a key are neither. Ascending.
struct RefDays {
  std::vector<Epoch> open;
  std::vector<Epoch> closed;
};
// Errors: KEY_UNAVAILABLE, KEY_MISMATCH.
absl::StatusOr<RefDays> FindRefDays(const Keyring* keyring,
                                    TraceRecords::Days days);

// Thread-safety: const methods may run concurrently.
class RecordRefs {
 public:
  // Computes the references of every record on the days of `days`, but for days
  // long before its own. Keys that cannot be used any more are passed over.
  // Errors: KEY_UNAVAILABLE, KEY_MISMATCH.
  static absl::StatusOr<RecordRefs> Make(const Keyring* keyring,
                                         const RecordSet& records,
                                         TraceRecords::Days days);

  std::optional<uint32_t> Find(const std::array<uint8_t, 16>& ref) const;

 private:
  // By the first 8 bytes of a reference: of the few million that are looked
  // for, one meets a foreign leaf's by chance once in a million traces.
  absl::flat_hash_map<uint64_t, uint32_t> record_of_;
};

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_RECORD_REFS_H_
