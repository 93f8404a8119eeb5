// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "parcelveil/field.h"
#include "src/base/status.h"
#include "src/field/record_sealer.h"
#include "src/field/seal_plan.h"

namespace parcelveil {

void Record::Set(Slot slot, std::string_view text) {
  for (FieldText& field : fields_) {
    if (field.slot != slot) continue;
    field.text = text;
    return;
  }
  fields_.push_back({slot, text});
}

class Sealer::State {
 public:
  std::unique_ptr<RecordSealer> records;
  std::vector<std::string> columns;  // of the plan's outputs, in their order
};

absl::StatusOr<std::unique_ptr<Sealer>> Sealer::Create(
    const Keyring* keyring, const TableMap& map, const SealerOptions& options) {
  const Schema schema = keyring->schema();
  SealPlan plan;
  auto state = std::make_unique<State>();
  for (const TableMap::Column& column : map.columns) {
    PARCELVEIL_RETURN_IF_ERROR(plan.AddField(schema, column.slot));
    state->columns.push_back(column.sealed_column);
  }
  for (const TableMap::ViewColumn& view : map.views) {
    PARCELVEIL_RETURN_IF_ERROR(plan.AddView(schema, view.slot, view.preset));
    state->columns.push_back(view.column);
  }
  for (const TableMap::Column& column : map.columns) {
    for (const TableMap::IndexColumn& index : column.indexes) {
      PARCELVEIL_RETURN_IF_ERROR(
          plan.AddIndex(schema, column.slot, index.rule));
      state->columns.push_back(index.column);
    }
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      state->records,
      RecordSealer::Create(keyring, std::move(plan), options.hot_values));
  return std::unique_ptr<Sealer>(new Sealer(std::move(state)));
}

Sealer::Sealer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sealer::~Sealer() = default;

absl::StatusOr<SealedRow> Sealer::Seal(const Record& record) const {
  SealedRow row;
  PARCELVEIL_RETURN_IF_ERROR(SealInto(record, &row));
  return row;
}

absl::Status Sealer::SealInto(const Record& record, SealedRow* row) const {
  row->used_ = 0;
  size_t used = 0;
  PARCELVEIL_RETURN_IF_ERROR(state_->records->Seal(record, [&](size_t output) {
    if (used == row->cells_.size()) row->cells_.emplace_back();
    SealedRow::ColumnBytes& cell = row->cells_[used++];
    cell.column = state_->columns[output];
    return &cell.bytes;
  }));
  row->used_ = used;
  return absl::OkStatus();
}

absl::Status Sealer::SealField(const Cell& cell, Scope scope,
                               std::string_view text,
                               std::string* sealed) const {
  return state_->records->SealField(cell, scope, text, sealed);
}

}  // namespace parcelveil
