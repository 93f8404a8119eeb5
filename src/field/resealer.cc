// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "parcelveil/reseal.h"
#include "src/base/status.h"
#include "src/wire/cell.h"

namespace parcelveil {
namespace {

// Where a row's cells are: all of them under one day and outlet.
struct Place {
  Epoch day;
  Scope scope;
};

absl::Status Malformed(const StoredRow& row, const std::string& why) {
  return MakeStatus(Reason::kMalformed,
                    "reseal row " + std::string(row.record_id) + ": " + why);
}

// Null where the row has no such column.
const StoredRow::ColumnBytes* Find(const StoredRow& row,
                                   std::string_view column) {
  for (const StoredRow::ColumnBytes& cell : row.columns) {
    if (cell.column == column) return &cell;
  }
  return nullptr;
}

bool Contains(const std::vector<Slot>& slots, Slot slot) {
  return std::find(slots.begin(), slots.end(), slot) != slots.end();
}

// The opened fields of one row, wiped when it dies.
class OpenedRow {
 public:
  explicit OpenedRow(const StoredRow& row) : row_(row) {}

  absl::Status Open(const Opener& opener, Slot slot, std::string_view sealed) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        Plaintext text,
        opener.Open({slot, row_.record_id, row_.version}, sealed));
    fields_.push_back({slot, std::move(text)});
    return absl::OkStatus();
  }
  // Borrows the texts, so that they are copied nowhere: use it while this
  // lives.
  Record ToRecord(Scope scope) const {
    Record record(row_.record_id);
    record.set_version(row_.version);
    record.set_scope(scope);
    for (const Field& field : fields_) {
      field.text.Use(
          [&](std::string_view text) { record.Set(field.slot, text); });
    }
    return record;
  }

 private:
  struct Field {
    Slot slot;
    Plaintext text;
  };

  const StoredRow& row_;
  std::vector<Field> fields_;
};

// All of `sealed`, or the columns of `only`.
ResealedRow ToResealed(const SealedRow& sealed, Epoch day,
                       const std::vector<std::string_view>* only) {
  ResealedRow row;
  row.day = DayOf(day);
  for (const SealedRow::ColumnBytes& cell : sealed.cells()) {
    if (only != nullptr &&
        std::find(only->begin(), only->end(), cell.column) == only->end()) {
      continue;
    }
    row.cells.push_back(cell);
  }
  return row;
}

}  // namespace

class Resealer::State {
 public:
  // What is to be put in place of what a cell holds.
  struct NewText {
    Slot slot;
    std::string_view text;
  };

  // The place of every sealed field and view of the row.
  absl::StatusOr<Place> PlaceOf(const StoredRow& row) const;
  // Opens the fields of the row, or of `only`, and seals them for `place`.
  absl::StatusOr<SealedRow> Reseal(const StoredRow& row, const Place& place,
                                   const NewText* change,
                                   const std::vector<Slot>* only) const;
  // The fields that the views of `slot` show, and itself.
  std::vector<Slot> ShownWith(Slot slot) const;
  // The columns that hold something of `slot`.
  std::vector<std::string_view> ColumnsOf(Slot slot) const;
  // The columns with sealed fields and views.
  std::vector<std::string_view> CellColumns() const;

  const Keyring* keyring;
  TableMap map;
  Schema schema;
  std::unique_ptr<Sealer> sealer;
  std::unique_ptr<Opener> opener;
};

absl::StatusOr<Place> Resealer::State::PlaceOf(const StoredRow& row) const {
  std::optional<Place> place;
  for (const std::string_view column : CellColumns()) {
    const StoredRow::ColumnBytes* cell = Find(row, column);
    if (cell == nullptr) continue;
    const absl::StatusOr<wire::FieldHeader> header =
        wire::ParseFieldHeader(cell->bytes);
    if (!header.ok()) {
      return Annotate(header.status(), "column " + std::string(column));
    }
    if (!place.has_value()) place = Place{header->epoch, header->scope};
    if (place->day != header->epoch || place->scope != header->scope) {
      return Malformed(row,
                       "its cells are of several days or outlets; Move it, so "
                       "that they are of one");
    }
  }
  if (!place.has_value()) {
    return Malformed(row, "nothing is sealed in it; seal it first");
  }
  return *place;
}

