// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parcelveil/c_field.h"
#include "parcelveil/field.h"
#include "src/capi/back_end_objects.h"
#include "src/capi/call.h"

using parcelveil::Keyring;
using parcelveil::Sealer;
using parcelveil::Slot;
using parcelveil::capi::ByteLender;
using parcelveil::capi::BytesOf;
using parcelveil::capi::Call;
using parcelveil::capi::CallForHandle;
using parcelveil::capi::CellLender;
using parcelveil::capi::CellOf;
using parcelveil::capi::CheckArray;
using parcelveil::capi::CheckStruct;
using parcelveil::capi::LendCells;
using parcelveil::capi::MakeUser;
using parcelveil::capi::MapOf;
using parcelveil::capi::SealerObject;
using parcelveil::capi::TextOf;
using parcelveil::capi::Used;

namespace parcelveil::capi {

absl::Status LendCells(const CellLender& lender,
                       absl::Span<const SealedRow::ColumnBytes> cells) {
  for (const SealedRow::ColumnBytes& cell : cells) {
    PARCELVEIL_RETURN_IF_ERROR(
        lender.Lend(BytesOf(cell.column), BytesOf(cell.bytes)));
  }
  return absl::OkStatus();
}

absl::StatusOr<Cell> CellOf(const parcelveil_cell* cell) {
  PARCELVEIL_RETURN_IF_ERROR(CheckStruct(cell, "cell"));
  Cell borrowed{Slot{cell->slot}, {}, cell->version};
  PARCELVEIL_ASSIGN_OR_RETURN(borrowed.record_id,
                              TextOf(cell->record_id, "record_id"));
  return borrowed;
}

}  // namespace parcelveil::capi

namespace {

absl::StatusOr<parcelveil::SealerOptions> OptionsOf(const parcelveil_field* hot,
                                                    size_t num_hot) {
  PARCELVEIL_RETURN_IF_ERROR(CheckArray(hot, num_hot, "hot"));
  parcelveil::SealerOptions options;
  for (size_t i = 0; i < num_hot; ++i) {
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view text,
                                TextOf(hot[i].text, "hot"));
    options.hot_values.push_back({Slot{hot[i].slot}, text});
  }
  return options;
}

absl::StatusOr<parcelveil::Record> RecordOf(const parcelveil_record* given) {
  PARCELVEIL_RETURN_IF_ERROR(CheckStruct(given, "record"));
  PARCELVEIL_RETURN_IF_ERROR(
      CheckArray(given->fields, given->num_fields, "fields"));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view id,
                              TextOf(given->record_id, "record_id"));
  parcelveil::Record record(id);
  for (size_t i = 0; i < given->num_fields; ++i) {
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view text,
                                TextOf(given->fields[i].text, "text"));
    record.Set(Slot{given->fields[i].slot}, text);
  }
  record.set_scope(parcelveil::Scope{given->outlet});
  record.set_version(given->version);
  if (given->day != 0) {
    record.set_day(absl::CivilDay(1970, 1, 1) + given->day);
  }
  return record;
}

}  // namespace

int32_t parcelveil_sealer_create(parcelveil_keyring keyring,
                                 parcelveil_bytes map,
                                 const parcelveil_field* hot, size_t num_hot,
                                 parcelveil_sealer* sealer,
                                 parcelveil_error* error) {
  return CallForHandle(sealer, error, [&] {
    return MakeUser<SealerObject>(
        keyring, sealer,
        [&](const Keyring* with) -> absl::StatusOr<std::unique_ptr<Sealer>> {
          PARCELVEIL_ASSIGN_OR_RETURN(const parcelveil::TableMap parsed,
                                      MapOf(map));
          PARCELVEIL_ASSIGN_OR_RETURN(const parcelveil::SealerOptions options,
                                      OptionsOf(hot, num_hot));
          return Sealer::Create(with, parsed, options);
        });
  });
}

int32_t parcelveil_sealer_seal(parcelveil_sealer sealer,
                               const parcelveil_record* record,
                               parcelveil_take_cell take, void* context,
                               parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const CellLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<SealerObject> self,
                                Used<SealerObject>::Of(sealer));
    PARCELVEIL_ASSIGN_OR_RETURN(const parcelveil::Record borrowed,
                                RecordOf(record));
    PARCELVEIL_ASSIGN_OR_RETURN(const parcelveil::SealedRow row,
                                self->user->Seal(borrowed));
    return LendCells(lender, row.cells());
  });
}

int32_t parcelveil_sealer_seal_field(parcelveil_sealer sealer,
                                     const parcelveil_cell* cell,
                                     uint32_t outlet, parcelveil_bytes text,
                                     parcelveil_take take, void* context,
                                     parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<SealerObject> self,
                                Used<SealerObject>::Of(sealer));
    PARCELVEIL_ASSIGN_OR_RETURN(const parcelveil::Cell borrowed, CellOf(cell));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view bytes,
                                TextOf(text, "text"));
    std::string sealed;
    PARCELVEIL_RETURN_IF_ERROR(self->user->SealField(
        borrowed, parcelveil::Scope{outlet}, bytes, &sealed));
    return lender.Lend(BytesOf(sealed));
  });
}
