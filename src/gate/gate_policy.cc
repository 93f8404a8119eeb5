// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/gate_policy.h"

#include <algorithm>

#include "src/crypto/hash.h"
#include "src/gate/default_policy.h"

namespace parcelveil {
namespace {

constexpr absl::Duration kBurst = absl::Minutes(10);
constexpr absl::Duration kMonth = absl::Hours(30 * 24);

template <typename T>
bool Holds(const std::vector<T>& list, T wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

bool Names(const GatePolicy::Rule& rule, const GatePolicy::Request& request) {
  return Holds(rule.roles, request.role) && Holds(rule.kinds, request.kind) &&
         Holds(rule.purposes, request.purpose) &&
         std::includes(rule.slots.begin(), rule.slots.end(),
                       request.slots.begin(), request.slots.end());
}

}  // namespace

// A text of ours that does not parse would be our bug: a test parses it.
GatePolicy GatePolicy::Default() {
  return GatePolicy::Parse(gate::kDefaultPolicyText).value();
}

Sha256Digest GatePolicy::Hash() const { return crypto::Sha256(text_); }

bool GatePolicy::Allows(const Request& request) const {
  return std::any_of(rules_.begin(), rules_.end(),
                     [&](const Rule& rule) { return Names(rule, request); });
}

bool GatePolicy::AllowsIn(const Request& request, ParcelState state) const {
  return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    return Names(rule, request) && Holds(rule.states, state);
  });
}

const GatePolicy::Quota* GatePolicy::FindQuota(Role role,
                                               QuotaClass counts) const {
  for (const Quota& quota : quotas_) {
    if (quota.counts == counts && Holds(quota.roles, role)) return &quota;
  }
  return nullptr;
}

std::vector<QuotaWindow> GatePolicy::Quota::Windows(uint64_t assigned) const {
  uint64_t of_day = day;
  if (over_assigned.has_value() && assigned < day) {
    of_day = std::min(day, assigned + std::min(*over_assigned, day));
  }
  // A quarter, rounded up: ten minutes let something through on any day.
  const uint64_t of_burst = burst == 0 ? (of_day + 3) / 4 : burst;
  std::vector<QuotaWindow> windows{{kBurst, of_burst}};
  if (hour > 0) windows.push_back({absl::Hours(1), hour});
  windows.push_back({absl::Hours(24), of_day});
  if (month > 0) windows.push_back({kMonth, month});
  return windows;
}

absl::Duration GatePolicy::TimeToLive(Purpose purpose) const {
  for (const PurposeTime& time : times_) {
    if (time.purpose == purpose) return time.time;
  }
  return default_time_;
}

bool GatePolicy::MayApprove(Role role) const { return Holds(approvers_, role); }

}  // namespace parcelveil
