// SPDX-License-Identifier: Apache-2.0
// Reading logs: who accessed which of the records in question. One pass over
// each log; memory grows with these records and the accounts that accessed
// them.

#ifndef PARCELVEIL_SRC_TRACE_ACCESS_LOG_H_
#define PARCELVEIL_SRC_TRACE_ACCESS_LOG_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/trace.h"
#include "src/keyring/calendar.h"
#include "src/trace/evidence.h"
#include "src/trace/record_refs.h"

namespace parcelveil::trace {

// Who accesses: a person, or a channel that is not one.
struct Accessor {
  enum class Kind : uint8_t { kPerson, kSharedAccount, kTelephony, kExport };

  Kind kind{};
  uint64_t principal = 0;  // 0 for telephony
  Role role{};             // the last one seen
  // Of accesses to records of leaked rows, before these were seen.
  std::optional<int64_t> first_ms;
  std::optional<int64_t> last_ms;
  std::vector<Epoch> days;  // ascending
};

// What is looked for in the logs.
struct AccessQuestion {
  const RecordRefs* refs = nullptr;
  // Rows, and which row a record is of (UINT32_MAX: none); records from
  // row_of.size() on are of none.
  const std::vector<Row>* rows = nullptr;
  std::vector<uint32_t> row_of;
  std::optional<Slot> field;
  // Views that show the field: masked rows count, where only these leaked.
  std::vector<Slot> views;
  int64_t from_ms = 0;
  int64_t seen_ms = 0;  // accesses before it count
  std::vector<uint64_t> shared_accounts;
  std::vector<Epoch> closed_days;  // whose references cannot be computed
  keyring::Calendar calendar{};
  uint32_t tenant = 0;
};

// Thread-safety: none.
class AccessLog {
 public:
  explicit AccessLog(AccessQuestion question)
      : question_(std::move(question)) {}

  // Reads the leaves of a log, which is number `log`, up to `size`. `report`
  // takes what was counted. Errors: the log's; MALFORMED for a leaf that is
  // none, unless `accept_damage`; what `progress` returns (after every few
  // thousand leaves).
  struct Options {
    size_t log;
    uint64_t size;
    bool accept_damage;
    std::function<absl::Status(uint64_t leaves_read)> progress;
  };
  absl::Status Read(LogReader* reader, const Options& options,
                    TraceLogReport* report);

  struct Access {
    uint32_t accessor;
    uint32_t record;
    int64_t first_ms;
  };
  // Each accessor with each record it accessed, ascending.
  std::vector<Access> Accesses() const;
  const std::vector<Accessor>& accessors() const { return accessors_; }
  // People with any access in these days, to whatever record.
  size_t num_people() const { return num_people_; }
  // Ascending by time; the first kMaxTimeline of num_timeline().
  std::vector<TraceAccess> Timeline() const;
  uint64_t num_timeline() const { return num_timeline_; }

 private:
  void Note(const Leaf& leaf, uint64_t index, size_t log,
            TraceLogReport* report);
  void NoteRecord(const Leaf& leaf, uint32_t accessor,
                  const TraceAccess& access);
  std::optional<Accessor::Kind> KindOf(const Leaf& leaf) const;
  uint32_t Find(Accessor::Kind kind, const Leaf& leaf);
  void NoteLeaked(int64_t time_ms, const TraceAccess& access, Accessor* by);

  const AccessQuestion question_;
  std::vector<Accessor> accessors_;
  std::map<std::pair<Accessor::Kind, uint64_t>, uint32_t> number_of_;
  absl::flat_hash_map<uint64_t, int64_t> first_ms_;  // by accessor and record
  size_t num_people_ = 0;
  std::vector<TraceAccess> timeline_;
  size_t log_begin_ = 0;  // of the log that is read, in timeline_
  uint64_t num_timeline_ = 0;
};

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_ACCESS_LOG_H_
