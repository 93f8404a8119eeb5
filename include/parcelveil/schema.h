// SPDX-License-Identifier: Apache-2.0
// Schema: which fields are sealed, how they are masked and indexed, and which
// role may open what for how long.
//
// Written in protobuf text format (proto/parcelveil/v1/schema.proto) and kept
// inside the signed keyring, so that readers need no second file.

#ifndef PARCELVEIL_SCHEMA_H_
#define PARCELVEIL_SCHEMA_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/ids.h"
#include "parcelveil/mask.h"

namespace parcelveil {

// Whose field it is. On disk: never renumber.
enum class Party : uint8_t { kSender = 1, kRecipient = 2 };

// How an index normalises what it looks up. On disk: never renumber.
enum class IndexRule : uint8_t {
  kPhone = 1,  // digits with country code, extension apart
  kLast4 = 2,  // the last four digits of kPhone
  kText = 3,   // trimmed, spaces collapsed, ASCII lower case
};

// A schema is a value: copies are independent, const methods are thread-safe.
class Schema {
 public:
  struct SealedSlot {
    Slot id;
    Party party;
    FieldKind kind;
    uint16_t pad;  // bytes; sealed sizes show only multiples of it
  };
  // A mask of the user's own, in place of the preset's.
  struct ViewMask {
    FieldKind kind;
    MaskStyle style;
  };
  struct ViewSlot {
    Slot id;
    Party party;
    std::vector<Slot> shows;  // ascending
    MaskPreset preset;
    uint16_t pad;
    std::vector<ViewMask> masks = {};  // ascending kinds

    // How a field of `kind` is masked: as the schema says, else by `of_map`,
    // the preset that a map gives the view.
    MaskStyle StyleOf(FieldKind kind, MaskPreset of_map) const;
  };
  struct IndexSlot {
    Slot id;
    Slot of;
    IndexRule rule;
    uint8_t bits;  // 1 to 32: what is stored of each value
    bool scoped;   // values differ from outlet to outlet
  };
  struct RoleAccess {
    Role id;
    bool scoped;              // one key pair an outlet
    uint32_t open_days;       // after a key's own day; 0 = without end
    uint32_t bucket_days;     // how many days share one key pair
    std::vector<Slot> slots;  // ascending; STEWARD has all
    bool while_sealing;       // opens a day only while it may still be sealed
  };

  // The built-in schema: six fields, two views, three indexes, eight roles;
  // nothing is ever destroyed.
  static Schema Default();
  // Parses text format. Errors: kInvalidArgument MALFORMED naming the line or
  // the entry that is wrong.
  static absl::StatusOr<Schema> Parse(std::string_view text);

  const std::string& calling_code() const { return calling_code_; }
  const std::vector<SealedSlot>& slots() const { return slots_; }
  const std::vector<ViewSlot>& views() const { return views_; }
  const std::vector<IndexSlot>& indexes() const { return indexes_; }
  const std::vector<RoleAccess>& roles() const { return roles_; }
  // 0 where nothing is destroyed.
  uint32_t destroy_after_days() const { return destroy_after_days_; }

  // Every slot that has keys, ascending.
  std::vector<Slot> KeyedSlots() const;
  // Null where the schema has no such entry. Valid as long as the schema.
  const SealedSlot* FindSlot(Slot id) const;
  const ViewSlot* FindView(Slot id) const;
  const IndexSlot* FindIndex(Slot id) const;
  const RoleAccess* FindRole(Role id) const;
  // The index of `of` by `rule`, null where there is none.
  const IndexSlot* FindIndexOf(Slot of, IndexRule rule) const;
  // The slot of `party` and `kind`, null where there is none.
  const SealedSlot* FindField(Party party, FieldKind kind) const;

  // Adds `slot` to, or takes it from, what `role` may open.
  // Errors: kNotFound for a role or slot that is not there;
  // kPermissionDenied FORBIDDEN for a phone index granted to a role that may
  // not open the phone (beside a view, the index is the number).
  absl::Status Grant(Role role, Slot slot);
  absl::Status Revoke(Role role, Slot slot);

  // Text format that Parse reads back.
  std::string ToText() const;
  // SHA-256 over the canonical form of SPEC.md section 7; readers compare it.
  std::array<uint8_t, 32> Hash() const;

 private:
  friend class SchemaCodec;  // src/keyring/schema_codec.h

  absl::Status Validate() const;

  std::string calling_code_;
  std::vector<SealedSlot> slots_;
  std::vector<ViewSlot> views_;
  std::vector<IndexSlot> indexes_;
  std::vector<Slot> others_;
  std::vector<RoleAccess> roles_;
  uint32_t destroy_after_days_ = 0;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SCHEMA_H_
