// SPDX-License-Identifier: Apache-2.0
// Leaf: one entry of an audit log.
//
// Holds no personal data and no waybill number: a record is named by its
// record_ref, a keyed hash that nobody can compute once its day's key is
// destroyed. SPEC.md section 14.

#ifndef PARCELVEIL_LEAF_H_
#define PARCELVEIL_LEAF_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "parcelveil/ids.h"
#include "parcelveil/reveal.h"

namespace parcelveil {

// What a leaf records, and how many bytes of detail it has: exactly these.
// On disk: never renumber.
enum class LeafType : uint8_t {
  kGrant = 1,
  kGrantFailed = 2,  // u16 cause
  kDeny = 3,         // u32 how many were left out since the last
  kDialIssued = 4,   // token_id 16
  kDialUsed = 5,     // token_id 16, u8 use
  kSheet = 6,        // one leaf a record
  kSearch = 7,       // u16 slot, u32 hits
  kKeyring = 8,      // u64 serial
  kPolicy = 9,
  kDeviceEnrol = 10,  // the device's Ed25519 key 32
  kDeviceRevoke = 11,
  kDestroy = 12,  // KID 14, u16 role
  kApproval = 13,
  kExport = 14,
  kWouldDeny = 15,  // u16 code
  // What somebody was shown masked: 1 to 64 record references of 16 bytes,
  // strictly ascending; their gen is ref_gen, their day that of time_ms, and
  // record_ref is zero. `slots` are the views. With an object_hash it is the
  // rows of the SEARCH leaf before it; without, of a list that the back end
  // showed (Gate::RecordViews). What a source saw whole is in other leaves.
  kViews = 16,
  kPrincipal = 17,  // u8 1 where active, u32 outlet
  kHold = 18,       // u8 1 where held, 0 where released
};

// Returns "GRANT", "DENY"; "UNKNOWN" for a value that is not in the enum.
std::string_view Describe(LeafType type);

// A value: copies are independent.
struct Leaf {
  LeafType type{};
  uint8_t ref_gen = 0;  // of the AUDIT_REF key behind record_ref
  uint32_t tenant = 0;
  uint64_t time_ms = 0;
  uint64_t principal = 0;
  uint64_t device = 0;
  Role role{};
  uint16_t purpose = 0;
  uint16_t result = 0;                   // a Reason; 0 where it was granted
  std::vector<Slot> slots;               // strictly ascending, at most 16
  std::array<uint8_t, 16> record_ref{};  // zeros where there is no record
  Sha256Digest object_hash{};
  std::string detail;  // of the size that `type` has

  static constexpr size_t kMaxSlots = 16;
  static constexpr size_t kMaxViews = 64;  // references in one VIEWS leaf
};

// The references in the detail of a VIEWS leaf; empty for another type.
std::vector<std::array<uint8_t, 16>> ViewedRecords(const Leaf& leaf);

// A keyring that is used (by a gate) or was published (by its signer).
Leaf KeyringLeaf(uint32_t tenant, uint64_t serial, const Sha256Digest& sha256);

// A key that `role` cannot have any more; no role: nobody can.
struct DestroyedKey {
  Slot slot{};
  Epoch epoch{};
  uint8_t gen = 0;
  Scope scope = Scope::kNational;
  Role role{};
};
Leaf DestroyLeaf(uint32_t tenant, const DestroyedKey& key);

}  // namespace parcelveil

#endif  // PARCELVEIL_LEAF_H_
