// SPDX-License-Identifier: Apache-2.0
#include "src/wire/leaf.h"

#include <optional>

#include "src/base/status.h"
#include "src/wire/bytes.h"
#include "src/wire/key_id.h"
#include "src/wire/slot_list.h"

namespace parcelveil::wire {
namespace {

constexpr uint8_t kVersion = 0x01;
constexpr size_t kRefSize = 16;

// nullopt for a type that is not in version 1, and for VIEWS, which has many.
std::optional<size_t> DetailSize(LeafType type) {
  switch (type) {
    case LeafType::kGrant:
    case LeafType::kSheet:
    case LeafType::kPolicy:
    case LeafType::kDeviceRevoke:
    case LeafType::kApproval:
    case LeafType::kExport:
      return 0;
    case LeafType::kHold:
      return 1;
    case LeafType::kGrantFailed:
    case LeafType::kWouldDeny:
      return 2;
    case LeafType::kDeny:
      return 4;
    case LeafType::kPrincipal:
      return 5;
    case LeafType::kSearch:
      return 6;
    case LeafType::kKeyring:
      return 8;
    case LeafType::kDialIssued:
      return 16;
    case LeafType::kDestroy:
      return kKeyIdSize + 2;
    case LeafType::kDialUsed:
      return 17;
    case LeafType::kDeviceEnrol:
      return 32;
    case LeafType::kViews:
      break;
  }
  return std::nullopt;
}

absl::Status CheckViews(const Leaf& leaf) {
  const std::string_view refs(leaf.detail);
  bool is_good = !refs.empty() && refs.size() % kRefSize == 0 &&
                 refs.size() <= kRefSize * Leaf::kMaxViews;
  for (size_t i = kRefSize; is_good && i < refs.size(); i += kRefSize) {
    is_good = refs.substr(i - kRefSize, kRefSize) < refs.substr(i, kRefSize);
  }
  if (is_good) return absl::OkStatus();
  return MakeStatus(Reason::kMalformed,
                    "audit leaf: the detail of VIEWS is not 1 to 64 record "
                    "references in strictly ascending order; sort them");
}

absl::Status CheckDetail(const Leaf& leaf) {
  if (leaf.type == LeafType::kViews) return CheckViews(leaf);
  if (!DetailSize(leaf.type).has_value()) {
    return MakeStatus(Reason::kMalformed,
                      "audit leaf: its type is not of version 1; use a newer "
                      "parcelveil");
  }
  if (leaf.detail.size() != *DetailSize(leaf.type)) {
    return MakeStatus(Reason::kMalformed,
                      "audit leaf: the detail of " +
                          std::string(Describe(leaf.type)) + " has " +
                          std::to_string(leaf.detail.size()) + " bytes, not " +
                          std::to_string(*DetailSize(leaf.type)) +
                          "; nothing else is a leaf of version 1");
  }
  return absl::OkStatus();
}

absl::Status CheckLeaf(const Leaf& leaf) {
  PARCELVEIL_RETURN_IF_ERROR(CheckDetail(leaf));
  if (leaf.slots.size() > Leaf::kMaxSlots || !AreAscending(leaf.slots)) {
    return MakeStatus(Reason::kMalformed,
                      "audit leaf: its slots are not up to 16 in strictly "
                      "ascending order; sort them");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> EncodeLeaf(const Leaf& leaf) {
  PARCELVEIL_RETURN_IF_ERROR(CheckLeaf(leaf));
  std::string bytes;
  bytes.reserve(kMaxLeafSize);
  Appender out(&bytes);
  out.Put(kVersion);
  out.Put(static_cast<uint8_t>(leaf.type));
  out.Put(leaf.ref_gen);
  out.Put(uint8_t{0});
  out.Put(leaf.tenant);
  out.Put(leaf.time_ms);
  out.Put(leaf.principal);
  out.Put(leaf.device);
  out.Put(ToInt(leaf.role));
  out.Put(leaf.purpose);
  out.Put(leaf.result);
  out.Put(static_cast<uint16_t>(leaf.slots.size()));
  PutSlots(leaf.slots, &out);
  out.Put(leaf.record_ref);
  out.Put(leaf.object_hash);
  out.Put(static_cast<uint16_t>(leaf.detail.size()));
  out.Put(std::string_view(leaf.detail));
  return bytes;
}

absl::Status ParseLeaf(std::string_view bytes, Leaf* leaf) {
  Reader reader(bytes);
  const bool is_version_1 = reader.Get<uint8_t>() == kVersion;
  leaf->type = static_cast<LeafType>(reader.Get<uint8_t>());
  leaf->ref_gen = reader.Get<uint8_t>();
  const bool is_zero = reader.Get<uint8_t>() == 0;
  leaf->tenant = reader.Get<uint32_t>();
  leaf->time_ms = reader.Get<uint64_t>();
  leaf->principal = reader.Get<uint64_t>();
  leaf->device = reader.Get<uint64_t>();
  leaf->role = Role{reader.Get<uint16_t>()};
  leaf->purpose = reader.Get<uint16_t>();
  leaf->result = reader.Get<uint16_t>();
  const uint16_t num_slots = reader.Get<uint16_t>();
  leaf->slots.clear();
  for (size_t i = 0; i < num_slots && reader.ok(); ++i) {
    leaf->slots.push_back(Slot{reader.Get<uint16_t>()});
  }
  leaf->record_ref = reader.GetArray<16>();
  leaf->object_hash = reader.GetArray<32>();
  leaf->detail.assign(reader.Take(reader.Get<uint16_t>()));
  if (!is_version_1 || !is_zero || !reader.AtEnd()) {
    return MakeStatus(Reason::kMalformed,
                      "audit leaf: it is not a whole leaf of version 1; "
                      "compare the log with a copy");
  }
  return CheckLeaf(*leaf);
}

}  // namespace parcelveil::wire

namespace parcelveil {

std::string_view Describe(LeafType type) {
  switch (type) {
    case LeafType::kGrant:
      return "GRANT";
    case LeafType::kGrantFailed:
      return "GRANT_FAILED";
    case LeafType::kDeny:
      return "DENY";
    case LeafType::kDialIssued:
      return "DIAL_ISSUED";
    case LeafType::kDialUsed:
      return "DIAL_USED";
    case LeafType::kSheet:
      return "SHEET";
    case LeafType::kSearch:
      return "SEARCH";
    case LeafType::kKeyring:
      return "KEYRING";
    case LeafType::kPolicy:
      return "POLICY";
    case LeafType::kDeviceEnrol:
      return "DEVICE_ENROL";
    case LeafType::kDeviceRevoke:
      return "DEVICE_REVOKE";
    case LeafType::kDestroy:
      return "DESTROY";
    case LeafType::kApproval:
      return "APPROVAL";
    case LeafType::kExport:
      return "EXPORT";
    case LeafType::kWouldDeny:
      return "WOULD_DENY";
    case LeafType::kViews:
      return "VIEWS";
    case LeafType::kPrincipal:
      return "PRINCIPAL";
    case LeafType::kHold:
      return "HOLD";
  }
  return "UNKNOWN";
}

std::vector<std::array<uint8_t, 16>> ViewedRecords(const Leaf& leaf) {
  std::vector<std::array<uint8_t, 16>> refs;
  if (leaf.type != LeafType::kViews) return refs;
  wire::Reader reader(leaf.detail);
  for (size_t i = 0; i < leaf.detail.size() / wire::kRefSize; ++i) {
    refs.push_back(reader.GetArray<wire::kRefSize>());
  }
  return refs;
}

Leaf KeyringLeaf(uint32_t tenant, uint64_t serial, const Sha256Digest& sha256) {
  Leaf leaf;
  leaf.type = LeafType::kKeyring;
  leaf.tenant = tenant;
  leaf.object_hash = sha256;
  wire::Appender(&leaf.detail).Put(serial);
  return leaf;
}

Leaf DestroyLeaf(uint32_t tenant, const DestroyedKey& key) {
  Leaf leaf;
  leaf.type = LeafType::kDestroy;
  leaf.tenant = tenant;
  leaf.slots = {key.slot};
  const wire::KeyLevel level = key.scope == Scope::kNational
                                   ? wire::KeyLevel::kEpoch
                                   : wire::KeyLevel::kScope;
  wire::Appender detail(&leaf.detail);
  detail.Put(wire::EncodeKeyId(
      {tenant, key.slot, key.epoch, key.gen, level, key.scope}));
  detail.Put(ToInt(key.role));
  return leaf;
}

}  // namespace parcelveil
