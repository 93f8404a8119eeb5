// SPDX-License-Identifier: Apache-2.0
// Three files of abseil 20220623, in a form that fits into a shared library.
//
// Debian's static abseil is position-independent but for these: their
// thread-local variables are reached as only a program may reach its own. The
// linker takes what is here in their place. What they do is abseil's, less what
// it does for profilers and debug builds.

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <thread>

#include "absl/base/internal/sysinfo.h"
#include "absl/base/options.h"
#include "absl/container/internal/raw_hash_set.h"
#include "absl/strings/internal/cordz_functions.h"

namespace absl {
ABSL_NAMESPACE_BEGIN

namespace base_internal {

int NumCPUs() {
  static const int num = static_cast<int>(std::thread::hardware_concurrency());
  return num > 0 ? num : 1;
}
double NominalCPUFrequency() { return 1.0; }  // abseil's word for unknown
pid_t GetTID() { return gettid(); }
pid_t GetCachedTID() { return gettid(); }

}  // namespace base_internal

// Nobody samples cords.
namespace cord_internal {

constexpr int64_t kNever = int64_t{1} << 62;
thread_local int64_t cordz_next_sample = kNever;

int32_t get_cordz_mean_interval() { return 0; }
void set_cordz_mean_interval(int32_t) {}
bool cordz_should_profile_slow() {
  cordz_next_sample = kNever;
  return false;
}
void cordz_set_next_sample_for_testing(int64_t) {}

}  // namespace cord_internal

namespace container_internal {

const ctrl_t kEmptyGroup[16] = {
    ctrl_t::kSentinel, ctrl_t::kEmpty, ctrl_t::kEmpty, ctrl_t::kEmpty,
    ctrl_t::kEmpty,    ctrl_t::kEmpty, ctrl_t::kEmpty, ctrl_t::kEmpty,
    ctrl_t::kEmpty,    ctrl_t::kEmpty, ctrl_t::kEmpty, ctrl_t::kEmpty,
    ctrl_t::kEmpty,    ctrl_t::kEmpty, ctrl_t::kEmpty, ctrl_t::kEmpty};

template FindInfo find_first_non_full(const ctrl_t*, size_t, size_t);

bool ShouldInsertBackwards(size_t, const ctrl_t*) { return false; }

void ConvertDeletedToEmptyAndFullToDeleted(ctrl_t* ctrl, size_t capacity) {
  for (ctrl_t* pos = ctrl; pos < ctrl + capacity; pos += Group::kWidth) {
    Group(pos).ConvertSpecialToEmptyAndFullToDeleted(pos);
  }
  for (size_t i = 0; i < NumClonedBytes(); ++i)
    ctrl[capacity + 1 + i] = ctrl[i];
  ctrl[capacity] = ctrl_t::kSentinel;
}

void HashTableSizeOverflow() { std::abort(); }

}  // namespace container_internal

ABSL_NAMESPACE_END
}  // namespace absl
