// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/schema_codec.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "src/base/status.h"

namespace parcelveil {
namespace {

// Numbers of slots and roles, as written.
std::vector<int> NumbersOf(const v1::Schema& message) {
  std::vector<int> numbers(message.other().begin(), message.other().end());
  for (const auto& slot : message.slot()) numbers.push_back(slot.id());
  for (const auto& view : message.view()) {
    numbers.push_back(view.id());
    numbers.insert(numbers.end(), view.show().begin(), view.show().end());
  }
  for (const auto& index : message.index()) {
    numbers.insert(numbers.end(), {index.id(), index.of()});
  }
  for (const auto& role : message.role()) {
    numbers.push_back(role.id());
    numbers.insert(numbers.end(), role.slot().begin(), role.slot().end());
  }
  return numbers;
}

// A number that 16 bits do not hold would come out as another one's.
absl::Status CheckNumbers(const v1::Schema& message) {
  for (int number : NumbersOf(message)) {
    if (number >= 0 && number <= UINT16_MAX) continue;
    return MakeStatus(Reason::kMalformed,
                      "read schema: " + std::to_string(number) +
                          " is no slot's or role's number; correct the schema");
  }
  return absl::OkStatus();
}

// Cut to what does not pass for a pad.
uint16_t PadOf(uint32_t pad) {
  return static_cast<uint16_t>(std::min<uint32_t>(pad, UINT16_MAX));
}

template <typename Entries>
std::vector<Slot> SlotsOf(const Entries& names) {
  std::vector<Slot> slots;
  for (int name : names) slots.push_back(Slot{static_cast<uint16_t>(name)});
  std::sort(slots.begin(), slots.end());
  return slots;
}

// Cut to what no mask has, and below MaskStyle::kOfTheRule.
uint8_t ByteOf(uint32_t number) {
  return static_cast<uint8_t>(
      std::min<uint32_t>(number, MaskStyle::kOfTheRule - 1));
}

Schema::ViewMask MaskOf(const v1::Schema::Mask& mask) {
  MaskStyle style(static_cast<MaskRule>(mask.rule()));
  if (mask.has_head_digits()) style.head_digits = ByteOf(mask.head_digits());
  if (mask.has_tail_digits()) style.tail_digits = ByteOf(mask.tail_digits());
  style.star = static_cast<MaskStar>(mask.star());
  style.width = ByteOf(mask.width());
  return {static_cast<FieldKind>(mask.kind()), style};
}

void WriteMask(const Schema::ViewMask& mask, v1::Schema::Mask* out) {
  const MaskStyle& style = mask.style;
  out->set_kind(static_cast<v1::Field::Kind>(mask.kind));
  out->set_rule(static_cast<v1::Schema::Mask::Rule>(style.rule));
  if (style.head_digits != MaskStyle::kOfTheRule) {
    out->set_head_digits(style.head_digits);
  }
  if (style.tail_digits != MaskStyle::kOfTheRule) {
    out->set_tail_digits(style.tail_digits);
  }
  out->set_star(static_cast<v1::Schema::Mask::Star>(style.star));
  out->set_width(style.width);
}

template <typename Entry>
void SortById(std::vector<Entry>* entries) {
  std::sort(entries->begin(), entries->end(),
            [](const Entry& a, const Entry& b) { return a.id < b.id; });
}

v1::SlotName NameOf(Slot slot) {
  return static_cast<v1::SlotName>(ToInt(slot));
}

}  // namespace

absl::StatusOr<Schema> SchemaCodec::FromProto(const v1::Schema& message) {
  PARCELVEIL_RETURN_IF_ERROR(CheckNumbers(message));
  Schema schema;
  schema.calling_code_ = message.calling_code();
  schema.destroy_after_days_ = message.destroy_after_days();
  for (const auto& slot : message.slot()) {
    schema.slots_.push_back({Slot{static_cast<uint16_t>(slot.id())},
                             static_cast<Party>(slot.party()),
                             static_cast<FieldKind>(slot.kind()),
                             PadOf(slot.pad())});
  }
  for (const auto& view : message.view()) {
    schema.views_.push_back(
        {Slot{static_cast<uint16_t>(view.id())},
         static_cast<Party>(view.party()), SlotsOf(view.show()),
         static_cast<MaskPreset>(view.preset()), PadOf(view.pad())});
    std::vector<Schema::ViewMask>& masks = schema.views_.back().masks;
    for (const auto& mask : view.mask()) masks.push_back(MaskOf(mask));
    std::sort(masks.begin(), masks.end(),
              [](const auto& a, const auto& b) { return a.kind < b.kind; });
  }
  for (const auto& index : message.index()) {
    schema.indexes_.push_back(
        {Slot{static_cast<uint16_t>(index.id())},
         Slot{static_cast<uint16_t>(index.of())},
         static_cast<IndexRule>(index.rule()),
         static_cast<uint8_t>(std::min(index.bits(), 255u)), index.scoped()});
  }
  schema.others_ = SlotsOf(message.other());
  for (const auto& role : message.role()) {
    schema.roles_.push_back({Role{static_cast<uint16_t>(role.id())},
                             role.scoped(), role.open_days(),
                             role.bucket_days(), SlotsOf(role.slot()),
                             role.while_sealing()});
  }
  SortById(&schema.slots_);
  SortById(&schema.views_);
  SortById(&schema.indexes_);
  SortById(&schema.roles_);
  PARCELVEIL_RETURN_IF_ERROR(schema.Validate());
  return schema;
}

v1::Schema SchemaCodec::ToProto(const Schema& schema) {
  v1::Schema message;
  message.set_calling_code(schema.calling_code_);
  message.set_destroy_after_days(schema.destroy_after_days_);
  for (const Schema::SealedSlot& slot : schema.slots_) {
    auto* out = message.add_slot();
    out->set_id(NameOf(slot.id));
    out->set_party(static_cast<v1::Field::Party>(slot.party));
    out->set_kind(static_cast<v1::Field::Kind>(slot.kind));
    out->set_pad(slot.pad);
  }
  for (const Schema::ViewSlot& view : schema.views_) {
    auto* out = message.add_view();
    out->set_id(NameOf(view.id));
    out->set_party(static_cast<v1::Field::Party>(view.party));
    for (Slot shown : view.shows) out->add_show(NameOf(shown));
    out->set_preset(static_cast<v1::Preset>(view.preset));
    out->set_pad(view.pad);
    for (const Schema::ViewMask& mask : view.masks) {
      WriteMask(mask, out->add_mask());
    }
  }
  for (const Schema::IndexSlot& index : schema.indexes_) {
    auto* out = message.add_index();
    out->set_id(NameOf(index.id));
    out->set_of(NameOf(index.of));
    out->set_rule(static_cast<v1::Schema::Index::Rule>(index.rule));
    out->set_bits(index.bits);
    out->set_scoped(index.scoped);
  }
  for (Slot slot : schema.others_) message.add_other(NameOf(slot));
  for (const Schema::RoleAccess& role : schema.roles_) {
    auto* out = message.add_role();
    out->set_id(static_cast<v1::RoleName>(role.id));
    out->set_scoped(role.scoped);
    out->set_open_days(role.open_days);
    out->set_bucket_days(role.bucket_days);
    for (Slot slot : role.slots) out->add_slot(NameOf(slot));
    out->set_while_sealing(role.while_sealing);
  }
  return message;
}

}  // namespace parcelveil
