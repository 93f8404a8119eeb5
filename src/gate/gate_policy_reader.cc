// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/text_format.h"
#include "parcelveil/gate_policy.h"
#include "parcelveil/v1/gate_policy.pb.h"
#include "src/base/status.h"
#include "src/keyring/first_error.h"

namespace parcelveil {
namespace {

constexpr uint32_t kMaxSheetHours = 14;
constexpr uint32_t kMaxDialMinutes = 60;
constexpr uint32_t kMaxDialCalls = 20;
constexpr uint32_t kMaxSearchDays = 366;
constexpr uint32_t kMaxTicketHours = 31 * 24;
constexpr uint32_t kMaxTtlSeconds = 3600;
constexpr uint32_t kMaxRequestsPerSecond = 100000;
constexpr uint32_t kMaxListLookups = 256;

absl::Status Malformed(const std::string& what) {
  return MakeStatus(Reason::kMalformed,
                    "read gate policy: " + what + "; correct the policy");
}

template <typename T, typename Numbers>
std::vector<T> ListOf(const Numbers& numbers) {
  std::vector<T> list;
  for (int number : numbers) {
    list.push_back(static_cast<T>(static_cast<uint16_t>(number)));
  }
  std::sort(list.begin(), list.end());
  return list;
}

template <typename T>
bool Holds(const std::vector<T>& list, T wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

template <typename Numbers>
bool AreIds(const Numbers& numbers) {
  return std::all_of(numbers.begin(), numbers.end(),
                     [](int id) { return id >= 1 && id <= UINT16_MAX; });
}

// Enums are open in proto3: a number in place of a name is let through.
template <typename Numbers, typename IsValid>
bool AreKnown(const Numbers& numbers, IsValid is_valid) {
  return std::all_of(numbers.begin(), numbers.end(), [&](int number) {
    return number != 0 && is_valid(number);
  });
}

}  // namespace

// Turns the message into a policy, or says what is wrong with it.
class GatePolicyReader {
 public:
  explicit GatePolicyReader(const v1::GatePolicy& message)
      : message_(message) {}

  absl::StatusOr<GatePolicy> Read(std::string_view text) {
    policy_.text_ = std::string(text);
    for (const auto& rule : message_.rule()) {
      PARCELVEIL_RETURN_IF_ERROR(ReadRule(rule));
    }
    for (const auto& quota : message_.quota()) {
      PARCELVEIL_RETURN_IF_ERROR(ReadQuota(quota));
    }
    if (policy_.rules_.empty()) return Malformed("it has no rule");
    if (!v1::GatePolicy::Profile_IsValid(message_.profile())) {
      return Malformed("there is no such profile");
    }
    if (message_.profile() == v1::GatePolicy::NO_DIAL) DoWithoutDialling();
    PARCELVEIL_RETURN_IF_ERROR(CheckThatAllIsLimited());
    PARCELVEIL_RETURN_IF_ERROR(ReadTimes());
    PARCELVEIL_RETURN_IF_ERROR(ReadNumbers());
    return std::move(policy_);
  }

 private:
  using Rule = v1::GatePolicy::Rule;
  using Quota = v1::GatePolicy::Quota;

  absl::Status ReadRule(const Rule& rule) {
    const std::string name =
        "rule " + std::to_string(policy_.rules_.size() + 1);
    if (rule.role().empty() || rule.kind().empty() || rule.purpose().empty() ||
        rule.slot().empty()) {
      return Malformed(name + " lacks a role, kind, purpose or slot");
    }
    if (!AreIds(rule.role()) || !AreIds(rule.slot()) ||
        !AreKnown(rule.kind(), v1::GatePolicy::Kind_IsValid) ||
        !AreKnown(rule.purpose(), v1::GatePolicy::Purpose_IsValid) ||
        !AreKnown(rule.state(), v1::GatePolicy::State_IsValid)) {
      return Malformed(name + " has a number that stands for nothing");
    }
    GatePolicy::Rule read;
    read.roles = ListOf<Role>(rule.role());
    for (int kind : rule.kind()) {
      read.kinds.push_back(static_cast<RequestKind>(kind - 1));
    }
    read.purposes = ListOf<Purpose>(rule.purpose());
    read.slots = ListOf<Slot>(rule.slot());
    read.states = ListOf<ParcelState>(rule.state());
    const bool is_search = Holds(read.kinds, RequestKind::kSearch);
    if (is_search ? read.kinds.size() != 1 || !read.states.empty()
                  : read.states.empty()) {
      return Malformed(name + (is_search ? " mixes SEARCH with other kinds, or "
                                           "has a state"
                                         : " has no state"));
    }
    policy_.rules_.push_back(std::move(read));
    return absl::OkStatus();
  }

