// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "parcelveil/mask.h"
#include "parcelveil/migrate.h"
#include "src/base/status.h"
#include "src/migrate/migration_state.h"
#include "src/migrate/row.h"

namespace parcelveil {
namespace {

using migrate::Row;

constexpr size_t kMaxExamples = 10;
constexpr size_t kMaxNumbersCounted = 1'000'000;
constexpr int64_t kSealedOverhead = 32;    // SPEC.md section 5
constexpr int64_t kViewEntryOverhead = 5;  // SPEC.md section 9
constexpr int64_t kIndexValueSize = 12;    // SPEC.md section 8
// What an entry of a database index needs beside its value, about.
constexpr int64_t kIndexEntryOverhead = 16;

int64_t SealedSize(int64_t text_size, int64_t pad) {
  return (text_size / pad + 1) * pad + kSealedOverhead;
}

// How many rows hold each number. Only hashes are kept.
class NumberCounts {
 public:
  void Add(const std::string& number) {
    if (number.empty()) return;
    const size_t hash = absl::Hash<std::string>()(number);
    if (counts_.size() < kMaxNumbersCounted || counts_.contains(hash)) {
      ++counts_[hash];
    } else {
      all_counted_ = false;
    }
  }
  MigrationPlan::SharedPhones Shared(const std::string& column) const {
    MigrationPlan::SharedPhones shared{column, 0, 0, all_counted_};
    for (const auto& [hash, count] : counts_) {
      if (count < 2) continue;
      ++shared.numbers;
      shared.rows += count;
    }
    return shared;
  }

 private:
  absl::flat_hash_map<size_t, int64_t> counts_;
  bool all_counted_ = true;
};

}  // namespace

class Migration::Planner {
 public:
  Planner(const State* state, const Keyring& keyring, migrate::RowDay row_day)
      : state_(state),
        schema_(keyring.schema()),
        row_day_(std::move(row_day)),
        check_(state->map, schema_, keyring.Today()),
        numbers_(state->map.columns.size()) {}

  absl::StatusOr<MigrationPlan> Plan();

 private:
  // Every slot of the map must be in the keyring's schema.
  absl::Status CheckSlots() const;
  absl::Status ReadRows();
  void TakeRow(const Row& row);
  int64_t BytesAdded(const Row& row) const;
  int64_t ViewSize(const Row& row, const TableMap::ViewColumn& view) const;
  absl::Status ListStatements();

  const State* const state_;
  const Schema schema_;
  const migrate::RowDay row_day_;
  const migrate::RowCheck check_;
  std::vector<NumberCounts> numbers_;  // of the map's columns
  MigrationPlan plan_;
};

absl::StatusOr<MigrationPlan> Migration::Planner::Plan() {
  PARCELVEIL_RETURN_IF_ERROR(CheckSlots());
  PARCELVEIL_RETURN_IF_ERROR(ReadRows());
  for (size_t i = 0; i < numbers_.size(); ++i) {
    const TableMap::Column& column = state_->map.columns[i];
    if (schema_.FindSlot(column.slot)->kind != FieldKind::kPhone) continue;
    plan_.shared_phones.push_back(numbers_[i].Shared(column.name));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      plan_.file_size,
      state_->Count("SELECT page_count * page_size FROM pragma_page_count(), "
                    "pragma_page_size()"));
  PARCELVEIL_ASSIGN_OR_RETURN(plan_.mentions, state_->Mentions());
  PARCELVEIL_RETURN_IF_ERROR(ListStatements());
  return std::move(plan_);
}

absl::Status Migration::Planner::CheckSlots() const {
  const auto lacks = [](Slot slot) {
    return MakeStatus(Reason::kMalformed,
                      "plan wrapping: the keyring's schema has no " +
                          Describe(slot) +
                          "; correct the table map, or the schema");
  };
  for (const auto& column : state_->map.columns) {
    if (schema_.FindSlot(column.slot) == nullptr) return lacks(column.slot);
    for (const auto& index : column.indexes) {
      if (schema_.FindIndexOf(column.slot, index.rule) != nullptr) continue;
      return MakeStatus(Reason::kMalformed,
                        "plan wrapping: the keyring's schema has no such index "
                        "of column \"" +
                            column.name +
                            "\"; correct the table map, or the schema");
    }
  }
  for (const auto& view : state_->map.views) {
    if (schema_.FindView(view.slot) == nullptr) return lacks(view.slot);
  }
  return absl::OkStatus();
}

absl::Status Migration::Planner::ReadRows() {
  // Columns that a run adds are not there yet: NULL stands for them.
  PARCELVEIL_ASSIGN_OR_RETURN(const auto missing, state_->MissingColumns());
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement select,
      state_->Prepare(state_->sql.SelectRowsWithout(missing)));
  Row row;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return absl::OkStatus();
    migrate::ReadRow(select, state_->map, row_day_, &row);
    TakeRow(row);
  }
}