absl::StatusOr<SealedRow> Resealer::State::Reseal(
    const StoredRow& row, const Place& place, const NewText* change,
    const std::vector<Slot>* only) const {
  OpenedRow opened(row);
  for (const TableMap::Column& column : map.columns) {
    const StoredRow::ColumnBytes* cell = Find(row, column.sealed_column);
    if (cell == nullptr || (only != nullptr && !Contains(*only, column.slot)) ||
        (change != nullptr && change->slot == column.slot)) {
      continue;
    }
    PARCELVEIL_RETURN_IF_ERROR(opened.Open(*opener, column.slot, cell->bytes));
  }
  Record record = opened.ToRecord(place.scope);
  if (change != nullptr) record.Set(change->slot, change->text);
  record.set_day(DayOf(place.day));
  return sealer->Seal(record);
}

std::vector<Slot> Resealer::State::ShownWith(Slot slot) const {
  std::vector<Slot> slots = {slot};
  for (const TableMap::ViewColumn& column : map.views) {
    const Schema::ViewSlot* view = schema.FindView(column.slot);
    if (view == nullptr || !Contains(view->shows, slot)) continue;
    slots.insert(slots.end(), view->shows.begin(), view->shows.end());
  }
  return slots;
}

std::vector<std::string_view> Resealer::State::ColumnsOf(Slot slot) const {
  std::vector<std::string_view> columns;
  for (const TableMap::Column& column : map.columns) {
    if (column.slot != slot) continue;
    columns.push_back(column.sealed_column);
    for (const TableMap::IndexColumn& index : column.indexes) {
      columns.push_back(index.column);
    }
  }
  for (const TableMap::ViewColumn& column : map.views) {
    const Schema::ViewSlot* view = schema.FindView(column.slot);
    if (view != nullptr && Contains(view->shows, slot)) {
      columns.push_back(column.column);
    }
  }
  return columns;
}

std::vector<std::string_view> Resealer::State::CellColumns() const {
  std::vector<std::string_view> columns;
  for (const TableMap::Column& column : map.columns) {
    columns.push_back(column.sealed_column);
  }
  for (const TableMap::ViewColumn& view : map.views) {
    columns.push_back(view.column);
  }
  return columns;
}

absl::StatusOr<std::unique_ptr<Resealer>> Resealer::Create(
    const Keyring* keyring, const TableMap& map, const SealerOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<Opener> opener,
                              Opener::Create(keyring));
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<Sealer> sealer,
                              Sealer::Create(keyring, map, options));
  return std::unique_ptr<Resealer>(new Resealer(
      std::unique_ptr<State>(new State{keyring, map, keyring->schema(),
                                       std::move(sealer), std::move(opener)})));
}

Resealer::Resealer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Resealer::~Resealer() = default;

absl::StatusOr<ResealedRow> Resealer::Change(const StoredRow& row, Slot slot,
                                             std::string_view text) const {
  PARCELVEIL_ASSIGN_OR_RETURN(const Place own, state_->PlaceOf(row));
  const State::NewText change{slot, text};
  const std::vector<Slot> shown = state_->ShownWith(slot);
  const absl::StatusOr<SealedRow> within =
      state_->Reseal(row, own, &change, &shown);
  if (within.ok()) {
    const std::vector<std::string_view> columns = state_->ColumnsOf(slot);
    return ToResealed(*within, own.day, &columns);
  }
  const Place today{state_->keyring->Today(), own.scope};
  if (ReasonOf(within.status()) != Reason::kNoActiveKey ||
      own.day == today.day) {
    return within.status();
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const SealedRow whole,
                              state_->Reseal(row, today, &change, nullptr));
  return ToResealed(whole, today.day, nullptr);
}

absl::StatusOr<ResealedRow> Resealer::Move(const StoredRow& row,
                                           Scope scope) const {
  const Place today{state_->keyring->Today(), scope};
  PARCELVEIL_ASSIGN_OR_RETURN(const SealedRow whole,
                              state_->Reseal(row, today, nullptr, nullptr));
  return ToResealed(whole, today.day, nullptr);
}

absl::StatusOr<ResealedRow> Resealer::Rotate(const StoredRow& row) const {
  PARCELVEIL_ASSIGN_OR_RETURN(const Place own, state_->PlaceOf(row));
  PARCELVEIL_ASSIGN_OR_RETURN(const SealedRow whole,
                              state_->Reseal(row, own, nullptr, nullptr));
  return ToResealed(whole, own.day, nullptr);
}

}  // namespace parcelveil
