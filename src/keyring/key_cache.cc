// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/key_cache.h"

#include <algorithm>
#include <cstring>

#include "src/base/status.h"

namespace parcelveil::keyring {
namespace {

constexpr size_t kFewestKeys = 32;

}  // namespace

absl::StatusOr<std::unique_ptr<KeyCache>> KeyCache::Create(size_t num_keys) {
  size_t num_sets = kFewestKeys / kWays;  // a power of two
  while (num_sets * 2 * kWays <= num_keys) num_sets *= 2;
  while (true) {
    auto region = base::SecureRegion::Map(num_sets * kWays * kEntrySize +
                                          sizeof(uint64_t));
    if (region.ok()) {
      return std::unique_ptr<KeyCache>(
          new KeyCache(std::move(region).value(), num_sets));
    }
    if (num_sets <= kFewestKeys / kWays) return region.status();
    num_sets /= 2;
  }
}

KeyCache::KeyCache(base::SecureRegion region, size_t num_sets)
    : region_(std::move(region)),
      num_sets_(num_sets),
      entries_(region_.data()),
      canary_(reinterpret_cast<uint64_t*>(Entry(capacity()))),
      names_(std::make_unique<Name[]>(capacity())) {
  *canary_ = base::ForkCanary();
}

void KeyCache::Insert(uint64_t id, absl::Span<const uint8_t> key) {
  const size_t first = FirstOf(id);
  size_t victim = first;
  while (victim < first + kWays &&
         names_[victim].used.load(std::memory_order_relaxed)) {
    ++victim;
  }
  if (victim == first + kWays) {
    for (size_t at = first; at < first + kWays; ++at) {
      names_[at].used.store(false, std::memory_order_relaxed);
    }
    victim = first;
  }
  names_[victim].id = id;
  names_[victim].used.store(true, std::memory_order_relaxed);
  memcpy(Entry(victim), key.data(), kEntrySize);
}

void KeyCache::Clear() {
  for (size_t at = 0; at < capacity(); ++at) {
    if (names_[at].id == 0) continue;
    names_[at].id = 0;
    names_[at].used.store(false, std::memory_order_relaxed);
    std::fill_n(Entry(at), kEntrySize, uint8_t{0});
  }
}

}  // namespace parcelveil::keyring
