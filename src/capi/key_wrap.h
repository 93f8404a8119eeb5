// SPDX-License-Identifier: Apache-2.0
// A KeyWrap made of a C caller's functions.

#ifndef PARCELVEIL_SRC_CAPI_KEY_WRAP_H_
#define PARCELVEIL_SRC_CAPI_KEY_WRAP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/c_device.h"
#include "parcelveil/device.h"

namespace parcelveil::capi {

class CallerKeyWrap : public KeyWrap {
 public:
  // Copies the functions. Errors: MALFORMED for a struct that is not whole.
  static absl::StatusOr<std::unique_ptr<CallerKeyWrap>> Make(
      const parcelveil_key_wrap* functions);
  ~CallerKeyWrap() override;

  // From now on the caller is told when nobody needs the functions any more.
  void Keep() { is_kept_ = true; }

  absl::StatusOr<std::string> Wrap(absl::Span<const uint8_t> state) override;
  absl::StatusOr<Secret> Unwrap(std::string_view wrapped) override;

 private:
  explicit CallerKeyWrap(const parcelveil_key_wrap& functions)
      : functions_(functions) {}

  const parcelveil_key_wrap functions_;
  bool is_kept_ = false;
};

}  // namespace parcelveil::capi

#endif  // PARCELVEIL_SRC_CAPI_KEY_WRAP_H_
