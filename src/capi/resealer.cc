// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string_view>
#include <utility>

#include "parcelveil/c_field.h"
#include "parcelveil/reseal.h"
#include "src/capi/back_end_objects.h"
#include "src/capi/call.h"

using parcelveil::Keyring;
using parcelveil::ResealedRow;
using parcelveil::Resealer;
using parcelveil::StoredRow;
using parcelveil::capi::Call;
using parcelveil::capi::CallForHandle;
using parcelveil::capi::CellLender;
using parcelveil::capi::CheckArray;
using parcelveil::capi::CheckStruct;
using parcelveil::capi::LendCells;
using parcelveil::capi::MakeUser;
using parcelveil::capi::MapOf;
using parcelveil::capi::ResealerObject;
using parcelveil::capi::TextOf;
using parcelveil::capi::Used;

namespace {

absl::StatusOr<StoredRow> RowOf(const parcelveil_stored_row* given) {
  PARCELVEIL_RETURN_IF_ERROR(CheckStruct(given, "row"));
  PARCELVEIL_RETURN_IF_ERROR(
      CheckArray(given->columns, given->num_columns, "columns"));
  StoredRow row;
  row.version = given->version;
  PARCELVEIL_ASSIGN_OR_RETURN(row.record_id,
                              TextOf(given->record_id, "record_id"));
  for (size_t i = 0; i < given->num_columns; ++i) {
    StoredRow::ColumnBytes& column = row.columns.emplace_back();
    PARCELVEIL_ASSIGN_OR_RETURN(column.column,
                                TextOf(given->columns[i].column, "column"));
    PARCELVEIL_ASSIGN_OR_RETURN(column.bytes,
                                TextOf(given->columns[i].bytes, "bytes"));
  }
  return row;
}

// Lends what `reseal` makes of a row, and tells its day.
template <typename F>
int32_t Reseal(parcelveil_resealer resealer, const parcelveil_stored_row* row,
               const CellLender& lender, int32_t* day, parcelveil_error* error,
               F&& reseal) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<ResealerObject> self,
                                Used<ResealerObject>::Of(resealer));
    PARCELVEIL_ASSIGN_OR_RETURN(const StoredRow borrowed, RowOf(row));
    PARCELVEIL_ASSIGN_OR_RETURN(const ResealedRow resealed,
                                reseal(*self->user, borrowed));
    PARCELVEIL_RETURN_IF_ERROR(LendCells(lender, resealed.cells));
    if (day != nullptr) {
      *day = static_cast<int32_t>(resealed.day - absl::CivilDay(1970, 1, 1));
    }
    return absl::OkStatus();
  });
}

}  // namespace

int32_t parcelveil_resealer_create(parcelveil_keyring keyring,
                                   parcelveil_bytes map,
                                   parcelveil_resealer* resealer,
                                   parcelveil_error* error) {
  return CallForHandle(resealer, error, [&] {
    return MakeUser<ResealerObject>(
        keyring, resealer,
        [&](const Keyring* with) -> absl::StatusOr<std::unique_ptr<Resealer>> {
          PARCELVEIL_ASSIGN_OR_RETURN(const parcelveil::TableMap parsed,
                                      MapOf(map));
          return Resealer::Create(with, parsed);
        });
  });
}

int32_t parcelveil_resealer_change(parcelveil_resealer resealer,
                                   const parcelveil_stored_row* row,
                                   uint16_t slot, parcelveil_bytes text,
                                   parcelveil_take_cell take, void* context,
                                   int32_t* day, parcelveil_error* error) {
  return Reseal(resealer, row, {take, context}, day, error,
                [&](const Resealer& self,
                    const StoredRow& stored) -> absl::StatusOr<ResealedRow> {
                  PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view bytes,
                                              TextOf(text, "text"));
                  return self.Change(stored, parcelveil::Slot{slot}, bytes);
                });
}

int32_t parcelveil_resealer_move(parcelveil_resealer resealer,
                                 const parcelveil_stored_row* row,
                                 uint32_t outlet, parcelveil_take_cell take,
                                 void* context, int32_t* day,
                                 parcelveil_error* error) {
  return Reseal(resealer, row, {take, context}, day, error,
                [&](const Resealer& self, const StoredRow& stored) {
                  return self.Move(stored, parcelveil::Scope{outlet});
                });
}

int32_t parcelveil_resealer_rotate(parcelveil_resealer resealer,
                                   const parcelveil_stored_row* row,
                                   parcelveil_take_cell take, void* context,
                                   int32_t* day, parcelveil_error* error) {
  return Reseal(resealer, row, {take, context}, day, error,
                [](const Resealer& self, const StoredRow& stored) {
                  return self.Rotate(stored);
                });
}
