// SPDX-License-Identifier: Apache-2.0
// GatePolicy: what a gate grants, to whom, in which state and how often.
//
// Written in protobuf text format (proto/parcelveil/v1/gate_policy.proto);
// examples/gate_policy.textproto is the built-in one with its reasons.

#ifndef PARCELVEIL_GATE_POLICY_H_
#define PARCELVEIL_GATE_POLICY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "parcelveil/gate_store.h"
#include "parcelveil/ids.h"
#include "parcelveil/parcels.h"
#include "parcelveil/reveal.h"

namespace parcelveil {

// A policy is a value: copies are independent, const methods are thread-safe.
// It is changed by changing its text, so that its hash in the log is that of a
// file that somebody wrote.
class GatePolicy {
 public:
  // Grants a request that it names in full.
  struct Rule {
    std::vector<Role> roles;
    std::vector<RequestKind> kinds;
    std::vector<Purpose> purposes;
    std::vector<Slot> slots;
    std::vector<ParcelState> states;  // none for searches
  };
  struct Quota {
    SubjectKind of{};
    std::vector<Role> roles;  // of principals
    QuotaClass counts{};
    uint64_t burst = 0;  // ten minutes; 0: a quarter of the day
    uint64_t hour = 0;   // 0: no such limit
    uint64_t day = 0;
    uint64_t month = 0;  // 30 days; 0: no such limit
    std::optional<uint64_t> over_assigned;

    // The limits for a principal with `assigned` parcels today.
    std::vector<QuotaWindow> Windows(uint64_t assigned) const;
  };
  struct Request {
    Role role{};
    RequestKind kind{};
    Purpose purpose{};
    std::vector<Slot> slots;  // ascending; of a search, the index among them
  };

  // Couriers, outlets, a service desk (role 64) and disputes; phone numbers
  // mostly by dial tokens.
  static GatePolicy Default();
  // Parses text format. Errors: kInvalidArgument MALFORMED naming the line, or
  // what is missing, named twice or without any quota.
  static absl::StatusOr<GatePolicy> Parse(std::string_view text);

  // The text that was parsed.
  const std::string& ToText() const { return text_; }
  // SHA-256 of that text, as `sha256sum` prints it of the file.
  Sha256Digest Hash() const;

  // True where a rule names all of it.
  bool Allows(const Request& request) const;
  // True where such a rule names `state` as well.
  bool AllowsIn(const Request& request, ParcelState state) const;
  // Null where nothing limits that role.
  const Quota* FindQuota(Role role, QuotaClass counts) const;
  // Of outlets and the tenant.
  const std::vector<Quota>& breakers() const { return breakers_; }
  // How long a value may be shown.
  absl::Duration TimeToLive(Purpose purpose) const;
  bool MayApprove(Role role) const;

  bool observe_quotas() const { return observe_quotas_; }
  absl::Duration sheet_time() const { return sheet_time_; }
  absl::Duration dial_time() const { return dial_time_; }
  uint8_t dial_calls() const { return dial_calls_; }
  uint32_t search_days() const { return search_days_; }
  absl::Duration ticket_time() const { return ticket_time_; }
  uint32_t requests_per_second() const { return requests_per_second_; }
  // Hours of the tenant's day; equal where no hour is after hours.
  uint32_t work_from_hour() const { return work_from_hour_; }
  uint32_t work_to_hour() const { return work_to_hour_; }
  // src/gate/watch.h; 0 where nobody looks for lists.
  uint32_t list_lookups() const { return list_lookups_; }
  uint32_t list_deviations() const { return list_deviations_; }

 private:
  friend class GatePolicyReader;  // src/gate/gate_policy_reader.cc

  GatePolicy() = default;

  struct PurposeTime {
    Purpose purpose{};
    absl::Duration time;
  };

  std::string text_;
  std::vector<Rule> rules_;
  std::vector<Quota> quotas_;
  std::vector<Quota> breakers_;
  std::vector<PurposeTime> times_;
  absl::Duration default_time_;
  std::vector<Role> approvers_;
  bool observe_quotas_ = false;
  absl::Duration sheet_time_;
  absl::Duration dial_time_;
  uint8_t dial_calls_ = 0;
  uint32_t search_days_ = 0;
  absl::Duration ticket_time_;
  uint32_t requests_per_second_ = 0;
  uint32_t work_from_hour_ = 0;
  uint32_t work_to_hour_ = 0;
  uint32_t list_lookups_ = 0;
  uint32_t list_deviations_ = 0;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_GATE_POLICY_H_
