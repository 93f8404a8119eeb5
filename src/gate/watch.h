// SPDX-License-Identifier: Apache-2.0
// What an operator should look at: look-ups in the order of a list, after
// hours, and quotas of an outlet or the tenant that were reached.
//
// List-driven look-ups. A route visits records in an order that has nothing to
// do with their ids, so of n look-ups in a row the number with a higher id than
// the one before is that of a random permutation: (n-1)/2 on average, with a
// standard deviation of sqrt((n+1)/12), whatever the ids look like. Somebody
// who works off a sorted list gets nearly n-1, or nearly 0 the other way round;
// a few look-ups in between do not hide it. Nothing is known of the list
// itself, and no id is kept longer than its place in the row.

#ifndef PARCELVEIL_SRC_GATE_WATCH_H_
#define PARCELVEIL_SRC_GATE_WATCH_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "absl/time/time.h"
#include "parcelveil/gate.h"

namespace parcelveil::gate {

// Thread-safety: all methods may run concurrently; alerts are raised by the
// thread that noticed.
class Watch {
 public:
  Watch(const GatePolicy& policy, absl::TimeZone time_zone,
        std::function<void(const GateAlert&)> alert);

  // One record was granted to somebody.
  void Granted(const Principal& principal, uint64_t device,
               std::string_view record_id, absl::Time now);
  // A breaker's limit was reached by a request of `principal`.
  void BreakerReached(const Principal& principal, SubjectKind of,
                      absl::Time now);
  // A device has seen another log than this one.
  void ForkSeen(const Principal& principal, uint64_t device, absl::Time now);
  // The store, the log or the embedder's database failed.
  void Trouble(const absl::Status& status, absl::Time now);

 private:
  // The last look-ups of one principal.
  struct Row {
    std::string last_id;
    std::deque<bool> rises;  // whether an id was above the one before
    size_t num_rises = 0;
    absl::Time last_time;
  };
  static constexpr size_t kMaxPrincipals = 65536;

  bool IsAfterHours(absl::Time now) const;
  // Whether the row, with `record_id` added, is in the order of a list.
  bool IsListDriven(uint64_t principal, std::string_view record_id,
                    absl::Time now);
  // Raises `alert`, but one of a kind and subject no more often than `pause`.
  void Raise(const GateAlert& alert, uint64_t subject, absl::Duration pause,
             absl::Time now);

  const size_t list_lookups_;
  const double list_deviations_;
  const int work_from_hour_;
  const int work_to_hour_;
  const absl::TimeZone time_zone_;
  const std::function<void(const GateAlert&)> alert_;

  std::mutex mutex_;
  std::unordered_map<uint64_t, Row> rows_;
  std::map<std::pair<GateAlert::Kind, uint64_t>, absl::Time> raised_;
};

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_WATCH_H_
