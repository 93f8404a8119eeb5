// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/index_survey.h"

#include <algorithm>
#include <cmath>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "src/index/leakage.h"
#include "src/index/value_counts.h"
#include "src/keyring/normal_text.h"

namespace parcelveil::migrate {
namespace {

// Of one index, 16 bytes and some room each.
constexpr size_t kMaxValues = 500'000;
// Outlets and days so small that they hide nothing at any length, together.
constexpr double kSmallShare = 0.05;

double DomainOf(IndexRule rule) {
  return rule == IndexRule::kLast4 ? 1e4 : 1e10;
}

uint64_t PartitionOf(Epoch day, Scope outlet) {
  return uint64_t{ToInt(day)} << 32 | ToInt(outlet);
}

// How many rows of one partition an index of `bits` was planned for: two of
// them share an index value.
double RowsFor(int bits) { return std::exp2(bits + 1); }

}  // namespace

void IndexCounts::Add(Epoch day, Scope outlet, std::string_view normal) {
  const uint64_t own =
      PartitionOf(day, index_.scoped ? outlet : Scope::kNational);
  if (!IsKept(own)) return;
  const size_t value = absl::Hash<std::string_view>()(normal);
  num_values_ += partitions_[own][value]++ == 0 ? 1 : 0;
  if (!index_.scoped) {
    num_values_ += strata_[PartitionOf(day, outlet)][value]++ == 0 ? 1 : 0;
  }
  if (num_values_ > kMaxValues) MakeRoom();
}

bool IndexCounts::IsKept(uint64_t partition) const {
  return (absl::Hash<uint64_t>()(partition) &
          ((uint64_t{1} << sampling_) - 1)) == 0;
}

void IndexCounts::MakeRoom() {
  if (partitions_.size() == 1 || sampling_ >= 32) return;
  ++sampling_;
  const auto national = [](uint64_t key) { return key >> 32 << 32; };
  absl::erase_if(partitions_,
                 [this](const auto& entry) { return !IsKept(entry.first); });
  absl::erase_if(strata_, [&](const auto& entry) {
    return !IsKept(national(entry.first));
  });
  num_values_ = 0;
  for (const auto* of : {&partitions_, &strata_}) {
    for (const auto& [key, values] : *of) num_values_ += values.size();
  }
}

std::vector<index::Partition> IndexCounts::Partitions() const {
  std::vector<index::Partition> partitions;
  for (const auto& [key, values] : partitions_) {
    index::ValueCounts counts;
    for (const auto& [hash, num_rows] : values) counts.Add(num_rows);
    partitions.push_back(counts.partition());
  }
  return partitions;
}

index::LengthOptions IndexCounts::Options() const {
  index::LengthOptions options;
  options.domain = DomainOf(index_.rule);
  double pairs = 0, same = 0;
  for (const auto& [key, values] : strata_) {
    double num_rows = 0;
    for (const auto& [hash, count] : values) {
      num_rows += count;
      same += static_cast<double>(count) * (count - 1);
    }
    pairs += num_rows * (num_rows - 1);
  }
  if (pairs > 0) options.stratum_collision = same / pairs;
  return options;
}

MigrationPlan::Index IndexCounts::Plan() const {
  MigrationPlan::Index plan;
  plan.column = column_;
  plan.schema_bits = index_.bits;
  plan.is_sampled = sampling_ > 0;
  const std::vector<index::Partition> partitions = Partitions();
  if (partitions.empty()) {
    plan.refusal = "no row has a value that can be looked for";
    return plan;
  }
  for (const index::Partition& partition : partitions) {
    plan.largest_rows =
        std::max(plan.largest_rows, static_cast<int64_t>(partition.rows));
  }
  const auto length =
      index::PlanLengthOfAll(partitions, kSmallShare, Options());
  if (length.ok()) {
    plan.bits = length->bits;
    plan.linkage_in_stratum = length->linkage_in_stratum;
    plan.leakage = index::DescribeLeakage(*length);
  } else {
    plan.refusal = std::string(length.status().message());
  }
  if (static_cast<double>(plan.largest_rows) < RowsFor(index_.bits) / 4) {
    plan.warning = absl::StrCat(
        "its ", static_cast<int>(index_.bits), " bits are meant for ",
        static_cast<int64_t>(RowsFor(index_.bits)), " rows of one ",
        index_.scoped ? "outlet and day" : "day", ", and the most here are ",
        plan.largest_rows,
        ": each index value is nearly a person's own; shorten it in the schema",
        plan.bits.has_value() ? absl::StrCat(" to ", *plan.bits) : "");
  }
  return plan;
}

IndexSurvey::IndexSurvey(const TableMap& map, const Schema& schema)
    : calling_code_(schema.calling_code()) {
  for (size_t i = 0; i < map.columns.size(); ++i) {
    for (const TableMap::IndexColumn& column : map.columns[i].indexes) {
      const Schema::IndexSlot* index =
          schema.FindIndexOf(map.columns[i].slot, column.rule);
      if (index == nullptr) continue;  // CheckSlots refuses it
      indexes_.push_back({i, column.rule, IndexCounts(column.column, *index)});
    }
  }
}

void IndexSurvey::Take(const Row& row) {
  if (!row.day.has_value()) return;
  for (Index& index : indexes_) {
    const SqliteValue& text = row.texts[index.column];
    if (text.is_null()) continue;
    const keyring::NormalText normal(index.rule, text.bytes, calling_code_,
                                     keyring::NormalText::Origin::kRecord);
    if (!normal.has_value()) continue;
    index.counts.Add(EpochOf(*row.day), row.scope_id(), normal.view());
  }
}

std::vector<MigrationPlan::Index> IndexSurvey::End() const {
  std::vector<MigrationPlan::Index> plans;
  for (const Index& index : indexes_) plans.push_back(index.counts.Plan());
  return plans;
}

}  // namespace parcelveil::migrate
