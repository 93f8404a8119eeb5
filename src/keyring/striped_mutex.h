// SPDX-License-Identifier: Apache-2.0
// A reader-writer lock whose readers do not disturb each other.

#ifndef PARCELVEIL_SRC_KEYRING_STRIPED_MUTEX_H_
#define PARCELVEIL_SRC_KEYRING_STRIPED_MUTEX_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>

namespace parcelveil::keyring {

// Each thread reads under one of 32 mutexes, each on a cache line of its own;
// a writer takes them all. Readers are many and short (a field takes less than
// a microsecond, and one shared counter would cost as much as the sealing);
// writers come once a new key.
class StripedMutex {
 public:
  std::mutex* ReaderStripe() {
    static std::atomic<size_t> next_thread{0};
    thread_local const size_t thread = next_thread++;
    return &stripes_[thread % kNumStripes].mutex;
  }
  void WriterLock() {
    for (Stripe& stripe : stripes_) stripe.mutex.lock();
  }
  void WriterUnlock() {
    for (Stripe& stripe : stripes_) stripe.mutex.unlock();
  }

 private:
  static constexpr size_t kNumStripes = 32;
  struct alignas(64) Stripe {
    std::mutex mutex;
  };

  std::array<Stripe, kNumStripes> stripes_;
};

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_STRIPED_MUTEX_H_
