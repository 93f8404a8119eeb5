// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/schema.h"

#include <algorithm>
#include <set>

#include "google/protobuf/text_format.h"
#include "src/base/status.h"
#include "src/crypto/hash.h"
#include "src/keyring/first_error.h"
#include "src/keyring/schema_codec.h"
#include "src/keyring/view_mask.h"
#include "src/wire/bytes.h"

namespace parcelveil {
namespace {

constexpr char kDefaultSchema[] = R"(
calling_code: "86"
slot { id: SENDER_NAME        party: SENDER     kind: NAME     pad: 32 }
slot { id: SENDER_PHONE       party: SENDER     kind: PHONE    pad: 16 }
slot { id: SENDER_ADDRESS     party: SENDER     kind: ADDRESS  pad: 64 }
slot { id: RECIPIENT_NAME     party: RECIPIENT  kind: NAME     pad: 32 }
slot { id: RECIPIENT_PHONE    party: RECIPIENT  kind: PHONE    pad: 16 }
slot { id: RECIPIENT_ADDRESS  party: RECIPIENT  kind: ADDRESS  pad: 64 }
view { id: RECIPIENT_VIEW party: RECIPIENT preset: HANDHELD pad: 64
       show: [RECIPIENT_NAME, RECIPIENT_PHONE, RECIPIENT_ADDRESS] }
view { id: SENDER_VIEW party: SENDER preset: HANDHELD pad: 64
       show: [SENDER_NAME, SENDER_PHONE, SENDER_ADDRESS] }
index { id: RECIPIENT_PHONE_INDEX of: RECIPIENT_PHONE rule: PHONE bits: 19 }
index { id: RECIPIENT_LAST4_INDEX of: RECIPIENT_PHONE rule: LAST4 bits: 9
        scoped: true }
index { id: SENDER_PHONE_INDEX of: SENDER_PHONE rule: PHONE bits: 19 }
other: [DIAL, AUDIT_REF, INTAKE]
role { id: STEWARD bucket_days: 31 }
role { id: CONVERTER bucket_days: 7 while_sealing: true
       slot: [SENDER_NAME, SENDER_PHONE, SENDER_ADDRESS, RECIPIENT_NAME,
              RECIPIENT_PHONE, RECIPIENT_ADDRESS, RECIPIENT_PHONE_INDEX,
              RECIPIENT_LAST4_INDEX, SENDER_PHONE_INDEX, INTAKE,
              RECIPIENT_VIEW, SENDER_VIEW] }
role { id: GATE open_days: 90 bucket_days: 31
       slot: [SENDER_NAME, SENDER_PHONE, SENDER_ADDRESS, RECIPIENT_NAME,
              RECIPIENT_PHONE, RECIPIENT_ADDRESS, RECIPIENT_PHONE_INDEX,
              RECIPIENT_LAST4_INDEX, SENDER_PHONE_INDEX, DIAL, AUDIT_REF,
              RECIPIENT_VIEW, SENDER_VIEW] }
role { id: LIST open_days: 7 bucket_days: 7
       slot: [RECIPIENT_VIEW, SENDER_VIEW] }
role { id: TELEPHONY open_days: 2 bucket_days: 7 slot: DIAL }
role { id: OUTLET scoped: true open_days: 7 bucket_days: 7
       slot: [RECIPIENT_LAST4_INDEX, RECIPIENT_VIEW, SENDER_VIEW] }
role { id: DISPUTE open_days: 180 bucket_days: 31
       slot: [SENDER_NAME, SENDER_PHONE, SENDER_ADDRESS, RECIPIENT_NAME,
              RECIPIENT_PHONE, RECIPIENT_ADDRESS, RECIPIENT_PHONE_INDEX,
              RECIPIENT_LAST4_INDEX, SENDER_PHONE_INDEX, AUDIT_REF] }
role { id: AUDITOR open_days: 180 bucket_days: 31 slot: AUDIT_REF }
)";

absl::Status Malformed(const std::string& what) {
  return MakeStatus(Reason::kMalformed,
                    "read schema: " + what + "; correct the schema");
}

bool IsPad(uint16_t pad) {
  return pad >= 16 && pad <= 256 && (pad & (pad - 1)) == 0;
}

bool IsFieldSlot(Slot slot) {
  const uint16_t id = ToInt(slot);
  return (id >= 1 && id <= 6) || (id >= 64 && id <= 0x3FFF);
}

bool IsViewSlot(Slot slot) {
  return slot == Slot::kRecipientView || slot == Slot::kSenderView ||
         ToInt(slot) >= 0x8010;
}

bool IsIndexSlot(Slot slot) {
  const uint16_t id = ToInt(slot);
  return (id >= 0x4001 && id <= 0x4003) || (id >= 0x4010 && id <= 0x4FFF);
}

bool IsOtherSlot(Slot slot) {
  return slot == Slot::kDial || slot == Slot::kAuditRef ||
         slot == Slot::kIntake;
}

// 9 to 63 are reserved.
bool IsRole(Role role) {
  const uint16_t id = ToInt(role);
  return (id >= 1 && id <= ToInt(Role::kAuditor)) || id >= 64;
}

bool IsParty(Party party) {
  return party == Party::kSender || party == Party::kRecipient;
}

// The built-in slots are what their numbers say: name, phone and address of
// the sender, then of the recipient.
bool FitsNumber(const Schema::SealedSlot& slot) {
  const int place = ToInt(slot.id) - 1;
  return place >= 6 || (static_cast<int>(slot.party) == 1 + place / 3 &&
                        static_cast<int>(slot.kind) == 1 + place % 3);
}

template <typename Entry, typename Id>
const Entry* Find(const std::vector<Entry>& entries, Id id) {
  for (const Entry& entry : entries) {
    if (entry.id == id) return &entry;
  }
  return nullptr;
}

bool Contains(const std::vector<Slot>& slots, Slot slot) {
  return std::binary_search(slots.begin(), slots.end(), slot);
}

}  // namespace

