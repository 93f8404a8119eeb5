// SPDX-License-Identifier: Apache-2.0
// Gate policies: what is accepted is kept as it was written, no window is empty
// by mistake, and no day goes above its cap.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "parcelveil/gate_policy.h"

namespace {

using parcelveil::GatePolicy;
using parcelveil::QuotaClass;
using parcelveil::QuotaWindow;
using parcelveil::Role;

void CheckWindows(const GatePolicy::Quota& quota, uint64_t assigned) {
  for (const QuotaWindow& window : quota.Windows(assigned)) {
    if (window.limit == 0 && !quota.over_assigned.has_value()) std::abort();
    if (window.length == absl::Hours(24) && window.limit > quota.day) {
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto policy = GatePolicy::Parse(text);
  if (!policy.ok()) return 0;
  if (policy->ToText() != text) std::abort();
  for (uint16_t role = 1; role < 80; ++role) {
    for (uint8_t counts = 1; counts <= 7; ++counts) {
      const GatePolicy::Quota* quota =
          policy->FindQuota(Role{role}, static_cast<QuotaClass>(counts));
      if (quota == nullptr) continue;
      CheckWindows(*quota, 0);
      CheckWindows(*quota, UINT64_MAX);
    }
  }
  if (policy->sheet_time() > absl::Hours(14)) std::abort();
  return 0;
}
