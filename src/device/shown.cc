// SPDX-License-Identifier: Apache-2.0
// What is on the screen, and for how long.

#include <string>
#include <utility>

#include "src/base/status.h"
#include "src/device/core.h"
#include "src/device/expiry.h"
#include "src/device/unseal.h"

namespace parcelveil {

void Shown::Forget() {
  for (auto& [slot, text] : fields_) text.Wipe();
}

const Plaintext& Shown::text() {
  return fields_.empty() ? none_ : (*this)[fields_.front().first];
}

const Plaintext& Shown::operator[](Slot slot) {
  if (!fields_.empty() && device::IsOver(*clock_, opened_, until_)) Forget();
  for (const auto& [field_slot, text] : fields_) {
    if (field_slot == slot) return text;
  }
  return none_;
}

void RouteSheet::Forget() {
  open_.Forget();
  reply_key_ = Secret();
}

std::vector<std::string> RouteSheet::waybills() const {
  std::vector<std::string> ids;
  const auto parsed = wire::ParseRouteSheet(bytes_);
  if (!parsed.ok()) return ids;  // moved from
  for (const wire::SheetEntry& entry : parsed->sheet.entries) {
    ids.emplace_back(entry.record_id);
  }
  return ids;
}

absl::StatusOr<Shown*> RouteSheet::Entry(std::string_view waybill) {
  open_.Forget();
  if (reply_key_.empty() || device::IsOver(*clock_, opened_, deadline_)) {
    Forget();
    return MakeStatus(Reason::kStale,
                      "open entry of route sheet: its deadline is over; ask "
                      "for the parcel where there is coverage");
  }
  if (!reply_key_.alive()) {
    return MakeStatus(Reason::kKeyUnavailable,
                      "open entry of route sheet: it was taken before fork; "
                      "open it in the process that took it");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::ParsedSheet parsed,
                              wire::ParseRouteSheet(bytes_));
  for (size_t i = 0; i < parsed.sheet.entries.size(); ++i) {
    const wire::SheetEntry& entry = parsed.sheet.entries[i];
    if (entry.record_id != waybill) continue;
    PARCELVEIL_ASSIGN_OR_RETURN(const Plaintext text,
                                device::UnsealEntry(reply_key_, parsed, i));
    PARCELVEIL_ASSIGN_OR_RETURN(open_.fields_,
                                device::TakeFields(text, entry.slots));
    open_.clock_ = clock_;
    open_.opened_ = clock_->Now();
    open_.until_ = deadline_;
    open_.gate_ = gate_;
    open_.leaf_index_ = parsed.sheet.leaf_index + i;
    open_.request_hash_ = parsed.sheet.request_hash;
    return &open_;
  }
  return absl::NotFoundError(
      "open entry of route sheet: the waybill is not on it; ask the gate");
}

}  // namespace parcelveil