Schema Schema::Default() { return Parse(kDefaultSchema).value(); }

absl::StatusOr<Schema> Schema::Parse(std::string_view text) {
  keyring::FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  v1::Schema message;
  if (!parser.ParseFromString(std::string(text), &message)) {
    return Malformed(error.text());
  }
  return SchemaCodec::FromProto(message);
}

std::string Schema::ToText() const {
  std::string text;
  google::protobuf::TextFormat::PrintToString(SchemaCodec::ToProto(*this),
                                              &text);
  return text;
}

absl::Status Schema::Validate() const {
  if (calling_code_.empty() || calling_code_.size() > 3 ||
      calling_code_.find_first_not_of("0123456789") != std::string::npos) {
    return Malformed("calling_code is not 1 to 3 digits");
  }
  for (const SealedSlot& slot : slots_) {
    if (!IsFieldSlot(slot.id)) {
      return Malformed(Describe(slot.id) + " is not a field's number");
    }
    if (slot.kind < FieldKind::kName || slot.kind > FieldKind::kText) {
      return Malformed(Describe(slot.id) + " has no kind that can be sealed");
    }
    if (!IsParty(slot.party) || !FitsNumber(slot)) {
      return Malformed(Describe(slot.id) +
                       " has no party, or is given another party or kind than "
                       "its own");
    }
    if (!IsPad(slot.pad)) {
      return Malformed("pad of " + Describe(slot.id) +
                       " is not a power of two from 16 to 256");
    }
  }
  for (const ViewSlot& view : views_) {
    if (!IsViewSlot(view.id) || !IsParty(view.party) || !IsPad(view.pad) ||
        view.shows.empty() || view.preset < MaskPreset::kHandheld ||
        view.preset > MaskPreset::kLabel) {
      return Malformed(Describe(view.id) +
                       " needs a view's number, a party, a pad, a preset and a "
                       "show");
    }
    if (!keyring::AreMasks(view.masks)) {
      return Malformed("a mask of " + Describe(view.id) +
                       " has no kind and rule that fit, a kind twice, over 3 "
                       "or 4 digits, or a width over 16");
    }
    for (Slot shown : view.shows) {
      if (FindSlot(shown) == nullptr) {
        return Malformed(Describe(view.id) + " shows " + Describe(shown) +
                         ", which is not a slot of this schema");
      }
    }
  }
  for (const IndexSlot& index : indexes_) {
    if (!IsIndexSlot(index.id) || index.bits < 1 || index.bits > 32 ||
        index.rule < IndexRule::kPhone || index.rule > IndexRule::kText ||
        FindSlot(index.of) == nullptr) {
      return Malformed(Describe(index.id) +
                       " needs an index's number, a slot, a rule and 1 to 32 "
                       "bits");
    }
  }
  for (Slot other : others_) {
    if (!IsOtherSlot(other)) {
      return Malformed(Describe(other) +
                       " is not dial, audit reference or intake");
    }
  }
  const std::vector<Slot> keyed = KeyedSlots();
  if (std::adjacent_find(keyed.begin(), keyed.end()) != keyed.end()) {
    return Malformed("a slot is named twice");
  }
  for (size_t i = 0; i < roles_.size(); ++i) {
    const RoleAccess& role = roles_[i];
    if (!IsRole(role.id) || (i > 0 && roles_[i - 1].id == role.id)) {
      return Malformed(Describe(role.id) +
                       " is named twice, or is no role's number");
    }
    if (role.bucket_days < 1 || role.bucket_days > 366 ||
        role.open_days > 36500) {
      return Malformed("bucket_days of " + Describe(role.id) +
                       " is not 1 to 366, or open_days over 36500");
    }
    for (Slot slot : role.slots) {
      if (!Contains(keyed, slot)) {
        return Malformed(Describe(role.id) + " may open " + Describe(slot) +
                         ", which is not a slot of this schema");
      }
      const IndexSlot* index = FindIndex(slot);
      if (index != nullptr && index->rule == IndexRule::kPhone &&
          !Contains(role.slots, index->of)) {
        return MakeStatus(
            Reason::kForbidden,
            "read schema: " + Describe(role.id) + " may use " + Describe(slot) +
                " without opening the phone, and beside a masked phone that "
                "index is the number; grant " +
                Describe(index->of) + " too, or neither");
      }
    }
  }
  const RoleAccess* steward = FindRole(Role::kSteward);
  if (steward == nullptr || steward->scoped || steward->open_days != 0) {
    return Malformed("STEWARD is missing, scoped or has open_days");
  }
  return absl::OkStatus();
}

