// SPDX-License-Identifier: Apache-2.0
#include "src/base/secure_arena.h"

#include <errno.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "parcelveil/secret.h"
#include "src/base/status.h"

namespace parcelveil {
namespace {

std::atomic<bool> g_allow_unlocked{false};
// Set once a kernel has refused MADV_WIPEONFORK (before Linux 4.14).
std::atomic<bool> g_compare_pid{false};

}  // namespace

void AllowUnlockedMemory() { g_allow_unlocked = true; }

namespace base {
namespace {

constexpr uint64_t kCanaryMagic = 0x70763163616e6172;  // "pv1canar"
constexpr size_t kHeaderSize = 16;       // the canary, and 16-byte alignment
constexpr size_t kChunkSize = 16 << 10;  // also where a page is as large
constexpr size_t kSmallestBlock = 64;
constexpr size_t kNumBlockSizes = 7;  // 64, 128, .. 4096 bytes with header

size_t PageSize() {
  static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

absl::Status LockRefused(size_t size) {
  rlimit limit{};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  return MakeStatus(
      Reason::kLockedMemory,
      "lock " + std::to_string(size) + " bytes of memory for keys: " +
          "the limit of lockable memory (RLIMIT_MEMLOCK) is " +
          std::to_string(limit.rlim_cur) +
          " bytes; raise it (ulimit -l, LimitMEMLOCK=) or allow unlocked "
          "memory");
}

// Index of the block size that holds `size` bytes and a header, or
// kNumBlockSizes if none does.
size_t BlockSizeIndex(size_t size) {
  size_t block = kSmallestBlock;
  for (size_t i = 0; i < kNumBlockSizes; ++i, block *= 2) {
    if (size + kHeaderSize <= block) return i;
  }
  return kNumBlockSizes;
}

// The process's blocks. Bookkeeping is on the ordinary heap: only secrets and
// their canaries are in the regions.
class BlockPool {
 public:
  absl::StatusOr<uint8_t*> Allocate(size_t size) {
    std::lock_guard<std::mutex> lock(mutex_);
    LeaveInherited();
    const size_t index = BlockSizeIndex(size);
    if (index == kNumBlockSizes) return AllocateLarge(size);
    std::vector<uint8_t*>& free = free_[index];
    if (free.empty()) return Carve(kSmallestBlock << index);
    uint8_t* block = free.back();
    free.pop_back();
    return Prepare(block);
  }

  void Free(uint8_t* bytes, size_t size) {
    uint8_t* block = bytes - kHeaderSize;
    const bool is_inherited = !IsSecretAlive(bytes);
    sodium_memzero(block, kHeaderSize + size);
    std::lock_guard<std::mutex> lock(mutex_);
    const size_t index = BlockSizeIndex(size);
    if (index == kNumBlockSizes) {
      large_.erase(block);
      return;
    }
    if (!is_inherited) free_[index].push_back(block);
  }

 private:
  // A forked child does not inherit locks: it hands out nothing of its
  // parent's chunks again.
  void LeaveInherited() {
    const pid_t self = getpid();
    if (owner_ == self) return;
    owner_ = self;
    for (std::vector<uint8_t*>& free : free_) free.clear();
    chunk_left_ = 0;
  }

  absl::StatusOr<uint8_t*> AllocateLarge(size_t size) {
    PARCELVEIL_ASSIGN_OR_RETURN(SecureRegion region,
                                SecureRegion::Map(size + kHeaderSize));
    uint8_t* block = region.data();
    large_.emplace(block, std::move(region));
    return Prepare(block);
  }

  // Takes a new block from the last chunk. All sizes share chunks: a host with
  // 64 KiB of lockable memory has no room for a chunk a size.
  absl::StatusOr<uint8_t*> Carve(size_t block_size) {
    if (chunk_left_ < block_size) {
      PARCELVEIL_ASSIGN_OR_RETURN(SecureRegion chunk,
                                  SecureRegion::Map(kChunkSize));
      chunk_left_ = chunk.size();
      chunks_.push_back(std::move(chunk));
    }
    const SecureRegion& chunk = chunks_.back();
    uint8_t* block = chunk.data() + (chunk.size() - chunk_left_);
    chunk_left_ -= block_size;
    return Prepare(block);
  }

  static uint8_t* Prepare(uint8_t* block) {
    const uint64_t canary = ForkCanary();
    memcpy(block, &canary, sizeof(canary));
    return block + kHeaderSize;
  }

  std::mutex mutex_;
  pid_t owner_ = getpid();
  std::array<std::vector<uint8_t*>, kNumBlockSizes> free_;
  std::vector<SecureRegion> chunks_;
  size_t chunk_left_ = 0;  // bytes of the last chunk not carved yet
  std::map<uint8_t*, SecureRegion> large_;
};

// Never destroyed: secrets in static objects may outlive it.
BlockPool& Pool() {
  static BlockPool& pool = *new BlockPool;
  return pool;
}

}  // namespace

absl::StatusOr<SecureRegion> SecureRegion::Map(size_t size) {
  const size_t page = PageSize();
  const size_t rounded = (size + page - 1) / page * page;
  void* outer = mmap(nullptr, rounded + 2 * page, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (outer == MAP_FAILED) {
    return MakeStatus(Reason::kLockedMemory,
                      "map memory for keys: out of address space; free memory");
  }
  uint8_t* data = static_cast<uint8_t*>(outer) + page;
  SecureRegion region(data, rounded);  // unmaps on every error below
  if (mprotect(data, rounded, PROT_READ | PROT_WRITE) != 0) {
    return MakeStatus(Reason::kLockedMemory,
                      "map memory for keys: out of memory; free memory");
  }
  if (mlock(data, rounded) != 0 && !g_allow_unlocked) {
    return LockRefused(rounded);
  }
  if (madvise(data, rounded, MADV_DONTDUMP) != 0) {
    return absl::InternalError(
        "map memory for keys: MADV_DONTDUMP refused; use Linux 3.4 or newer");
  }
  if (madvise(data, rounded, MADV_WIPEONFORK) != 0) g_compare_pid = true;
  return region;
}

SecureRegion& SecureRegion::operator=(SecureRegion&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SecureRegion::~SecureRegion() {
  if (data_ == nullptr) return;
  // Making it writable again matters only where mprotect failed in Map.
  if (mprotect(data_, size_, PROT_READ | PROT_WRITE) == 0) {
    sodium_memzero(data_, size_);
  }
  munmap(data_ - PageSize(), size_ + 2 * PageSize());
}

uint64_t ForkCanary() {
  return g_compare_pid ? kCanaryMagic ^ static_cast<uint64_t>(getpid())
                       : kCanaryMagic;
}

bool IsForkCanaryAlive(uint64_t canary) { return canary == ForkCanary(); }

absl::StatusOr<uint8_t*> AllocateSecret(size_t size) {
  if (sodium_init() < 0) {
    return absl::InternalError(
        "start libsodium: sodium_init failed; check the installation");
  }
  return Pool().Allocate(size);
}

void FreeSecret(uint8_t* bytes, size_t size) { Pool().Free(bytes, size); }

bool IsSecretAlive(const uint8_t* bytes) {
  uint64_t canary;
  memcpy(&canary, bytes - kHeaderSize, sizeof(canary));
  return IsForkCanaryAlive(canary);
}

}  // namespace base
}  // namespace parcelveil