void Migration::Planner::TakeRow(const Row& row) {
  ++plan_.num_rows;
  if (row.day.has_value()) {
    const absl::CivilDay day = *row.day;
    plan_.first_day = std::min(plan_.first_day.value_or(day), day);
    plan_.last_day = std::max(plan_.last_day.value_or(day), day);
  }
  for (size_t i = 0; i < row.texts.size(); ++i) {
    numbers_[i].Add(row.texts[i].bytes);
  }
  if (const auto fault = check_.FindFault(row)) {
    ++plan_.unsealable[fault->reason];
    if (plan_.examples.size() >= kMaxExamples) return;
    plan_.examples.push_back({row.key.ToText(), fault->column,
                              std::string(UnsealedReasonName(fault->reason))});
    return;
  }
  ++plan_.num_sealable;
  plan_.bytes_added += BytesAdded(row);
}

int64_t Migration::Planner::BytesAdded(const Row& row) const {
  int64_t size = 0;
  for (size_t i = 0; i < row.texts.size(); ++i) {
    if (row.texts[i].is_null()) continue;
    const TableMap::Column& column = state_->map.columns[i];
    size += SealedSize(static_cast<int64_t>(row.texts[i].bytes.size()),
                       schema_.FindSlot(column.slot)->pad);
    size += static_cast<int64_t>(column.indexes.size()) *
            (2 * kIndexValueSize + kIndexEntryOverhead);
  }
  for (const auto& view : state_->map.views) size += ViewSize(row, view);
  return size;
}

int64_t Migration::Planner::ViewSize(const Row& row,
                                     const TableMap::ViewColumn& view) const {
  const Schema::ViewSlot* of = schema_.FindView(view.slot);
  int64_t size = 0;
  for (size_t i = 0; i < row.texts.size(); ++i) {
    const Slot slot = state_->map.columns[i].slot;
    const bool is_shown =
        std::find(of->shows.begin(), of->shows.end(), slot) != of->shows.end();
    if (!is_shown || row.texts[i].is_null()) continue;
    const MaskRule rule = RuleFor(schema_.FindSlot(slot)->kind, view.preset);
    size += kViewEntryOverhead +
            static_cast<int64_t>(Mask(rule, row.texts[i].bytes).text().size());
  }
  return size == 0 ? 0 : SealedSize(size, of->pad);
}

absl::Status Migration::Planner::ListStatements() {
  std::vector<std::string>& run = plan_.run_statements;
  run = state_->sql.CreateStateTables();
  PARCELVEIL_ASSIGN_OR_RETURN(const auto missing, state_->MissingColumns());
  for (const std::string& column : missing) {
    run.push_back(state_->sql.AddColumn(column));
  }
  for (auto& sql : state_->sql.CreateIndexes()) run.push_back(std::move(sql));
  for (auto& sql : state_->sql.CreateTriggers()) run.push_back(std::move(sql));
  run.push_back(state_->sql.UpdateRow());
  PARCELVEIL_ASSIGN_OR_RETURN(plan_.finish_statements,
                              state_->DropStatements());
  return absl::OkStatus();
}

absl::StatusOr<MigrationPlan> Migration::Plan(const Keyring& keyring) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto snapshot,
      SqliteTransaction::Begin(state_->db, SqliteTransaction::Kind::kRead));
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, state_->Read());
  if (wrap.phase == MigrationPhase::kDropped ||
      wrap.phase == MigrationPhase::kFinished) {
    return MakeStatus(Reason::kWrongState,
                      "plan wrapping " + state_->Name() +
                          ": it is wrapped already; look at it with "
                          "`parcelveil wrap status`");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto row_day,
      migrate::RowDay::Create(state_->map.time_zone, keyring.time_zone()));
  return Planner(state_.get(), keyring, std::move(row_day)).Plan();
}

}  // namespace parcelveil
