// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/row_sealer.h"

#include <algorithm>

#include "src/base/status.h"
#include "src/migrate/sql_name.h"

namespace parcelveil::migrate {
namespace {

// Of rows that nobody may read: just the fields.
TableMap FieldsOnly(TableMap map) {
  map.views.clear();
  for (auto& column : map.columns) column.indexes.clear();
  return map;
}

}  // namespace

absl::StatusOr<RowSealer> RowSealer::Create(const TableMap& map,
                                            const Keyring& keyring,
                                            OldRows old_rows) {
  PARCELVEIL_ASSIGN_OR_RETURN(std::shared_ptr<const Sealer> sealer,
                              Sealer::Create(&keyring, map));
  PARCELVEIL_ASSIGN_OR_RETURN(std::shared_ptr<const Sealer> old_sealer,
                              Sealer::Create(&keyring, FieldsOnly(map)));
  return RowSealer(map, keyring, old_rows, std::move(sealer),
                   std::move(old_sealer));
}

RowSealer::RowSealer(const TableMap& map, const Keyring& keyring,
                     OldRows old_rows, std::shared_ptr<const Sealer> sealer,
                     std::shared_ptr<const Sealer> old_sealer)
    : map_(map),
      keyring_(keyring),
      old_rows_(old_rows),
      sealer_(std::move(sealer)),
      old_sealer_(std::move(old_sealer)),
      columns_(AddedColumns(map)) {
  const Schema schema = keyring.schema();
  for (const auto& view : map.views) {
    const Schema::ViewSlot* slot = schema.FindView(view.slot);
    std::vector<size_t>& fields = shown_.emplace_back();
    for (size_t i = 0; slot != nullptr && i < map.columns.size(); ++i) {
      const bool is_shown = std::binary_search(
          slot->shows.begin(), slot->shows.end(), map.columns[i].slot);
      if (is_shown) fields.push_back(i);
    }
  }
  StartBatch();
}

void RowSealer::StartBatch() {
  if (check_.has_value() && today_ == keyring_.Today()) return;
  const Schema schema = keyring_.schema();
  today_ = keyring_.Today();
  check_.emplace(map_, schema, SealableDays(schema, map_, today_, old_rows_));
}

absl::StatusOr<RowSealer::Outcome> RowSealer::Seal(const Row& row, bool anew,
                                                   RowCells* cells,
                                                   Fault* fault) const {
  // What a row lacks belongs to what it has.
  const auto sealed = anew ? std::nullopt : row.sealed_header();
  const auto day = sealed.has_value() ? DayOf(sealed->epoch) : row.day;
  const bool is_old = day.has_value() && *day < days().first_readable;
  if (!anew && !Lacks(row, is_old)) return Outcome::kNothing;
  if (auto found = check_->FindFault(row)) {
    *fault = *std::move(found);
    return Outcome::kListed;
  }
  Record record = ToRecord(row, map_);
  if (sealed.has_value()) {
    record.set_day(*day);
    record.set_scope(sealed->scope);
  }
  const absl::Status status =
      (is_old ? old_sealer_ : sealer_)->SealInto(record, &cells->sealed);
  if (absl::IsInvalidArgument(status)) {
    *fault = {map_.columns[0].name, UnsealedReason::kRefused};
    return Outcome::kListed;
  }
  PARCELVEIL_RETURN_IF_ERROR(status);
  Fill(row, anew, cells);
  return Outcome::kSealed;
}

bool RowSealer::HasText(const Row& row, size_t view) const {
  return std::any_of(shown_[view].begin(), shown_[view].end(),
                     [&](size_t i) { return !row.texts[i].is_null(); });
}

bool RowSealer::IsStale(const Row& row, size_t view) const {
  return std::any_of(shown_[view].begin(), shown_[view].end(), [&](size_t i) {
    return !row.texts[i].is_null() && row.added[i].is_null();
  });
}

bool RowSealer::Lacks(const Row& row, bool is_old) const {
  const size_t num_fields = row.texts.size();
  for (size_t i = 0; i < num_fields; ++i) {
    if (!row.texts[i].is_null() && row.added[i].is_null()) return true;
  }
  if (is_old) return false;
  for (size_t i = 0; i < shown_.size(); ++i) {
    if (row.added[num_fields + i].is_null() && HasText(row, i)) return true;
  }
  size_t at = num_fields + shown_.size();
  for (size_t i = 0; i < num_fields; ++i) {
    for (size_t n = map_.columns[i].indexes.size(); n > 0; --n, ++at) {
      if (!row.texts[i].is_null() && row.added[at].is_null()) return true;
    }
  }
  return false;
}

void RowSealer::Fill(const Row& row, bool anew, RowCells* cells) const {
  const size_t first_view = row.texts.size();
  // Cells come in the columns' order, without the empty ones.
  const auto sealed = cells->sealed.cells();
  size_t next = 0;
  cells->is_partial = false;
  cells->columns.assign(columns_.size(), std::nullopt);
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (next < sealed.size() && sealed[next].column == columns_[i]) {
      cells->columns[i] = sealed[next++].bytes;
    }
    const bool is_view = i >= first_view && i < first_view + shown_.size();
    if (anew || row.added[i].is_null()) continue;
    if (is_view && IsStale(row, i - first_view)) continue;
    cells->columns[i] = row.added[i].bytes;
    cells->is_partial = true;
  }
}

}  // namespace parcelveil::migrate
