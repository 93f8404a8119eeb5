// SPDX-License-Identifier: Apache-2.0
// arena.cc of protobuf 3.21, in a form that fits into a shared library (as
// shared_abseil.cc has it): an arena that keeps nothing per thread.
//
// protobuf's inline code looks for a block of its thread first and finds none;
// all that is left for it to call is here. Where the arena's blocks are is kept
// in `tag_and_id_`, whose lowest bit is protobuf's.

#include <google/protobuf/arena.h>

#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <mutex>
#include <typeinfo>
#include <utility>
#include <vector>

// Its messages about broken descriptors go to `stderr`, which it takes for a
// variable of the program (CMakeLists.txt wraps that name).
extern "C" {
extern FILE* __real_stderr;
FILE* __wrap_stderr = nullptr;
__attribute__((constructor(101))) static void FindStderr() {
  __wrap_stderr = __real_stderr;
}
}

namespace google::protobuf {
namespace internal {
namespace {

using Node = SerialArena::CleanupNode;

// Memory that is freed as a whole.
class Blocks {
 public:
  ~Blocks() {
    for (auto node = cleanup_.rbegin(); node != cleanup_.rend(); ++node) {
      if (node->cleanup != nullptr) node->cleanup(node->elem);
    }
  }

  void* Allocate(size_t size) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const size_t needed = AlignUpTo8(size);
    if (needed > left_) Grow(needed);
    char* const memory = next_;
    next_ += needed;
    left_ -= needed;
    return memory;
  }
  Node* AddCleanup(void* elem, void (*cleanup)(void*)) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return &cleanup_.emplace_back(Node{elem, cleanup});
  }
  uint64_t size() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return size_;
  }

 private:
  void Grow(size_t needed) {
    constexpr size_t kBlockSize = 32768;
    left_ = needed > kBlockSize ? needed : kBlockSize;
    blocks_.emplace_back(new char[left_]);
    next_ = blocks_.back().get();
    size_ += left_;
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::deque<Node> cleanup_;  // its nodes stay where they are
  char* next_ = nullptr;
  size_t left_ = 0;
  uint64_t size_ = 0;
};

Blocks* BlocksOf(uint64_t tag) {
  return reinterpret_cast<Blocks*>(static_cast<uintptr_t>(tag & ~uint64_t{1}));
}

}  // namespace

// No arena has that number: nothing is ever found in the cache.
__thread ThreadSafeArena::ThreadCache ThreadSafeArena::thread_cache_{
    0, UINT64_MAX, nullptr};

void ThreadSafeArena::Init() {
  threads_.store(nullptr, std::memory_order_relaxed);
  hint_.store(nullptr, std::memory_order_relaxed);
  tag_and_id_ |= reinterpret_cast<uintptr_t>(new Blocks);
}
ThreadSafeArena::~ThreadSafeArena() { delete BlocksOf(tag_and_id_); }
void ThreadSafeArena::AddCleanup(void* elem, void (*cleanup)(void*)) {
  BlocksOf(tag_and_id_)->AddCleanup(elem, cleanup);
}
uint64_t ThreadSafeArena::SpaceAllocated() const {
  return BlocksOf(tag_and_id_)->size();
}
uint64_t ThreadSafeArena::SpaceUsed() const { return SpaceAllocated(); }
template <>
void* ThreadSafeArena::AllocateAligned<AllocationClient::kDefault>(
    size_t size, const std::type_info*) {
  return BlocksOf(tag_and_id_)->Allocate(size);
}
std::pair<void*, Node*> ThreadSafeArena::AllocateAlignedWithCleanup(
    size_t size, const std::type_info*) {
  Blocks* const blocks = BlocksOf(tag_and_id_);
  return {blocks->Allocate(size), blocks->AddCleanup(nullptr, nullptr)};
}

}  // namespace internal

void* Arena::AllocateAlignedWithHook(size_t size, const std::type_info* type) {
  return impl_.AllocateAligned(size, type);
}
void* Arena::AllocateAlignedWithHookForArray(size_t size,
                                             const std::type_info* type) {
  return impl_.AllocateAligned(size, type);
}
std::pair<void*, internal::SerialArena::CleanupNode*>
Arena::AllocateAlignedWithCleanup(size_t size, const std::type_info* type) {
  return impl_.AllocateAlignedWithCleanup(size, type);
}

}  // namespace google::protobuf
