// SPDX-License-Identifier: Apache-2.0
// Guarded memory for keys: never swapped, never dumped, never inherited.

#ifndef PARCELVEIL_SRC_BASE_SECURE_ARENA_H_
#define PARCELVEIL_SRC_BASE_SECURE_ARENA_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace parcelveil::base {

// One mapping between two guard pages: PROT_NONE around it, locked, left out
// of core dumps, wiped in a forked child. Zeroed and unmapped when it dies.
class SecureRegion {
 public:
  // Maps at least `size` zero bytes. Errors: kResourceExhausted LOCKED_MEMORY
  // where the kernel does not lock them (and AllowUnlockedMemory was not
  // called) or has none left.
  static absl::StatusOr<SecureRegion> Map(size_t size);

  SecureRegion() = default;
  SecureRegion(SecureRegion&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  SecureRegion& operator=(SecureRegion&& other) noexcept;
  ~SecureRegion();

  uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  SecureRegion(uint8_t* data, size_t size) : data_(data), size_(size) {}

  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

// A word kept beside secrets in a SecureRegion: non-zero while they are there,
// zero in a forked child. Kernels without MADV_WIPEONFORK get the process id
// in it, compared at each use.
uint64_t ForkCanary();
bool IsForkCanaryAlive(uint64_t canary);

// Hands out blocks for Secret: small ones from shared chunks of 16 KiB,
// large ones from a region each. A block starts with its canary, `size` zero
// bytes follow at the returned address. Thread-safe.
absl::StatusOr<uint8_t*> AllocateSecret(size_t size);
void FreeSecret(uint8_t* bytes, size_t size);
bool IsSecretAlive(const uint8_t* bytes);

}  // namespace parcelveil::base

#endif  // PARCELVEIL_SRC_BASE_SECURE_ARENA_H_
