// SPDX-License-Identifier: Apache-2.0
// Asking a gate.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parcelveil/c_device.h"
#include "parcelveil/device.h"
#include "src/capi/call.h"
#include "src/capi/device_objects.h"

using parcelveil::Ask;
using parcelveil::Device;
using parcelveil::Purpose;
using parcelveil::Slot;
using parcelveil::capi::AddObject;
using parcelveil::capi::AskObject;
using parcelveil::capi::ByteLender;
using parcelveil::capi::BytesOf;
using parcelveil::capi::Call;
using parcelveil::capi::CallForHandle;
using parcelveil::capi::CheckArray;
using parcelveil::capi::CheckStruct;
using parcelveil::capi::DeviceObject;
using parcelveil::capi::SlotsOf;
using parcelveil::capi::TextOf;
using parcelveil::capi::Used;

namespace {

// Makes an ask with `make`, which is given the device.
template <typename F>
absl::Status MakeAsk(parcelveil_device device, parcelveil_ask* handle,
                     F&& make) {
  PARCELVEIL_ASSIGN_OR_RETURN(const Used<DeviceObject> self,
                              Used<DeviceObject>::Of(device));
  PARCELVEIL_ASSIGN_OR_RETURN(Ask ask, make(*self->device));
  *handle = AddObject(std::make_shared<AskObject>(std::move(ask)));
  return absl::OkStatus();
}

}  // namespace

int32_t parcelveil_device_reveal(parcelveil_device device,
                                 parcelveil_bytes waybill,
                                 const uint16_t* slots, size_t num_slots,
                                 uint16_t purpose, parcelveil_bytes ticket,
                                 parcelveil_ask* ask, parcelveil_error* error) {
  return CallForHandle(ask, error, [&] {
    return MakeAsk(device, ask, [&](Device& self) -> absl::StatusOr<Ask> {
      PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view id,
                                  TextOf(waybill, "waybill"));
      PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<Slot> wanted,
                                  SlotsOf(slots, num_slots));
      PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view of,
                                  TextOf(ticket, "ticket"));
      return self.Reveal(id, wanted, Purpose{purpose}, of);
    });
  });
}

int32_t parcelveil_device_dial(parcelveil_device device,
                               parcelveil_bytes waybill, uint16_t phone,
                               uint16_t purpose, parcelveil_ask* ask,
                               parcelveil_error* error) {
  return CallForHandle(ask, error, [&] {
    return MakeAsk(device, ask, [&](Device& self) -> absl::StatusOr<Ask> {
      PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view id,
                                  TextOf(waybill, "waybill"));
      return self.Dial(id, Slot{phone}, Purpose{purpose});
    });
  });
}

int32_t parcelveil_device_sheet(parcelveil_device device,
                                const parcelveil_sheet_order* order,
                                parcelveil_ask* ask, parcelveil_error* error) {
  return CallForHandle(ask, error, [&] {
    return MakeAsk(device, ask, [&](Device& self) -> absl::StatusOr<Ask> {
      PARCELVEIL_RETURN_IF_ERROR(CheckStruct(order, "order"));
      PARCELVEIL_RETURN_IF_ERROR(
          CheckArray(order->waybills, order->num_waybills, "waybills"));
      std::vector<std::string> ids;
      for (size_t i = 0; i < order->num_waybills; ++i) {
        PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view id,
                                    TextOf(order->waybills[i], "waybill"));
        ids.emplace_back(id);
      }
      PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<Slot> wanted,
                                  SlotsOf(order->slots, order->num_slots));
      return self.Sheet(ids, wanted, Purpose{order->purpose});
    });
  });
}

int32_t parcelveil_device_search(parcelveil_device device,
                                 const parcelveil_search_order* order,
                                 parcelveil_ask* ask, parcelveil_error* error) {
  return CallForHandle(ask, error, [&] {
    return MakeAsk(device, ask, [&](Device& self) -> absl::StatusOr<Ask> {
      PARCELVEIL_RETURN_IF_ERROR(CheckStruct(order, "order"));
      parcelveil::SearchFor what;
      PARCELVEIL_ASSIGN_OR_RETURN(what.phone, TextOf(order->phone, "phone"));
      PARCELVEIL_ASSIGN_OR_RETURN(what.ticket, TextOf(order->ticket, "ticket"));
      PARCELVEIL_ASSIGN_OR_RETURN(what.views,
                                  SlotsOf(order->views, order->num_views));
      what.index = Slot{order->index};
      what.outlet = parcelveil::Scope{order->outlet};
      what.back = absl::Milliseconds(order->back_ms);
      what.purpose = Purpose{order->purpose};
      return self.Search(what);
    });
  });
}

int32_t parcelveil_ask_bytes(parcelveil_ask ask, parcelveil_take take,
                             void* context, parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<AskObject> self,
                                Used<AskObject>::Of(ask));
    return lender.Lend(BytesOf(self->ask.bytes()));
  });
}