  absl::Status ReadQuota(const Quota& quota) {
    const std::string name =
        "quota " +
        std::to_string(policy_.quotas_.size() + policy_.breakers_.size() + 1);
    const bool is_of_principals = quota.of() == Quota::PRINCIPAL;
    if (!v1::GatePolicy::Class_IsValid(quota.counts()) || quota.counts() == 0 ||
        !Quota::Subject_IsValid(quota.of()) || !AreIds(quota.role())) {
      return Malformed(name + " has a number that stands for nothing");
    }
    if (quota.day() == 0 || quota.role().empty() == is_of_principals) {
      return Malformed(name +
                       (quota.day() == 0
                            ? " has no day"
                            : " needs roles, or else an outlet or tenant "
                              "and no role"));
    }
    GatePolicy::Quota read;
    read.of = static_cast<SubjectKind>(quota.of() + 1);
    read.roles = ListOf<Role>(quota.role());
    read.counts = static_cast<QuotaClass>(quota.counts());
    read.burst = quota.burst();
    read.hour = quota.hour();
    read.day = quota.day();
    read.month = quota.month();
    if (quota.has_over_assigned()) read.over_assigned = quota.over_assigned();
    PARCELVEIL_RETURN_IF_ERROR(CheckNamedOnce(read, name));
    (is_of_principals ? policy_.quotas_ : policy_.breakers_)
        .push_back(std::move(read));
    return absl::OkStatus();
  }

  absl::Status CheckNamedOnce(const GatePolicy::Quota& quota,
                              const std::string& name) const {
    for (Role role : quota.roles) {
      if (policy_.FindQuota(role, quota.counts) == nullptr) continue;
      return Malformed(name + " repeats one of " + Describe(role));
    }
    for (const GatePolicy::Quota& other : policy_.breakers_) {
      if (other.of == quota.of && other.counts == quota.counts) {
        return Malformed(name + " repeats a breaker");
      }
    }
    return absl::OkStatus();
  }

  // Phones count as addresses do, and no dial token is issued.
  void DoWithoutDialling() {
    for (GatePolicy::Rule& rule : policy_.rules_) {
      rule.kinds.erase(
          std::remove(rule.kinds.begin(), rule.kinds.end(), RequestKind::kDial),
          rule.kinds.end());
    }
    const std::vector<GatePolicy::Quota> quotas = std::move(policy_.quotas_);
    policy_.quotas_.clear();
    for (const GatePolicy::Quota& quota : quotas) {
      if (quota.counts == QuotaClass::kPhone) {
        KeepForRolesWithoutAddresses(quota, quotas);
        continue;
      }
      policy_.quotas_.push_back(quota);
      if (quota.counts != QuotaClass::kAddress) continue;
      policy_.quotas_.push_back(quota);
      policy_.quotas_.back().counts = QuotaClass::kPhone;
    }
  }

  void KeepForRolesWithoutAddresses(
      GatePolicy::Quota phones, const std::vector<GatePolicy::Quota>& quotas) {
    for (const GatePolicy::Quota& quota : quotas) {
      if (quota.counts != QuotaClass::kAddress) continue;
      for (Role role : quota.roles) {
        phones.roles.erase(
            std::remove(phones.roles.begin(), phones.roles.end(), role),
            phones.roles.end());
      }
    }
    if (!phones.roles.empty()) policy_.quotas_.push_back(std::move(phones));
  }

