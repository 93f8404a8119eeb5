// SPDX-License-Identifier: Apache-2.0
#include "src/capi/object.h"

#include <mutex>
#include <string>
#include <unordered_map>

namespace parcelveil::capi {
namespace {

// Far from any number that a caller might pass by mistake.
constexpr uint64_t kFirstHandle = 0x7076000000000001;

struct Table {
  std::mutex mutex;
  uint64_t next = kFirstHandle;
  std::unordered_map<uint64_t, std::shared_ptr<Object>> objects;
};

// Never destroyed: threads may still call while the process ends.
Table& GetTable() {
  static Table* const table = new Table;
  return *table;
}

// The innermost call of this thread; calls nest through callbacks.
thread_local InUse* innermost = nullptr;

const char* NameOf(Kind kind) {
  switch (kind) {
    case Kind::kDevice:
      return "device";
    case Kind::kAsk:
      return "ask";
    case Kind::kShown:
      return "shown";
    case Kind::kSheet:
      return "sheet";
    case Kind::kKeyring:
      return "keyring";
    case Kind::kSealer:
      return "sealer";
    case Kind::kOpener:
      return "opener";
    case Kind::kFinder:
      return "finder";
    case Kind::kResealer:
      return "resealer";
    case Kind::kGate:
      return "gate";
    case Kind::kLog:
      return "log";
  }
  return "thing";
}

}  // namespace

uint64_t AddObject(std::shared_ptr<Object> object) {
  Table& table = GetTable();
  const std::lock_guard<std::mutex> lock(table.mutex);
  const uint64_t handle = table.next++;
  table.objects.emplace(handle, std::move(object));
  return handle;
}

std::shared_ptr<Object> FindObject(uint64_t handle) {
  Table& table = GetTable();
  const std::lock_guard<std::mutex> lock(table.mutex);
  const auto found = table.objects.find(handle);
  return found == table.objects.end() ? nullptr : found->second;
}

void RemoveObject(uint64_t handle) {
  Table& table = GetTable();
  std::shared_ptr<Object> object;  // dies after the lock: it may call back
  const std::lock_guard<std::mutex> lock(table.mutex);
  const auto found = table.objects.find(handle);
  if (found == table.objects.end()) return;
  object = std::move(found->second);
  table.objects.erase(found);
}

absl::Status WrongHandle(Kind wanted) {
  return MakeStatus(Reason::kMalformed,
                    std::string("look up handle: it is no open ") +
                        NameOf(wanted) +
                        "; pass one that a call gave and that was not freed");
}

absl::Status HandleInUse(Kind kind) {
  return MakeStatus(
      Reason::kConflict,
      std::string("use ") + NameOf(kind) +
          ": another call is at work with it; call again when it has returned");
}

absl::StatusOr<InUse> InUse::Take(std::shared_ptr<Object> object) {
  for (const InUse* call = innermost; call != nullptr; call = call->outer_) {
    if (call->object_->Whole() == object->Whole()) {
      return HandleInUse(object->kind());
    }
  }
  if (object->use_ == Use::kExclusive &&
      object->taken_.exchange(true, std::memory_order_acquire)) {
    return HandleInUse(object->kind());
  }
  return InUse(std::move(object));
}

InUse::InUse(std::shared_ptr<Object> object)
    : object_(std::move(object)), outer_(std::exchange(innermost, this)) {}

// Only ever moved while it is the innermost: from Take to its Used.
InUse::InUse(InUse&& other) noexcept
    : object_(std::move(other.object_)), outer_(other.outer_) {
  innermost = this;
}

InUse::~InUse() {
  if (object_ == nullptr) return;
  innermost = outer_;
  if (object_->use_ == Use::kExclusive) {
    object_->taken_.store(false, std::memory_order_release);
  }
}

}  // namespace parcelveil::capi
