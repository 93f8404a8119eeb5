// SPDX-License-Identifier: Apache-2.0
#include "src/gate/workload.h"

#include <algorithm>

#include "src/base/status.h"

namespace parcelveil::gate {

absl::StatusOr<uint64_t> Workload::Of(uint64_t principal, Epoch today) {
  PARCELVEIL_ASSIGN_OR_RETURN(uint64_t assigned,
                              parcels_->CountAssigned(principal));
  bool is_first = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (day_ != today) most_.clear();
    day_ = today;
    is_first = most_.count(principal) == 0;
  }
  if (is_first) {
    PARCELVEIL_ASSIGN_OR_RETURN(const uint64_t charged,
                                ChargedToday(principal, today));
    assigned += charged;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (day_ != today) return assigned;
  uint64_t& most = most_[principal];
  most = std::max(most, assigned);
  return most;
}

absl::StatusOr<uint64_t> Workload::ChargedToday(uint64_t principal,
                                                Epoch today) {
  uint64_t charged = 0;
  for (QuotaClass counts : {QuotaClass::kName, QuotaClass::kAddress,
                            QuotaClass::kDial, QuotaClass::kRecord}) {
    PARCELVEIL_ASSIGN_OR_RETURN(const uint64_t of_class,
                                store_->CountCharged(SubjectKind::kPrincipal,
                                                     principal, counts, today));
    charged = std::max(charged, of_class);
  }
  return charged;
}

}  // namespace parcelveil::gate