  // A role that could ask without end is a mistake in the policy.
  absl::Status CheckThatAllIsLimited() const {
    for (const GatePolicy::Rule& rule : policy_.rules_) {
      for (Role role : rule.roles) {
        for (RequestKind kind : rule.kinds) {
          if (IsLimited(role, kind)) continue;
          return Malformed(Describe(role) + " has no quota for " +
                           std::string(Describe(kind)));
        }
      }
    }
    return absl::OkStatus();
  }

  bool IsLimited(Role role, RequestKind kind) const {
    const auto has = [&](QuotaClass counts) {
      return policy_.FindQuota(role, counts) != nullptr;
    };
    if (kind == RequestKind::kDial) return has(QuotaClass::kDial);
    if (kind == RequestKind::kSearch) return has(QuotaClass::kSearch);
    return has(QuotaClass::kRecord) ||
           (has(QuotaClass::kName) && has(QuotaClass::kPhone) &&
            has(QuotaClass::kAddress) && has(QuotaClass::kOtherField));
  }

  absl::Status ReadTimes() {
    std::set<Purpose> named;
    for (const auto& ttl : message_.ttl()) {
      if (ttl.purpose().empty() ||
          !AreKnown(ttl.purpose(), v1::GatePolicy::Purpose_IsValid) ||
          ttl.seconds() == 0 || ttl.seconds() > kMaxTtlSeconds) {
        return Malformed("a ttl has no purpose, or is not 1 to 3600 seconds");
      }
      for (Purpose purpose : ListOf<Purpose>(ttl.purpose())) {
        if (!named.insert(purpose).second) {
          return Malformed("a purpose has two ttls");
        }
        policy_.times_.push_back({purpose, absl::Seconds(ttl.seconds())});
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadNumbers() {
    if (!AreIds(message_.approver())) {
      return Malformed("an approver is no role");
    }
    policy_.approvers_ = ListOf<Role>(message_.approver());
    policy_.observe_quotas_ = message_.observe_quotas();
    const auto in = [](uint32_t number, uint32_t least, uint32_t most) {
      return number >= least && number <= most;
    };
    const auto& m = message_;
    if (!in(m.default_ttl_seconds(), 1, kMaxTtlSeconds) ||
        !in(m.sheet_hours(), 1, kMaxSheetHours) ||
        !in(m.dial_minutes(), 1, kMaxDialMinutes) ||
        !in(m.dial_calls(), 1, kMaxDialCalls) ||
        !in(m.search_days(), 1, kMaxSearchDays) ||
        !in(m.ticket_hours(), 1, kMaxTicketHours) ||
        !in(m.requests_per_second(), 1, kMaxRequestsPerSecond) ||
        !in(m.work_from_hour(), 0, 24) || !in(m.work_to_hour(), 0, 24) ||
        !in(m.list_lookups(), 0, kMaxListLookups)) {
      return Malformed(
          "one of the numbers at its end is missing or out of range");
    }
    policy_.default_time_ = absl::Seconds(m.default_ttl_seconds());
    policy_.sheet_time_ = absl::Hours(m.sheet_hours());
    policy_.dial_time_ = absl::Minutes(m.dial_minutes());
    policy_.dial_calls_ = static_cast<uint8_t>(m.dial_calls());
    policy_.search_days_ = m.search_days();
    policy_.ticket_time_ = absl::Hours(m.ticket_hours());
    policy_.requests_per_second_ = m.requests_per_second();
    policy_.work_from_hour_ = m.work_from_hour();
    policy_.work_to_hour_ = m.work_to_hour();
    policy_.list_lookups_ = m.list_lookups();
    policy_.list_deviations_ = m.list_deviations();
    return absl::OkStatus();
  }

  const v1::GatePolicy& message_;
  GatePolicy policy_;
};

absl::StatusOr<GatePolicy> GatePolicy::Parse(std::string_view text) {
  keyring::FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  v1::GatePolicy message;
  if (!parser.ParseFromString(std::string(text), &message)) {
    return Malformed(error.text());
  }
  return GatePolicyReader(message).Read(text);
}

}  // namespace parcelveil
