// SPDX-License-Identifier: Apache-2.0
// What is behind the handles of c_device.h.

#ifndef PARCELVEIL_SRC_CAPI_DEVICE_OBJECTS_H_
#define PARCELVEIL_SRC_CAPI_DEVICE_OBJECTS_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "parcelveil/c_device.h"
#include "parcelveil/device.h"
#include "src/capi/call.h"
#include "src/capi/object.h"

namespace parcelveil::capi {

struct DeviceObject : Object {
  static constexpr Kind kKind = Kind::kDevice;
  DeviceObject(std::unique_ptr<KeyWrap> key_wrap,
               std::unique_ptr<Device> device)
      : Object(kKind, Use::kShared),
        key_wrap(std::move(key_wrap)),
        device(std::move(device)) {}

  const std::unique_ptr<KeyWrap> key_wrap;
  const std::unique_ptr<Device> device;
};

// These borrow the clock of their device, which is the system's.
struct AskObject : Object {
  static constexpr Kind kKind = Kind::kAsk;
  explicit AskObject(Ask ask)
      : Object(kKind, Use::kExclusive), ask(std::move(ask)) {}

  Ask ask;
};

struct ShownObject : Object {
  static constexpr Kind kKind = Kind::kShown;
  explicit ShownObject(Shown shown)
      : Object(kKind, Use::kExclusive), shown(std::move(shown)) {}

  Shown shown;
};

struct SheetObject : Object {
  static constexpr Kind kKind = Kind::kSheet;
  explicit SheetObject(RouteSheet sheet)
      : Object(kKind, Use::kExclusive), sheet(std::move(sheet)) {}

  RouteSheet sheet;
};

using RowLender = Lender<const parcelveil_row*>;
absl::Status LendRows(const RowLender& lender,
                      absl::Span<const MaskedRow> rows);

absl::StatusOr<MerkleProof> ProofOf(const parcelveil_bytes& hashes);

}  // namespace parcelveil::capi

#endif  // PARCELVEIL_SRC_CAPI_DEVICE_OBJECTS_H_
