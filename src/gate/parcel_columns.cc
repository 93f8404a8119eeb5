// SPDX-License-Identifier: Apache-2.0
#include "src/gate/parcel_columns.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "src/base/status.h"

namespace parcelveil::gate {
namespace {

ParcelState StateNamed(const std::string& name) {
  static constexpr struct {
    const char* name;
    ParcelState state;
  } kStates[] = {{"ACCEPTED", ParcelState::kAccepted},
                 {"IN_TRANSIT", ParcelState::kInTransit},
                 {"OUT_FOR_DELIVERY", ParcelState::kOutForDelivery},
                 {"EXCEPTION", ParcelState::kException},
                 {"SIGNED_OFF", ParcelState::kSignedOff},
                 {"RETURNING", ParcelState::kReturning}};
  for (const auto& known : kStates) {
    if (name == known.name) return known.state;
  }
  return ParcelState::kUnknown;
}

}  // namespace

uint64_t PrincipalNamed(std::string_view text) {
  uint64_t principal = 0;
  const bool is_number = absl::SimpleAtoi(std::string(text), &principal);
  return is_number && std::to_string(principal) == text ? principal : 0;
}

bool IsInteger(std::string_view text, int64_t* integer) {
  return absl::SimpleAtoi(std::string(text), integer) &&
         std::to_string(*integer) == text;
}

ParcelColumns::ParcelColumns(const TableMap& map, const Schema& schema)
    : map_(map), schema_(schema) {
  for (const auto& column : map_.columns) {
    columns_[column.slot] = column.sealed_column;
  }
  for (const auto& view : map_.views) columns_[view.slot] = view.column;
  for (const auto& value : map_.state_values) {
    states_[value.text] = StateNamed(value.state);
  }
}

absl::Status ParcelColumns::Check() const {
  if (!map_.state.empty() && !map_.assigned_to.empty()) return absl::OkStatus();
  return MakeStatus(
      Reason::kMalformed,
      "read parcels of " + What() +
          ": the map does not say who a parcel is assigned to or where it "
          "stands; name the columns as assigned_to and state");
}

std::vector<Slot> ParcelColumns::KnownSlots(
    absl::Span<const Slot> slots) const {
  std::vector<Slot> known;
  for (const Slot slot : slots) {
    if (columns_.count(slot) > 0) known.push_back(slot);
  }
  return known;
}

std::vector<Slot> ParcelColumns::AllSlots() const {
  std::vector<Slot> slots;
  for (const auto& [slot, column] : columns_) slots.push_back(slot);
  return slots;
}

absl::StatusOr<std::string> ParcelColumns::IndexColumn(Slot index) const {
  const Schema::IndexSlot* const wanted = schema_.FindIndex(index);
  for (const auto& column : map_.columns) {
    if (wanted == nullptr || column.slot != wanted->of) continue;
    for (const auto& made : column.indexes) {
      if (made.rule == wanted->rule) return made.column;
    }
  }
  return MakeStatus(
      Reason::kMalformed,
      absl::StrCat("find parcels in ", What(),
                   ": the map has no column for index ", ToInt(index),
                   "; add it to the map and run `wrap run` again"));
}

std::set<std::string> ParcelColumns::ToErase(
    absl::Span<const Slot> slots,
    const std::function<bool(const std::string&)>& is_there) const {
  const auto is_asked = [&](Slot slot) {
    return std::find(slots.begin(), slots.end(), slot) != slots.end();
  };
  std::set<std::string> columns;
  for (const auto& column : map_.columns) {
    if (!is_asked(column.slot)) continue;
    columns.insert(column.sealed_column);
    for (const auto& index : column.indexes) columns.insert(index.column);
    if (is_there(column.name)) columns.insert(column.name);
  }
  for (const auto& view : map_.views) {
    const Schema::ViewSlot* const shown = schema_.FindView(view.slot);
    // A view that the schema does not know may show anything.
    if (is_asked(view.slot) || shown == nullptr ||
        std::any_of(shown->shows.begin(), shown->shows.end(), is_asked)) {
      columns.insert(view.column);
    }
  }
  return columns;
}

std::optional<std::string> ParcelColumns::KeyOf(
    std::string_view record_id) const {
  const std::string& prefix = map_.record_prefix;
  if (record_id.size() <= prefix.size() ||
      record_id.substr(0, prefix.size()) != prefix) {
    return std::nullopt;
  }
  return std::string(record_id.substr(prefix.size()));
}

ParcelState ParcelColumns::StateOf(std::string_view text) const {
  const auto found = states_.find(text);
  return found == states_.end() ? ParcelState::kUnknown : found->second;
}

std::vector<std::string> ParcelColumns::OpenStates() const {
  std::vector<std::string> open;
  for (const auto& [text, state] : states_) {
    if (state != ParcelState::kSignedOff) open.push_back(text);
  }
  return open;
}

}  // namespace parcelveil::gate
