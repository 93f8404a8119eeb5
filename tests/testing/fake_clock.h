// SPDX-License-Identifier: Apache-2.0
// FakeClock: a clock that stands still until a test moves it.

#ifndef PARCELVEIL_TESTS_TESTING_FAKE_CLOCK_H_
#define PARCELVEIL_TESTS_TESTING_FAKE_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "parcelveil/clock.h"

namespace parcelveil::testing {

// Thread-safety: all methods may run concurrently.
class FakeClock : public Clock {
 public:
  explicit FakeClock(absl::Time now) : nanos_(absl::ToUnixNanos(now)) {}

  absl::Time Now() const override { return absl::FromUnixNanos(nanos_); }
  void Set(absl::Time now) { nanos_ = absl::ToUnixNanos(now); }
  void Advance(absl::Duration by) { nanos_ += absl::ToInt64Nanoseconds(by); }

 private:
  std::atomic<int64_t> nanos_;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_FAKE_CLOCK_H_
