// SPDX-License-Identifier: Apache-2.0
// The edge of the C ABI: what comes in is checked, what goes wrong is reported,
// and what goes out is lent.

#ifndef PARCELVEIL_SRC_CAPI_CALL_H_
#define PARCELVEIL_SRC_CAPI_CALL_H_

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/c.h"
#include "parcelveil/ids.h"
#include "parcelveil/secret.h"
#include "src/base/status.h"
#include "src/capi/object.h"

namespace parcelveil::capi {

// "check <what>: <wrong>", MALFORMED.
absl::Status Refuse(std::string_view what, std::string_view wrong);

// Writes `status` to `error`, which may be null, and returns its code.
int32_t Report(const absl::Status& status, parcelveil_error* error);
// True where `error` may be written.
bool IsWhole(const parcelveil_error* error);

// Runs `f`, the body of one C function, which returns an absl::Status. Nothing
// is thrown out of here.
template <typename F>
int32_t Call(parcelveil_error* error, F&& f) noexcept {
  if (!IsWhole(error)) return PARCELVEIL_INVALID_ARGUMENT;
  try {
    return Report(std::forward<F>(f)(), error);
  } catch (const std::bad_alloc&) {
    return Report(absl::ResourceExhaustedError("no memory is left"), error);
  } catch (...) {
    return Report(absl::InternalError("an exception; report this"), error);
  }
}

// The same for one that gives a handle, which is 0 whatever goes wrong.
template <typename F>
int32_t CallForHandle(uint64_t* handle, parcelveil_error* error,
                      F&& f) noexcept {
  if (handle != nullptr) *handle = 0;
  return Call(error, [&]() -> absl::Status {
    if (handle == nullptr) return Refuse("handle", "it is NULL");
    return std::forward<F>(f)();
  });
}

// Checks a struct that must be there.
template <typename T>
absl::Status CheckStruct(const T* value, std::string_view what) {
  if (value == nullptr) return Refuse(what, "it is NULL");
  if (value->struct_size != sizeof(T)) {
    return Refuse(what, "its struct_size is not its sizeof here");
  }
  return absl::OkStatus();
}

// Checks what must be there.
template <typename T>
absl::Status CheckThere(T* value, std::string_view what) {
  if (value == nullptr) return Refuse(what, "it is NULL");
  return absl::OkStatus();
}

// Checks an array.
template <typename T>
absl::Status CheckArray(const T* items, size_t count, std::string_view what) {
  if (items == nullptr && count > 0) {
    return Refuse(what, "it is NULL and has items");
  }
  if (count > PARCELVEIL_MAX_COUNT) return Refuse(what, "too many items");
  return absl::OkStatus();
}

// Borrowed, as what it is made from.
absl::StatusOr<std::string_view> TextOf(const parcelveil_bytes& bytes,
                                        std::string_view what);
// A file's or folder's name; not empty, no zero in it.
absl::StatusOr<std::string> PathOf(const parcelveil_bytes& bytes,
                                   std::string_view what);
absl::StatusOr<std::vector<Slot>> SlotsOf(const uint16_t* slots, size_t count);

inline parcelveil_bytes BytesOf(std::string_view text) {
  return {text.data(), text.size()};
}

// Returns OK for 0, `what` with that code for any other; what is no code of a
// status becomes kUnknown.
absl::Status FromCallback(int32_t code, std::string_view what);

// Somebody's callback, to lend things to one after the other.
template <typename... Args>
class Lender {
 public:
  using Take = int32_t (*)(void* context, Args...);

  Lender(Take take, void* context) : take_(take), context_(context) {}

  absl::Status Check() const { return CheckThere(take_, "take"); }
  // Errors: kCancelled where the callback wants no more.
  absl::Status Lend(Args... args) const {
    if (take_(context_, args...) == 0) return absl::OkStatus();
    return absl::CancelledError("lend result: the callback ended the call");
  }

 private:
  const Take take_;
  void* const context_;
};

using ByteLender = Lender<parcelveil_bytes>;

// Lends a copy of `text` and zeroes it.
absl::Status LendText(const ByteLender& lender, const Plaintext& text);

inline absl::Time TimeOf(int64_t ms) { return absl::FromUnixMillis(ms); }
inline int64_t MillisOf(absl::Time time) { return absl::ToUnixMillis(time); }

}  // namespace parcelveil::capi

#endif  // PARCELVEIL_SRC_CAPI_CALL_H_
