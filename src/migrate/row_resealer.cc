// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/row_resealer.h"

#include <algorithm>

#include "parcelveil/mask.h"
#include "src/base/status.h"
#include "src/keyring/key_session.h"
#include "src/migrate/cell_key.h"
#include "src/migrate/sql_name.h"

namespace parcelveil::migrate {
namespace {

StoredRow ToStored(const SealedTableRow& row,
                   const std::vector<std::string>& columns) {
  StoredRow stored;
  stored.record_id = row.record_id;
  stored.version = row.version;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (row.cells[i].is_null()) continue;
    stored.columns.push_back({columns[i], row.cells[i].bytes});
  }
  return stored;
}

}  // namespace

std::vector<std::string> SealedRowColumns(const TableMap& map) {
  std::vector<std::string> columns = {Quote(map.record_id)};
  for (const auto* column : {&map.version, &map.scope, &map.state}) {
    columns.push_back(column->empty() ? "NULL" : Quote(*column));
  }
  for (const auto& column : AddedColumns(map)) {
    columns.push_back(Quote(column));
  }
  return columns;
}

SealedTableRow ReadSealedRow(const TableMap& map,
                             const TableDatabase::Values& values) {
  SealedTableRow row;
  row.key = values[0];
  row.record_id = map.record_prefix + values[0].ToText();
  row.version = ToU32(values[1]).value_or(0);
  row.outlet = ToU32(values[2]);
  row.state = values[3].ToText();
  row.cells.assign(values.begin() + 4, values.end());
  return row;
}

RowResealer::RowResealer(const Keyring& keyring, const TableMap& map,
                         const ResealOptions& options)
    : keyring_(keyring),
      map_(map),
      options_(options),
      schema_(keyring.schema()),
      columns_(AddedColumns(map)),
      slots_(AddedSlots(map, schema_)) {}

absl::StatusOr<std::unique_ptr<RowResealer>> RowResealer::Create(
    const Keyring& keyring, const TableMap& map, const ResealOptions& options) {
  std::unique_ptr<RowResealer> resealer(new RowResealer(keyring, map, options));
  PARCELVEIL_ASSIGN_OR_RETURN(resealer->resealer_,
                              Resealer::Create(&keyring, map, options.sealer));
  PARCELVEIL_ASSIGN_OR_RETURN(resealer->opener_, Opener::Create(&keyring));
  return resealer;
}

std::optional<Epoch> RowResealer::DayOf(const SealedTableRow& row) {
  for (const SqliteValue& cell : row.cells) {
    const auto key = CellKeyOf(cell.bytes);
    if (key.has_value()) return key->epoch;
  }
  return std::nullopt;
}

absl::StatusOr<RowResealer::Newest> RowResealer::NewestOf(
    Slot slot, const wire::FieldHeader& key) {
  const Epoch today = keyring_.Today();
  if (today != today_) ForgetKeys();  // what sealed today seals no more
  today_ = today;
  const auto known = newest_.find({slot, key.epoch});
  if (known != newest_.end()) return known->second;
  Newest newest;
  KeySession session(&keyring_);
  KeySession::Key sealing;
  const absl::Status status =
      session.ForSealing(slot, key.scope, key.epoch, &sealing);
  if (status.ok()) {
    newest.sealing = sealing.gen;
  } else if (ReasonOf(status) != Reason::kNoActiveKey) {
    return status;
  }
  int gen = 0;
  while (const auto next = session.NextGen(slot, key.epoch, gen)) {
    newest.listed = *next;
    gen = *next + 1;
  }
  newest_[{slot, key.epoch}] = newest;
  return newest;
}

absl::StatusOr<bool> RowResealer::IsOutdated(const SealedTableRow& row) {
  for (size_t i = 0; i < slots_.size(); ++i) {
    const auto key = CellKeyOf(row.cells[i].bytes);
    if (!key.has_value()) continue;
    PARCELVEIL_ASSIGN_OR_RETURN(const Newest newest, NewestOf(slots_[i], *key));
    if (key->gen != newest.sealing.value_or(newest.listed)) return true;
  }
  return false;
}

bool RowResealer::NeedsKey(const SealedTableRow& row,
                           const ResealOptions::FromKey& from) const {
  return std::any_of(row.cells.begin(), row.cells.end(), [&](const auto& cell) {
    const auto key = CellKeyOf(cell.bytes);
    return key.has_value() && parcelveil::DayOf(key->epoch) == from.day &&
           key->gen == from.gen;
  });
}

