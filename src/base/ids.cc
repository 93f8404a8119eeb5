// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/ids.h"

#include <algorithm>

#include "absl/time/civil_time.h"

namespace parcelveil {
namespace {

constexpr absl::CivilDay kFirstDay(2020, 1, 1);

const char* WellKnownName(Slot slot) {
  switch (slot) {
    case Slot::kSenderName:
      return "sender name";
    case Slot::kSenderPhone:
      return "sender phone";
    case Slot::kSenderAddress:
      return "sender address";
    case Slot::kRecipientName:
      return "recipient name";
    case Slot::kRecipientPhone:
      return "recipient phone";
    case Slot::kRecipientAddress:
      return "recipient address";
    case Slot::kRecipientPhoneIndex:
      return "recipient phone index";
    case Slot::kRecipientLast4Index:
      return "recipient last-four index";
    case Slot::kSenderPhoneIndex:
      return "sender phone index";
    case Slot::kDial:
      return "dial token";
    case Slot::kAuditRef:
      return "audit reference";
    case Slot::kIntake:
      return "intake";
    case Slot::kRecipientView:
      return "recipient view";
    case Slot::kSenderView:
      return "sender view";
  }
  return nullptr;
}

}  // namespace

absl::CivilDay DayOf(Epoch epoch) { return kFirstDay + ToInt(epoch); }

Epoch EpochOf(absl::CivilDay day) {
  const absl::civil_diff_t days = day - kFirstDay;
  return Epoch{static_cast<uint16_t>(
      std::clamp<absl::civil_diff_t>(days, 0, UINT16_MAX))};
}

std::string Describe(Slot slot) {
  std::string text = "slot " + std::to_string(ToInt(slot));
  const char* name = WellKnownName(slot);
  if (name != nullptr) text += std::string(" (") + name + ")";
  return text;
}

std::string Describe(Role role) {
  switch (role) {
    case Role::kSteward:
      return "STEWARD";
    case Role::kConverter:
      return "CONVERTER";
    case Role::kGate:
      return "GATE";
    case Role::kList:
      return "LIST";
    case Role::kTelephony:
      return "TELEPHONY";
    case Role::kOutlet:
      return "OUTLET";
    case Role::kDispute:
      return "DISPUTE";
    case Role::kAuditor:
      return "AUDITOR";
  }
  return "role " + std::to_string(ToInt(role));
}

std::string Describe(Epoch epoch) {
  return absl::FormatCivilTime(DayOf(epoch));
}

}  // namespace parcelveil
