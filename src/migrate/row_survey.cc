// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/row_survey.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "parcelveil/mask.h"
#include "src/base/status.h"

namespace parcelveil::migrate {
namespace {

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

}  // namespace

void NumberCounts::Add(const std::string& number) {
  if (number.empty()) return;
  const size_t hash = absl::Hash<std::string>()(number);
  if (counts_.size() < kMaxNumbersCounted || counts_.contains(hash)) {
    ++counts_[hash];
  } else {
    all_counted_ = false;
  }
}

MigrationPlan::SharedPhones NumberCounts::Shared(
    const std::string& column) const {
  MigrationPlan::SharedPhones shared{column, 0, 0, all_counted_};
  for (const auto& [hash, count] : counts_) {
    if (count < 2) continue;
    ++shared.numbers;
    shared.rows += count;
  }
  return shared;
}

RowSurvey::RowSurvey(const TableMap& map, const Schema& schema, Epoch today,
                     MigrationPlan* plan)
    : map_(map),
      schema_(schema),
      check_(map, schema, SealableDays(schema, map, today, OldRows::kList)),
      numbers_(map.columns.size()),
      indexes_(map, schema_),
      plan_(*plan) {}

void RowSurvey::End() {
  plan_.indexes = indexes_.End();
  for (size_t i = 0; i < numbers_.size(); ++i) {
    const TableMap::Column& column = map_.columns[i];
    if (schema_.FindSlot(column.slot)->kind != FieldKind::kPhone) continue;
    plan_.shared_phones.push_back(numbers_[i].Shared(column.name));
  }
}

absl::Status RowSurvey::CheckSlots() const {
  const auto lacks = [](Slot slot) {
    return MakeStatus(Reason::kMalformed,
                      "plan wrapping: the keyring's schema has no " +
                          Describe(slot) +
                          "; correct the table map, or the schema");
  };
  for (const auto& column : map_.columns) {
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
  for (const auto& view : map_.views) {
    if (schema_.FindView(view.slot) == nullptr) return lacks(view.slot);
  }
  return absl::OkStatus();
}

void RowSurvey::Take(const Row& row) {
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
  indexes_.Take(row);
  plan_.bytes_added += BytesAdded(row);
}

int64_t RowSurvey::BytesAdded(const Row& row) const {
  int64_t size = 0;
  for (size_t i = 0; i < row.texts.size(); ++i) {
    if (row.texts[i].is_null()) continue;
    const TableMap::Column& column = map_.columns[i];
    size += SealedSize(static_cast<int64_t>(row.texts[i].bytes.size()),
                       schema_.FindSlot(column.slot)->pad);
    size += static_cast<int64_t>(column.indexes.size()) *
            (2 * kIndexValueSize + kIndexEntryOverhead);
  }
  for (const auto& view : map_.views) size += ViewSize(row, view);
  return size;
}

int64_t RowSurvey::ViewSize(const Row& row,
                            const TableMap::ViewColumn& view) const {
  const Schema::ViewSlot* of = schema_.FindView(view.slot);
  int64_t size = 0;
  for (size_t i = 0; i < row.texts.size(); ++i) {
    const Slot slot = map_.columns[i].slot;
    const bool is_shown =
        std::find(of->shows.begin(), of->shows.end(), slot) != of->shows.end();
    if (!is_shown || row.texts[i].is_null()) continue;
    const MaskStyle style =
        of->StyleOf(schema_.FindSlot(slot)->kind, view.preset);
    size += kViewEntryOverhead +
            static_cast<int64_t>(Mask(style, row.texts[i].bytes).text().size());
  }
  return size == 0 ? 0 : SealedSize(size, of->pad);
}

}  // namespace parcelveil::migrate
