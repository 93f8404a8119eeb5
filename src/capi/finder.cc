// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/finder.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parcelveil/c_field.h"
#include "src/capi/back_end_objects.h"
#include "src/capi/call.h"

using parcelveil::Finder;
using parcelveil::IndexRule;
using parcelveil::Keyring;
using parcelveil::SealedCell;
using parcelveil::Search;
using parcelveil::capi::ByteLender;
using parcelveil::capi::BytesOf;
using parcelveil::capi::Call;
using parcelveil::capi::CallForHandle;
using parcelveil::capi::CheckStruct;
using parcelveil::capi::FinderObject;
using parcelveil::capi::Lender;
using parcelveil::capi::MakeUser;
using parcelveil::capi::Refuse;
using parcelveil::capi::SealedOf;
using parcelveil::capi::TextOf;
using parcelveil::capi::Used;

namespace {

absl::StatusOr<Search> SearchOf(const parcelveil_search* given) {
  PARCELVEIL_RETURN_IF_ERROR(CheckStruct(given, "search"));
  if (given->by < PARCELVEIL_INDEX_PHONE || given->by > PARCELVEIL_INDEX_TEXT) {
    return Refuse("by", "there is no such value");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view text,
                              TextOf(given->text, "text"));
  Search search{parcelveil::Slot{given->slot}, text,
                static_cast<IndexRule>(given->by)};
  if (given->has_outlet != 0) search.scope = parcelveil::Scope{given->outlet};
  return search;
}

}  // namespace

int32_t parcelveil_finder_create(parcelveil_keyring keyring,
                                 parcelveil_finder* finder,
                                 parcelveil_error* error) {
  return CallForHandle(finder, error, [&] {
    return MakeUser<FinderObject>(keyring, finder, [](const Keyring* with) {
      return Finder::Create(with);
    });
  });
}

int32_t parcelveil_finder_values(parcelveil_finder finder,
                                 const parcelveil_search* search,
                                 int64_t back_ms, parcelveil_take take,
                                 void* context, parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<FinderObject> self,
                                Used<FinderObject>::Of(finder));
    PARCELVEIL_ASSIGN_OR_RETURN(const Search what, SearchOf(search));
    PARCELVEIL_ASSIGN_OR_RETURN(
        const std::vector<std::string> values,
        self->user->Values(what, absl::Milliseconds(back_ms)));
    for (const std::string& value : values) {
      PARCELVEIL_RETURN_IF_ERROR(lender.Lend(BytesOf(value)));
    }
    return absl::OkStatus();
  });
}

int32_t parcelveil_finder_matches(parcelveil_finder finder,
                                  const parcelveil_search* search,
                                  const parcelveil_sealed* cells,
                                  size_t num_cells,
                                  parcelveil_take_position take, void* context,
                                  parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const Lender<size_t, int32_t> lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<FinderObject> self,
                                Used<FinderObject>::Of(finder));
    PARCELVEIL_ASSIGN_OR_RETURN(const Search what, SearchOf(search));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<SealedCell> sealed,
                                SealedOf<SealedCell>(cells, num_cells));
    PARCELVEIL_ASSIGN_OR_RETURN(const parcelveil::Found found,
                                self->user->Matches(what, sealed));
    for (const size_t position : found.positions) {
      PARCELVEIL_RETURN_IF_ERROR(lender.Lend(position, 0));
    }
    for (const size_t position : found.closed) {
      PARCELVEIL_RETURN_IF_ERROR(lender.Lend(position, 1));
    }
    return absl::OkStatus();
  });
}
