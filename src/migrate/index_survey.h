// SPDX-License-Identifier: Apache-2.0
// What a plan says about the indexes of a map: the counts that their lengths
// hang on, taken row by row.

#ifndef PARCELVEIL_SRC_MIGRATE_INDEX_SURVEY_H_
#define PARCELVEIL_SRC_MIGRATE_INDEX_SURVEY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parcelveil/ids.h"
#include "parcelveil/migrate.h"
#include "parcelveil/schema.h"
#include "parcelveil/table_map.h"
#include "src/index/length_plan.h"
#include "src/migrate/row.h"

namespace parcelveil::migrate {

// Counts one index: the rows of each value in each partition (a day, or an
// outlet's day). Only hashes are kept, and of a table with many values only
// some partitions, each of them whole.
class IndexCounts {
 public:
  IndexCounts(std::string column, const Schema::IndexSlot& index)
      : column_(std::move(column)), index_(index) {}

  void Add(Epoch day, Scope outlet, std::string_view normal);
  MigrationPlan::Index Plan() const;

 private:
  // Rows by the hash of their value.
  using Values = absl::flat_hash_map<uint64_t, uint32_t>;

  void MakeRoom();
  bool IsKept(uint64_t partition) const;
  std::vector<index::Partition> Partitions() const;
  index::LengthOptions Options() const;

  const std::string column_;
  const Schema::IndexSlot index_;
  absl::flat_hash_map<uint64_t, Values> partitions_;
  // Of an index that is not kept by outlet: what the outlet, which is not
  // sealed, lets a thief tell apart. Of the same days.
  absl::flat_hash_map<uint64_t, Values> strata_;
  size_t num_values_ = 0;
  int sampling_ = 0;  // one of 2^n partitions is kept
};

class IndexSurvey {
 public:
  IndexSurvey(const TableMap& map, const Schema& schema);

  // A row that can be sealed.
  void Take(const Row& row);
  std::vector<MigrationPlan::Index> End() const;

 private:
  struct Index {
    size_t column;  // of the map
    IndexRule rule;
    IndexCounts counts;
  };

  const std::string calling_code_;
  std::vector<Index> indexes_;
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_INDEX_SURVEY_H_
