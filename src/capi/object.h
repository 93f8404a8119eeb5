// SPDX-License-Identifier: Apache-2.0
// What is behind a handle, and the table from numbers to it.

#ifndef PARCELVEIL_SRC_CAPI_OBJECT_H_
#define PARCELVEIL_SRC_CAPI_OBJECT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "src/base/status.h"

namespace parcelveil::capi {

// Each has one class derived from Object, with `kKind` and `kUse`.
enum class Kind : uint8_t {
  kDevice,
  kAsk,
  kShown,
  kSheet,
  kKeyring,
  kSealer,
  kOpener,
  kFinder,
  kResealer,
  kGate,
  kLog,
};

// How many calls an object serves at a time.
enum class Use : uint8_t { kShared, kExclusive };

class Object {
 public:
  Object(Kind kind, Use use) : kind_(kind), use_(use) {}
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  virtual ~Object() = default;

  Kind kind() const { return kind_; }
  // What a callback's call must not come back to: itself, or what it reads.
  virtual const Object* Whole() const { return this; }

 private:
  friend class InUse;

  const Kind kind_;
  const Use use_;
  std::atomic<bool> taken_{false};  // of an exclusive one
};

// Numbers are never used twice, so that an old one means nothing else later.
uint64_t AddObject(std::shared_ptr<Object> object);
// Null where `handle` is none.
std::shared_ptr<Object> FindObject(uint64_t handle);
// Takes it out of the table; it dies with the last call that uses it.
void RemoveObject(uint64_t handle);

absl::Status WrongHandle(Kind wanted);
absl::Status HandleInUse(Kind kind);

// Keeps an object alive and marked as in use while a call works with it.
class InUse {
 public:
  // Errors: CONFLICT where this thread is in a call of it already, or where it
  // serves one call at a time and another thread has it.
  static absl::StatusOr<InUse> Take(std::shared_ptr<Object> object);
  InUse(InUse&& other) noexcept;
  InUse& operator=(InUse&&) = delete;
  ~InUse();

  Object* object() const { return object_.get(); }

 private:
  explicit InUse(std::shared_ptr<Object> object);

  std::shared_ptr<Object> object_;
  InUse* outer_ = nullptr;  // of this thread
};

// An object of one class, in use by this call.
template <typename T>
class Used {
 public:
  // Errors: MALFORMED for what is no such handle; CONFLICT.
  static absl::StatusOr<Used> Of(uint64_t handle) {
    std::shared_ptr<Object> object = FindObject(handle);
    if (object == nullptr || object->kind() != T::kKind) {
      return WrongHandle(T::kKind);
    }
    PARCELVEIL_ASSIGN_OR_RETURN(InUse in_use, InUse::Take(std::move(object)));
    return Used(std::move(in_use));
  }

  T* operator->() const { return static_cast<T*>(in_use_.object()); }

 private:
  explicit Used(InUse in_use) : in_use_(std::move(in_use)) {}

  InUse in_use_;
};

// Another object may need this one for as long as it lives. Errors: as
// Used::Of, but for CONFLICT.
template <typename T>
absl::StatusOr<std::shared_ptr<T>> Share(uint64_t handle) {
  std::shared_ptr<Object> object = FindObject(handle);
  if (object == nullptr || object->kind() != T::kKind) {
    return WrongHandle(T::kKind);
  }
  return std::static_pointer_cast<T>(std::move(object));
}

}  // namespace parcelveil::capi

#endif  // PARCELVEIL_SRC_CAPI_OBJECT_H_
