// SPDX-License-Identifier: Apache-2.0
#include "src/gate/watch.h"

#include <cmath>
#include <utility>

#include "absl/time/civil_time.h"

namespace parcelveil::gate {
namespace {

// Long enough that a day's misuse is one alert, not thousands.
constexpr absl::Duration kPersonPause = absl::Hours(12);
constexpr absl::Duration kBreakerPause = absl::Minutes(10);
constexpr absl::Duration kForkPause = absl::Minutes(1);
constexpr absl::Duration kTroublePause = absl::Seconds(10);

}  // namespace

Watch::Watch(const GatePolicy& policy, absl::TimeZone time_zone,
             std::function<void(const GateAlert&)> alert)
    : list_lookups_(policy.list_lookups()),
      list_deviations_(policy.list_deviations()),
      work_from_hour_(static_cast<int>(policy.work_from_hour())),
      work_to_hour_(static_cast<int>(policy.work_to_hour())),
      time_zone_(time_zone),
      alert_(std::move(alert)) {}

void Watch::Granted(const Principal& principal, uint64_t device,
                    std::string_view record_id, absl::Time now) {
  GateAlert alert;
  alert.principal = principal.id;
  alert.device = device;
  alert.outlet = principal.outlet;
  if (IsAfterHours(now)) {
    alert.kind = GateAlert::Kind::kAfterHours;
    alert.text = "looked up a record outside the hours of work";
    Raise(alert, principal.id, kPersonPause, now);
  }
  if (IsListDriven(principal.id, record_id, now)) {
    alert.kind = GateAlert::Kind::kListDriven;
    alert.text = "looks up records in the order of their ids, as from a list";
    Raise(alert, principal.id, kPersonPause, now);
  }
}

void Watch::BreakerReached(const Principal& principal, SubjectKind of,
                           absl::Time now) {
  GateAlert alert;
  alert.kind = GateAlert::Kind::kBreaker;
  alert.principal = principal.id;
  alert.outlet = principal.outlet;
  const bool is_outlet = of == SubjectKind::kOutlet;
  alert.text = is_outlet ? "the outlet has reached its limit"
                         : "the tenant has reached its limit";
  // An outlet's number leaves the upper half for the tenant.
  Raise(alert, is_outlet ? ToInt(principal.outlet) : UINT64_MAX, kBreakerPause,
        now);
}

void Watch::ForkSeen(const Principal& principal, uint64_t device,
                     absl::Time now) {
  GateAlert alert;
  alert.kind = GateAlert::Kind::kFork;
  alert.principal = principal.id;
  alert.device = device;
  alert.outlet = principal.outlet;
  alert.text =
      "the device has seen another log than this one; collect its checkpoint "
      "and compare";
  Raise(alert, device, kForkPause, now);
}

void Watch::Trouble(const absl::Status& status, absl::Time now) {
  GateAlert alert;
  alert.kind = GateAlert::Kind::kTrouble;
  alert.text = std::string(status.message());
  Raise(alert, static_cast<uint64_t>(status.code()), kTroublePause, now);
}

bool Watch::IsAfterHours(absl::Time now) const {
  if (work_from_hour_ == work_to_hour_) return false;
  const int hour = absl::ToCivilHour(now, time_zone_).hour();
  if (work_from_hour_ < work_to_hour_) {
    return hour < work_from_hour_ || hour >= work_to_hour_;
  }
  return hour < work_from_hour_ && hour >= work_to_hour_;  // over midnight
}

bool Watch::IsListDriven(uint64_t principal, std::string_view record_id,
                         absl::Time now) {
  if (list_lookups_ < 2) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (rows_.size() >= kMaxPrincipals) rows_.clear();
  Row& row = rows_[principal];
  if (now - row.last_time > kPersonPause) row = {};
  if (row.last_id == record_id) return false;  // another field of it
  if (!row.last_id.empty()) {
    row.rises.push_back(record_id > row.last_id);
    row.num_rises += row.rises.back();
  }
  if (row.rises.size() > list_lookups_ - 1) {
    row.num_rises -= row.rises.front();
    row.rises.pop_front();
  }
  row.last_id = std::string(record_id);
  row.last_time = now;
  if (row.rises.size() < list_lookups_ - 1) return false;
  const double lookups = static_cast<double>(list_lookups_);
  const double deviation = std::sqrt((lookups + 1) / 12);
  const double off =
      std::abs(static_cast<double>(row.num_rises) - (lookups - 1) / 2);
  return off >= list_deviations_ * deviation;
}

void Watch::Raise(const GateAlert& alert, uint64_t subject,
                  absl::Duration pause, absl::Time now) {
  if (alert_ == nullptr) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto [last, is_first] =
        raised_.emplace(std::pair(alert.kind, subject), now);
    if (!is_first && absl::AbsDuration(now - last->second) < pause) return;
    last->second = now;
    if (raised_.size() > kMaxPrincipals) raised_.clear();
  }
  alert_(alert);
}

}  // namespace parcelveil::gate
