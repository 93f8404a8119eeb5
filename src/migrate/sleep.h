// SPDX-License-Identifier: Apache-2.0
// Waiting that a signal ends.

#ifndef PARCELVEIL_SRC_MIGRATE_SLEEP_H_
#define PARCELVEIL_SRC_MIGRATE_SLEEP_H_

#include <atomic>

#include "absl/time/time.h"

namespace parcelveil {

// Sleeps, and wakes up early where `stop` is set: then returns false.
bool SleepUnlessStopped(absl::Duration duration, const std::atomic<bool>* stop);

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_MIGRATE_SLEEP_H_
