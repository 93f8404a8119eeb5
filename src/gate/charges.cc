// SPDX-License-Identifier: Apache-2.0
#include "src/gate/charges.h"

#include <algorithm>
#include <set>

#include "src/base/status.h"

namespace parcelveil::gate {
namespace {

QuotaClass ClassOf(FieldKind kind) {
  switch (kind) {
    case FieldKind::kName:
      return QuotaClass::kName;
    case FieldKind::kPhone:
      return QuotaClass::kPhone;
    case FieldKind::kAddress:
      return QuotaClass::kAddress;
    case FieldKind::kText:
      return QuotaClass::kOtherField;
  }
  return QuotaClass::kOtherField;
}

// What a request counts as: a dial token shows no field.
std::set<QuotaClass> ClassesOf(const Inquiry& inquiry) {
  const wire::RevealRequest& request = inquiry.request();
  if (request.kind == RequestKind::kSearch) return {QuotaClass::kSearch};
  if (request.kind == RequestKind::kDial) return {QuotaClass::kDial};
  std::set<QuotaClass> classes{QuotaClass::kRecord};
  for (Slot slot : request.slots) {
    classes.insert(ClassOf(inquiry.keyring->schema.FindSlot(slot)->kind));
  }
  return classes;
}

std::vector<std::array<uint8_t, 16>> CountedOf(const Inquiry& inquiry) {
  if (inquiry.request().kind == RequestKind::kSearch) {
    return {inquiry.request().nonce};
  }
  std::vector<std::array<uint8_t, 16>> counted;
  for (const RecordRef& ref : inquiry.refs) counted.push_back(ref.bytes);
  return counted;
}

// The number that a breaker's counter goes by; nullopt where the principal is
// of no outlet.
std::optional<uint64_t> SubjectOf(const GatePolicy::Quota& breaker,
                                  const Core& core, const Inquiry& inquiry) {
  if (breaker.of == SubjectKind::kTenant) return core.tenant;
  const Scope outlet = inquiry.principal.outlet;
  if (outlet == Scope::kNational) return std::nullopt;
  return ToInt(outlet);
}

}  // namespace

absl::StatusOr<std::vector<Charge>> ChargesOf(Core* core,
                                              const Inquiry& inquiry) {
  const std::set<QuotaClass> classes = ClassesOf(inquiry);
  const bool is_enforced = !core->policy.observe_quotas();
  std::vector<Charge> charges;
  for (QuotaClass counts : classes) {
    const GatePolicy::Quota* quota =
        core->policy.FindQuota(inquiry.principal.role, counts);
    if (quota == nullptr) continue;
    uint64_t assigned = 0;
    if (quota->over_assigned.has_value()) {
      PARCELVEIL_ASSIGN_OR_RETURN(
          assigned,
          core->workload.Of(inquiry.principal.id, core->keyring->Today()));
    }
    charges.push_back({SubjectKind::kPrincipal, inquiry.principal.id, counts,
                       quota->Windows(assigned), CountedOf(inquiry),
                       is_enforced});
  }
  for (const GatePolicy::Quota& breaker : core->policy.breakers()) {
    // A dial token gives access to a record as well.
    const bool counts_it = classes.count(breaker.counts) > 0 ||
                           (breaker.counts == QuotaClass::kRecord &&
                            classes.count(QuotaClass::kSearch) == 0);
    const std::optional<uint64_t> subject = SubjectOf(breaker, *core, inquiry);
    if (!counts_it || !subject.has_value()) continue;
    charges.push_back({breaker.of, *subject, breaker.counts, breaker.Windows(0),
                       CountedOf(inquiry), is_enforced});
  }
  return charges;
}

}  // namespace parcelveil::gate
