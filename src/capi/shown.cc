// SPDX-License-Identifier: Apache-2.0
// What is on the screen, and a sheet for a tour without coverage.

#include <string>
#include <string_view>

#include "parcelveil/c_device.h"
#include "parcelveil/device.h"
#include "src/capi/call.h"
#include "src/capi/device_objects.h"

using parcelveil::Slot;
using parcelveil::capi::ByteLender;
using parcelveil::capi::BytesOf;
using parcelveil::capi::Call;
using parcelveil::capi::CheckThere;
using parcelveil::capi::LendText;
using parcelveil::capi::MillisOf;
using parcelveil::capi::SheetObject;
using parcelveil::capi::ShownObject;
using parcelveil::capi::TextOf;
using parcelveil::capi::Used;

int32_t parcelveil_shown_text(parcelveil_shown shown, uint16_t slot,
                              parcelveil_take take, void* context,
                              parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<ShownObject> self,
                                Used<ShownObject>::Of(shown));
    return LendText(lender,
                    slot == 0 ? self->shown.text() : self->shown[Slot{slot}]);
  });
}

int32_t parcelveil_shown_until(parcelveil_shown shown, int64_t* until_ms,
                               parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(CheckThere(until_ms, "until_ms"));
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<ShownObject> self,
                                Used<ShownObject>::Of(shown));
    *until_ms = MillisOf(self->shown.until());
    return absl::OkStatus();
  });
}

int32_t parcelveil_shown_leaf(parcelveil_shown shown, uint64_t* index,
                              parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(CheckThere(index, "index"));
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<ShownObject> self,
                                Used<ShownObject>::Of(shown));
    *index = self->shown.leaf_index();
    return absl::OkStatus();
  });
}

int32_t parcelveil_shown_forget(parcelveil_shown shown,
                                parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<ShownObject> self,
                                Used<ShownObject>::Of(shown));
    self->shown.Forget();
    return absl::OkStatus();
  });
}

int32_t parcelveil_sheet_text(parcelveil_sheet sheet, parcelveil_bytes waybill,
                              uint16_t slot, parcelveil_take take,
                              void* context, parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view id,
                                TextOf(waybill, "waybill"));
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<SheetObject> self,
                                Used<SheetObject>::Of(sheet));
    PARCELVEIL_ASSIGN_OR_RETURN(parcelveil::Shown * entry,
                                self->sheet.Entry(id));
    const absl::Status lent =
        LendText(lender, slot == 0 ? entry->text() : (*entry)[Slot{slot}]);
    entry->Forget();
    return lent;
  });
}

int32_t parcelveil_sheet_waybills(parcelveil_sheet sheet, parcelveil_take take,
                                  void* context, parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<SheetObject> self,
                                Used<SheetObject>::Of(sheet));
    for (const std::string& waybill : self->sheet.waybills()) {
      PARCELVEIL_RETURN_IF_ERROR(lender.Lend(BytesOf(waybill)));
    }
    return absl::OkStatus();
  });
}

int32_t parcelveil_sheet_deadline(parcelveil_sheet sheet, int64_t* deadline_ms,
                                  parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(CheckThere(deadline_ms, "deadline_ms"));
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<SheetObject> self,
                                Used<SheetObject>::Of(sheet));
    *deadline_ms = MillisOf(self->sheet.deadline());
    return absl::OkStatus();
  });
}

int32_t parcelveil_sheet_forget(parcelveil_sheet sheet,
                                parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<SheetObject> self,
                                Used<SheetObject>::Of(sheet));
    self->sheet.Forget();
    return absl::OkStatus();
  });
}