bool RowResealer::IsInOtherOutlet(const SealedTableRow& row) const {
  if (map_.scope.empty() || !row.outlet.has_value()) return false;
  // Index values may be national: fields and views tell.
  const size_t num_cells = map_.columns.size() + map_.views.size();
  for (size_t i = 0; i < num_cells; ++i) {
    const auto key = CellKeyOf(row.cells[i].bytes);
    if (key.has_value() && key->scope != Scope{*row.outlet}) return true;
  }
  return false;
}

bool RowResealer::IsSignedOff(const SealedTableRow& row) const {
  return std::any_of(map_.state_values.begin(), map_.state_values.end(),
                     [&](const TableMap::StateValue& value) {
                       return value.state == "SIGNED_OFF" &&
                              value.text == row.state;
                     });
}

absl::StatusOr<RowResealer::Task> RowResealer::Rotate(
    const SealedTableRow& row) {
  for (size_t i = 0; i < slots_.size(); ++i) {
    const auto key = CellKeyOf(row.cells[i].bytes);
    if (!key.has_value()) continue;
    PARCELVEIL_ASSIGN_OR_RETURN(const Newest newest, NewestOf(slots_[i], *key));
    if (!newest.sealing.has_value()) return Task::kMakeKeys;
  }
  return Task::kRotate;
}

absl::StatusOr<RowResealer::Task> RowResealer::Judge(
    const SealedTableRow& row) {
  if (options_.views) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_other, HasOtherViews(row));
    if (!has_other) return Task::kNothing;
    return Rotate(row);
  }
  if (options_.from_key.has_value()) {
    if (!NeedsKey(row, *options_.from_key)) return Task::kNothing;
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_outdated, IsOutdated(row));
    if (!is_outdated) return Task::kMakeKeys;  // it is the newest there is
    return Rotate(row);
  }
  if (IsInOtherOutlet(row)) {
    return IsSignedOff(row) ? Task::kLeave : Task::kMove;
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const bool is_outdated, IsOutdated(row));
  if (!is_outdated) return Task::kNothing;
  return Rotate(row);
}

absl::StatusOr<bool> RowResealer::HasOtherViews(const SealedTableRow& row) {
  for (size_t i = 0; i < map_.views.size(); ++i) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_other, IsOtherView(row, i));
    if (is_other) return true;
  }
  return false;
}

absl::StatusOr<bool> RowResealer::IsOtherView(const SealedTableRow& row,
                                              size_t view) {
  const TableMap::ViewColumn& column = map_.views[view];
  const Schema::ViewSlot* slot = schema_.FindView(column.slot);
  const SqliteValue& sealed = row.cells[map_.columns.size() + view];
  View opened;
  if (!sealed.is_null()) {
    auto views = opener_->OpenViews(
        column.slot,
        std::vector<SealedView>{{row.record_id, sealed.bytes, row.version}});
    PARCELVEIL_ASSIGN_OR_RETURN(opened, std::move(views[0]));
  }
  for (size_t i = 0; i < map_.columns.size(); ++i) {
    const Slot field = map_.columns[i].slot;
    const bool is_shown =
        std::binary_search(slot->shows.begin(), slot->shows.end(), field);
    if (!is_shown || row.cells[i].is_null()) continue;
    PARCELVEIL_ASSIGN_OR_RETURN(
        const Plaintext text,
        opener_->Open({field, row.record_id, row.version}, row.cells[i].bytes));
    const MaskStyle style =
        slot->StyleOf(schema_.FindSlot(field)->kind, column.preset);
    const bool is_same = text.Use([&](std::string_view bytes) {
      const Masked masked = opened[field];
      return masked.rule() == style.rule &&
             masked.text() == Mask(style, bytes).text();
    });
    if (!is_same || sealed.is_null()) return true;
  }
  return false;
}

absl::StatusOr<TableDatabase::Values> RowResealer::Reseal(
    const SealedTableRow& row, Task task) const {
  const StoredRow stored = ToStored(row, columns_);
  PARCELVEIL_ASSIGN_OR_RETURN(const ResealedRow resealed,
                              task == Task::kMove
                                  ? resealer_->Move(stored, Scope{*row.outlet})
                                  : resealer_->Rotate(stored));
  TableDatabase::Values cells = row.cells;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i].is_null()) cells[i].type = SqliteValue::Type::kBlob;
    for (const SealedRow::ColumnBytes& cell : resealed.cells) {
      if (cell.column == columns_[i]) cells[i] = BlobValue(cell.bytes);
    }
  }
  return cells;
}

}  // namespace parcelveil::migrate
