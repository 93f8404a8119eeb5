// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parcelveil/c_field.h"
#include "parcelveil/field.h"
#include "parcelveil/list.h"
#include "parcelveil/schema.h"
#include "src/capi/back_end_objects.h"
#include "src/capi/call.h"

using parcelveil::Keyring;
using parcelveil::Masked;
using parcelveil::Opener;
using parcelveil::SealedView;
using parcelveil::Slot;
using parcelveil::View;
using parcelveil::capi::ByteLender;
using parcelveil::capi::BytesOf;
using parcelveil::capi::Call;
using parcelveil::capi::CallForHandle;
using parcelveil::capi::CellOf;
using parcelveil::capi::Lender;
using parcelveil::capi::LendText;
using parcelveil::capi::MakeUser;
using parcelveil::capi::OpenerObject;
using parcelveil::capi::Report;
using parcelveil::capi::SealedOf;
using parcelveil::capi::TextOf;
using parcelveil::capi::TimeOf;
using parcelveil::capi::Used;

namespace {

using ViewLender = Lender<const parcelveil_view*>;

absl::Status LendClosed(const ViewLender& lender, size_t position,
                        const absl::Status& why) {
  parcelveil_error closed{};
  closed.struct_size = sizeof(closed);
  Report(why, &closed);
  const parcelveil_view lent{sizeof(lent), &closed, position, nullptr, 0};
  return lender.Lend(&lent);
}

// Lends what `view` holds of `shows`.
absl::Status LendView(const ViewLender& lender, size_t position,
                      const View& view, const std::vector<Slot>& shows) {
  std::vector<Masked> masks;  // the texts that `fields` borrows
  masks.reserve(shows.size());
  std::vector<parcelveil_field> fields;
  for (const Slot slot : shows) {
    const Masked& masked = masks.emplace_back(view[slot]);
    if (masked.text().empty()) continue;
    fields.push_back({ToInt(slot), BytesOf(masked.text())});
  }
  const parcelveil_view lent{sizeof(lent), nullptr, position, fields.data(),
                             fields.size()};
  return lender.Lend(&lent);
}

// What views of `slot` hold; nothing where the schema has none such.
std::vector<Slot> ShownBy(const Keyring& keyring, Slot slot) {
  const parcelveil::Schema schema = keyring.schema();
  const parcelveil::Schema::ViewSlot* const view = schema.FindView(slot);
  return view == nullptr ? std::vector<Slot>() : view->shows;
}

}  // namespace

int32_t parcelveil_opener_create(parcelveil_keyring keyring,
                                 parcelveil_opener* opener,
                                 parcelveil_error* error) {
  return CallForHandle(opener, error, [&] {
    return MakeUser<OpenerObject>(keyring, opener, [](const Keyring* with) {
      return Opener::Create(with);
    });
  });
}

int32_t parcelveil_opener_open(parcelveil_opener opener,
                               const parcelveil_cell* cell,
                               parcelveil_bytes sealed, parcelveil_take take,
                               void* context, parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<OpenerObject> self,
                                Used<OpenerObject>::Of(opener));
    PARCELVEIL_ASSIGN_OR_RETURN(const parcelveil::Cell borrowed, CellOf(cell));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view bytes,
                                TextOf(sealed, "sealed"));
    PARCELVEIL_ASSIGN_OR_RETURN(const parcelveil::Plaintext text,
                                self->user->Open(borrowed, bytes));
    return LendText(lender, text);
  });
}

int32_t parcelveil_opener_open_views(parcelveil_opener opener, uint16_t slot,
                                     const parcelveil_sealed* views,
                                     size_t num_views,
                                     parcelveil_take_view take, void* context,
                                     parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ViewLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<OpenerObject> self,
                                Used<OpenerObject>::Of(opener));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<SealedView> sealed,
                                SealedOf<SealedView>(views, num_views));
    const std::vector<absl::StatusOr<View>> opened =
        self->user->OpenViews(Slot{slot}, sealed);
    const std::vector<Slot> shows =
        ShownBy(*self->keyring->keyring, Slot{slot});
    for (size_t i = 0; i < opened.size(); ++i) {
      PARCELVEIL_RETURN_IF_ERROR(
          opened[i].ok() ? LendView(lender, i, *opened[i], shows)
                         : LendClosed(lender, i, opened[i].status()));
    }
    return absl::OkStatus();
  });
}

int32_t parcelveil_opener_encode_list(parcelveil_opener opener, uint16_t slot,
                                      const parcelveil_sealed* views,
                                      size_t num_views, int64_t served_ms,
                                      parcelveil_take take, void* context,
                                      parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<OpenerObject> self,
                                Used<OpenerObject>::Of(opener));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<SealedView> sealed,
                                SealedOf<SealedView>(views, num_views));
    PARCELVEIL_ASSIGN_OR_RETURN(
        const std::string list,
        parcelveil::EncodeList(*self->user, Slot{slot}, sealed,
                               TimeOf(served_ms)));
    return lender.Lend(BytesOf(list));
  });
}
