// SPDX-License-Identifier: Apache-2.0
#include "src/capi/key_wrap.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "src/capi/call.h"

namespace parcelveil::capi {
namespace {

constexpr size_t kMaxWrapped = 32768;  // what a Secret may hold

// Takes the one result of a callback straight into a Secret: what is wrapped
// is not secret, but what is unwrapped is.
class Result {
 public:
  static int32_t Take(void* context, parcelveil_bytes bytes) {
    if (context == nullptr) return PARCELVEIL_INVALID_ARGUMENT;
    return static_cast<Result*>(context)->TakeBytes(bytes);
  }

  // Of a callback that returned `code`.
  absl::StatusOr<Secret> Of(int32_t code, std::string_view what) {
    PARCELVEIL_RETURN_IF_ERROR(FromCallback(code, what));
    PARCELVEIL_RETURN_IF_ERROR(status_);
    if (bytes_.empty()) return Refuse("key wrap", "it gave nothing");
    return std::move(bytes_);
  }

 private:
  int32_t TakeBytes(const parcelveil_bytes& bytes) {
    status_ = Fill(bytes);
    return static_cast<int32_t>(status_.code());
  }
  absl::Status Fill(const parcelveil_bytes& bytes) {
    if (!bytes_.empty()) return Refuse("key wrap", "it gave two results");
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view text,
                                TextOf(bytes, "key wrap"));
    if (text.empty() || text.size() > kMaxWrapped) {
      return Refuse("key wrap", "it gave nothing, or more than 32 KiB");
    }
    PARCELVEIL_ASSIGN_OR_RETURN(bytes_, Secret::Zero(text.size()));
    bytes_.UseMutable([text](absl::Span<uint8_t> copy) {
      std::copy(text.begin(), text.end(), copy.begin());
    });
    return absl::OkStatus();
  }

  Secret bytes_;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<CallerKeyWrap>> CallerKeyWrap::Make(
    const parcelveil_key_wrap* functions) {
  PARCELVEIL_RETURN_IF_ERROR(CheckStruct(functions, "key_wrap"));
  PARCELVEIL_RETURN_IF_ERROR(CheckThere(functions->wrap, "key_wrap.wrap"));
  PARCELVEIL_RETURN_IF_ERROR(CheckThere(functions->unwrap, "key_wrap.unwrap"));
  return std::unique_ptr<CallerKeyWrap>(new CallerKeyWrap(*functions));
}

CallerKeyWrap::~CallerKeyWrap() {
  if (is_kept_ && functions_.release != nullptr) {
    functions_.release(functions_.context);
  }
}

absl::StatusOr<std::string> CallerKeyWrap::Wrap(
    absl::Span<const uint8_t> state) {
  Result result;
  const int32_t code = functions_.wrap(
      functions_.context, {state.data(), state.size()}, &Result::Take, &result);
  PARCELVEIL_ASSIGN_OR_RETURN(const Secret wrapped,
                              result.Of(code, "wrap device state"));
  return wrapped.Use([](absl::Span<const uint8_t> bytes) {
    return std::string(bytes.begin(), bytes.end());
  });
}

absl::StatusOr<Secret> CallerKeyWrap::Unwrap(std::string_view wrapped) {
  Result result;
  const int32_t code = functions_.unwrap(functions_.context, BytesOf(wrapped),
                                         &Result::Take, &result);
  return result.Of(code, "unwrap device state");
}

}  // namespace parcelveil::capi
