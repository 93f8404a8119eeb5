// SPDX-License-Identifier: Apache-2.0
// What is behind a Device: its keys, its state, and the two halves of asking.

#ifndef PARCELVEIL_SRC_DEVICE_CORE_H_
#define PARCELVEIL_SRC_DEVICE_CORE_H_

#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/device.h"
#include "src/crypto/sign.h"
#include "src/device/device_state.h"
#include "src/wire/reveal_reply.h"
#include "src/wire/reveal_request.h"
#include "src/wire/route_sheet.h"

namespace parcelveil {

class Device::Core {
 public:
  static absl::StatusOr<std::unique_ptr<Device>> Make(device::DeviceState state,
                                                      bool is_new,
                                                      KeyWrap* key_wrap,
                                                      const Clock* clock);

  // Completes and signs a request of which kind, purpose, slots, records and
  // ticket are set; `query` is that of a search, null otherwise.
  absl::StatusOr<Ask> MakeAsk(wire::RevealRequest request,
                              const wire::SearchQuery* query);

  // Checks a reply to `ask` and takes its time and checkpoint. The result
  // grants: what it holds is sealed to the ask's key.
  absl::StatusOr<wire::ParsedReply> CheckReply(const Ask& ask, RequestKind kind,
                                               std::string_view reply);
  absl::StatusOr<wire::ParsedSheet> CheckSheet(const Ask& ask,
                                               std::string_view reply);

  // When something that the gate served at `served_ms` for `life` is over, by
  // the device's clock. Errors: STALE where it is over already.
  absl::StatusOr<absl::Time> EndOf(uint64_t served_ms, absl::Duration life);

  KeyWrap* const key_wrap;
  const Clock* const clock;
  const crypto::SigningKey signing_key;

  mutable std::mutex mutex;  // guards what follows
  device::DeviceState state;
  bool has_new_state;

 private:
  Core(KeyWrap* key_wrap, const Clock* clock, crypto::SigningKey signing_key,
       device::DeviceState state, bool is_new)
      : key_wrap(key_wrap),
        clock(clock),
        signing_key(std::move(signing_key)),
        state(std::move(state)),
        has_new_state(is_new) {}

  absl::Status CheckAsk(const Ask& ask, RequestKind kind);
  absl::Status CheckSignature(const Ask& ask, std::string_view prefix,
                              std::string_view signed_part,
                              std::string_view signature);
  static bool HoldsOnlyWhatWasAsked(const wire::RouteSheet& sheet,
                                    const Ask& ask);
  absl::Status LearnFrom(const Ask& ask, uint64_t served_ms,
                         std::string_view note);
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_DEVICE_CORE_H_
