// SPDX-License-Identifier: Apache-2.0
// Identifiers: which field, which day, which outlet, which role.
//
// Scoped enums over fixed integers, so that one kind cannot be passed for
// another. A user-defined value is written `Slot{64}`. SPEC.md section 2.

#ifndef PARCELVEIL_IDS_H_
#define PARCELVEIL_IDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/time/civil_time.h"

namespace parcelveil {

// What is sealed: a field, a view, an index, or a purpose of its own.
// 64..0x3FFF are for user fields, 0x8010.. for user views, 0x4010..0x4FFF for
// user indexes; the rest is reserved.
// On disk: never renumber.
enum class Slot : uint16_t {
  kSenderName = 1,
  kSenderPhone = 2,
  kSenderAddress = 3,
  kRecipientName = 4,
  kRecipientPhone = 5,
  kRecipientAddress = 6,
  kRecipientPhoneIndex = 0x4001,
  kRecipientLast4Index = 0x4002,
  kSenderPhoneIndex = 0x4003,
  kDial = 0x5001,
  kAuditRef = 0x6001,
  kIntake = 0x7F00,
  kRecipientView = 0x8001,
  kSenderView = 0x8002,
};

// A day: the number of days since 2020-01-01 at the tenant's UTC offset.
enum class Epoch : uint16_t {};

// An outlet. National things have no outlet.
enum class Scope : uint32_t { kNational = 0 };

// Who opens. User roles start at 64.
// On disk: never renumber.
enum class Role : uint16_t {
  kSteward = 1,    // every slot; kept offline; re-wraps past days
  kConverter = 2,  // seals; opens only what may still be sealed
  kGate = 3,       // full values, one at a time, on the record
  kList = 4,       // masked views, nation-wide
  kTelephony = 5,  // dial tokens
  kOutlet = 6,     // one outlet's views and last-four index
  kDispute = 7,    // full values, two approvers
  kAuditor = 8,    // references in the audit log
};

// Returns the integer behind an identifier.
template <typename Id>
constexpr std::underlying_type_t<Id> ToInt(Id id) {
  return static_cast<std::underlying_type_t<Id>>(id);
}

// Where one sealed value lives. A sealed field opens only in its own cell.
struct Cell {
  Slot slot;
  // The row's key: 1 to 64 bytes, compared exactly.
  std::string_view record_id;
  // The caller's row version; 0 if rows carry none.
  uint32_t version = 0;
};

// Conversions between days and epochs.
absl::CivilDay DayOf(Epoch epoch);
// Days outside 2020-01-01 .. 2199-06-06 are clamped to that range.
Epoch EpochOf(absl::CivilDay day);

// Returns "slot 5 (recipient phone)"; "slot 64" for a user's slot.
std::string Describe(Slot slot);
// Returns "GATE", or "role 64" for a user's role.
std::string Describe(Role role);
// Returns "2026-11-24".
std::string Describe(Epoch epoch);

}  // namespace parcelveil

#endif  // PARCELVEIL_IDS_H_
