// SPDX-License-Identifier: Apache-2.0
// Derived keys held ready in locked memory.

#ifndef PARCELVEIL_SRC_KEYRING_KEY_CACHE_H_
#define PARCELVEIL_SRC_KEYRING_KEY_CACHE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "src/base/secure_arena.h"

namespace parcelveil::keyring {

// Set-associative, 64 bytes an entry; what was not used lately makes room.
// Thread-safety: Find may run concurrently with Find; Insert and Clear alone.
class KeyCache {
 public:
  static constexpr size_t kEntrySize = 64;

  // Makes room for `num_keys` keys, or for fewer where the kernel does not
  // lock that much memory. Errors: LOCKED_MEMORY where not even 32 fit.
  static absl::StatusOr<std::unique_ptr<KeyCache>> Create(size_t num_keys);

  // Returns the 64 bytes of `id` (not 0), or an empty span. Valid until the
  // next Insert or Clear. Ids whose upper halves follow each other lie side by
  // side: what is used together takes few pages.
  absl::Span<const uint8_t> Find(uint64_t id) const {
    const size_t first = FirstOf(id);
    for (size_t at = first; at < first + kWays; ++at) {
      if (names_[at].id != id) continue;
      // Written only when it changes, so that readers share the cache line.
      if (!names_[at].used.load(std::memory_order_relaxed)) {
        names_[at].used.store(true, std::memory_order_relaxed);
      }
      return {Entry(at), kEntrySize};
    }
    return {};
  }
  // Puts `key` (64 bytes) under `id`, in the place of another if need be.
  void Insert(uint64_t id, absl::Span<const uint8_t> key);
  // Forgets and zeroes every key.
  void Clear();

  // False in a process forked after the cache was made.
  bool alive() const { return base::IsForkCanaryAlive(*canary_); }
  size_t capacity() const { return num_sets_ * kWays; }

 private:
  static constexpr size_t kWays = 8;
  struct Name {
    uint64_t id = 0;
    mutable std::atomic<bool> used{false};
  };

  KeyCache(base::SecureRegion region, size_t num_sets);
  size_t FirstOf(uint64_t id) const {
    // Lower halves are spread by Fibonacci hashing.
    const uint64_t start = static_cast<uint32_t>(id) * uint64_t{0x9E3779B9};
    return (((id >> 32) + (start >> 16)) & (num_sets_ - 1)) * kWays;
  }
  uint8_t* Entry(size_t at) const { return entries_ + at * kEntrySize; }

  base::SecureRegion region_;
  size_t num_sets_;  // a power of two
  uint8_t* entries_;
  uint64_t* canary_;  // in the region, behind the entries
  std::unique_ptr<Name[]> names_;
};

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_KEY_CACHE_H_
