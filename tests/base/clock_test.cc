// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/clock.h"

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace parcelveil {
namespace {

TEST(SystemClockTest, TellsTheTimeOfTheHost) {
  const absl::Time before = absl::Now();
  const absl::Time told = SystemClock()->Now();
  const absl::Time after = absl::Now();
  // It lags by up to a tick of the kernel, 10 ms at the slowest.
  EXPECT_GE(told, before - absl::Milliseconds(50));
  EXPECT_LE(told, after);
}

TEST(SystemClockTest, IsOneClock) { EXPECT_EQ(SystemClock(), SystemClock()); }

}  // namespace
}  // namespace parcelveil
