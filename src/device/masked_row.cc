// SPDX-License-Identifier: Apache-2.0
#include "src/device/masked_row.h"

#include <string>

#include "src/base/status.h"
#include "src/device/expiry.h"

namespace parcelveil {

std::vector<MaskedRow> device::CopyRows(
    absl::Span<const wire::MaskedRow> rows) {
  std::vector<MaskedRow> copies;
  copies.reserve(rows.size());
  for (const wire::MaskedRow& row : rows) {
    MaskedRow& copy = copies.emplace_back();
    copy.waybill = row.record_id;
    copy.fields.reserve(row.fields.size());
    for (const wire::MaskedRow::Field& field : row.fields) {
      copy.fields.emplace_back(field.slot, std::string(field.text));
    }
  }
  return copies;
}

std::string_view MaskedRow::operator[](Slot slot) const {
  for (const auto& [field_slot, text] : fields) {
    if (field_slot == slot) return text;
  }
  return {};
}

absl::StatusOr<MaskedList> ParseList(std::string_view bytes) {
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::MaskedList list,
                              wire::ParseMaskedList(bytes));
  return MaskedList{device::FromMillis(list.served_ms),
                    device::CopyRows(list.rows)};
}

}  // namespace parcelveil
