// SPDX-License-Identifier: Apache-2.0
// Opening a gate's replies, and the day's list.

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
using parcelveil::MaskedRow;
using parcelveil::capi::AddObject;
using parcelveil::capi::AskObject;
using parcelveil::capi::ByteLender;
using parcelveil::capi::BytesOf;
using parcelveil::capi::Call;
using parcelveil::capi::CallForHandle;
using parcelveil::capi::CheckThere;
using parcelveil::capi::DeviceObject;
using parcelveil::capi::LendRows;
using parcelveil::capi::MillisOf;
using parcelveil::capi::RowLender;
using parcelveil::capi::SheetObject;
using parcelveil::capi::ShownObject;
using parcelveil::capi::TextOf;
using parcelveil::capi::Used;

namespace parcelveil::capi {

absl::Status LendRows(const RowLender& lender,
                      absl::Span<const MaskedRow> rows) {
  std::vector<parcelveil_field> fields;
  for (const MaskedRow& row : rows) {
    fields.clear();
    for (const auto& [slot, text] : row.fields) {
      fields.push_back({ToInt(slot), BytesOf(text)});
    }
    const parcelveil_row lent{sizeof(lent), BytesOf(row.waybill), fields.data(),
                              fields.size()};
    PARCELVEIL_RETURN_IF_ERROR(lender.Lend(&lent));
  }
  return absl::OkStatus();
}

}  // namespace parcelveil::capi

namespace {

// Opens `reply` with `open`, which is given device, ask and reply, and spends
// the ask where it succeeds. Returns what `open` does.
template <typename F>
auto OpenReply(parcelveil_device device, parcelveil_ask ask,
               const parcelveil_bytes& reply, F&& open)
    -> decltype(open(std::declval<Device&>(), std::declval<Ask&&>(),
                     std::string_view())) {
  PARCELVEIL_ASSIGN_OR_RETURN(const Used<DeviceObject> self,
                              Used<DeviceObject>::Of(device));
  PARCELVEIL_ASSIGN_OR_RETURN(const Used<AskObject> asked,
                              Used<AskObject>::Of(ask));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view bytes,
                              TextOf(reply, "reply"));
  return open(*self->device, std::move(asked->ask), bytes);
}

}  // namespace

int32_t parcelveil_device_open(parcelveil_device device, parcelveil_ask ask,
                               parcelveil_bytes reply, parcelveil_shown* shown,
                               parcelveil_error* error) {
  return CallForHandle(shown, error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(
        parcelveil::Shown opened,
        OpenReply(device, ask, reply,
                  [](Device& self, Ask&& asked, std::string_view bytes) {
                    return self.Open(std::move(asked), bytes);
                  }));
    *shown = AddObject(std::make_shared<ShownObject>(std::move(opened)));
    return absl::OkStatus();
  });
}

int32_t parcelveil_device_open_dial(parcelveil_device device,
                                    parcelveil_ask ask, parcelveil_bytes reply,
                                    parcelveil_take take, void* context,
                                    parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(
        const std::string token,
        OpenReply(device, ask, reply,
                  [](Device& self, Ask&& asked, std::string_view bytes) {
                    return self.OpenDial(std::move(asked), bytes);
                  }));
    return lender.Lend(BytesOf(token));
  });
}

int32_t parcelveil_device_open_sheet(parcelveil_device device,
                                     parcelveil_ask ask, parcelveil_bytes reply,
                                     parcelveil_sheet* sheet,
                                     parcelveil_error* error) {
  return CallForHandle(sheet, error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(
        parcelveil::RouteSheet opened,
        OpenReply(device, ask, reply,
                  [](Device& self, Ask&& asked, std::string_view bytes) {
                    return self.OpenSheet(std::move(asked), bytes);
                  }));
    *sheet = AddObject(std::make_shared<SheetObject>(std::move(opened)));
    return absl::OkStatus();
  });
}

int32_t parcelveil_device_open_search(parcelveil_device device,
                                      parcelveil_ask ask,
                                      parcelveil_bytes reply,
                                      parcelveil_take_row take, void* context,
                                      parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const RowLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(
        const std::vector<MaskedRow> rows,
        OpenReply(device, ask, reply,
                  [](Device& self, Ask&& asked, std::string_view bytes) {
                    return self.OpenSearch(std::move(asked), bytes);
                  }));
    return LendRows(lender, rows);
  });
}

int32_t parcelveil_list_parse(parcelveil_bytes list, parcelveil_take_row take,
                              void* context, int64_t* served_ms,
                              parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const RowLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_RETURN_IF_ERROR(CheckThere(served_ms, "served_ms"));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view bytes,
                                TextOf(list, "list"));
    PARCELVEIL_ASSIGN_OR_RETURN(const parcelveil::MaskedList parsed,
                                parcelveil::ParseList(bytes));
    PARCELVEIL_RETURN_IF_ERROR(LendRows(lender, parsed.rows));
    *served_ms = MillisOf(parsed.served);
    return absl::OkStatus();
  });
}