std::vector<Slot> Schema::KeyedSlots() const {
  std::vector<Slot> slots = others_;
  for (const SealedSlot& slot : slots_) slots.push_back(slot.id);
  for (const ViewSlot& view : views_) slots.push_back(view.id);
  for (const IndexSlot& index : indexes_) slots.push_back(index.id);
  std::sort(slots.begin(), slots.end());
  return slots;
}

const Schema::SealedSlot* Schema::FindSlot(Slot id) const {
  return Find(slots_, id);
}
const Schema::ViewSlot* Schema::FindView(Slot id) const {
  return Find(views_, id);
}
const Schema::IndexSlot* Schema::FindIndex(Slot id) const {
  return Find(indexes_, id);
}
const Schema::RoleAccess* Schema::FindRole(Role id) const {
  return Find(roles_, id);
}

const Schema::IndexSlot* Schema::FindIndexOf(Slot of, IndexRule rule) const {
  for (const IndexSlot& index : indexes_) {
    if (index.of == of && index.rule == rule) return &index;
  }
  return nullptr;
}

const Schema::SealedSlot* Schema::FindField(Party party, FieldKind kind) const {
  for (const SealedSlot& slot : slots_) {
    if (slot.party == party && slot.kind == kind) return &slot;
  }
  return nullptr;
}

absl::Status Schema::Grant(Role role, Slot slot) {
  const RoleAccess* found = FindRole(role);
  const std::vector<Slot> keyed = KeyedSlots();
  if (found == nullptr || !Contains(keyed, slot)) {
    return absl::NotFoundError("grant " + Describe(slot) + " to " +
                               Describe(role) +
                               ": the schema has no such slot or role; add it "
                               "to the schema first");
  }
  Schema changed = *this;
  std::vector<Slot>& slots = changed.roles_[found - roles_.data()].slots;
  slots.push_back(slot);
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  PARCELVEIL_RETURN_IF_ERROR(changed.Validate());
  *this = std::move(changed);
  return absl::OkStatus();
}

absl::Status Schema::Revoke(Role role, Slot slot) {
  const RoleAccess* found = FindRole(role);
  if (found == nullptr || !Contains(found->slots, slot)) {
    return absl::NotFoundError("revoke " + Describe(slot) + " from " +
                               Describe(role) +
                               ": the role may not open it; nothing to do");
  }
  Schema changed = *this;
  std::vector<Slot>& slots = changed.roles_[found - roles_.data()].slots;
  slots.erase(std::find(slots.begin(), slots.end(), slot));
  PARCELVEIL_RETURN_IF_ERROR(changed.Validate());
  *this = std::move(changed);
  return absl::OkStatus();
}

std::array<uint8_t, 32> Schema::Hash() const {
  std::string canonical;
  for (const SealedSlot& slot : slots_) {
    uint8_t head[6];
    wire::Writer writer(head);
    writer.Put(ToInt(slot.id));
    writer.Put(static_cast<uint8_t>(slot.party));
    writer.Put(static_cast<uint8_t>(slot.kind));
    writer.Put(slot.pad);
    canonical += wire::AsText(head);
    std::string rules, indexes;
    for (const ViewSlot& view : views_) {
      if (!Contains(view.shows, slot.id)) continue;
      rules += keyring::MaskForHash(view, slot.kind);
    }
    for (const IndexSlot& index : indexes_) {
      if (index.of != slot.id) continue;
      uint8_t id[2];
      wire::Writer(id).Put(ToInt(index.id));
      indexes += wire::AsText(id);
    }
    canonical += static_cast<char>(rules.size());
    canonical += rules;
    canonical += static_cast<char>(indexes.size());
    canonical += indexes;
  }
  return crypto::Sha256(canonical);
}

}  // namespace parcelveil
