// SPDX-License-Identifier: Apache-2.0
// What a plan says about the rows of a table, row by row.

#ifndef PARCELVEIL_SRC_MIGRATE_ROW_SURVEY_H_
#define PARCELVEIL_SRC_MIGRATE_ROW_SURVEY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "parcelveil/ids.h"
#include "parcelveil/migrate.h"
#include "parcelveil/schema.h"
#include "parcelveil/table_map.h"
#include "src/migrate/index_survey.h"
#include "src/migrate/row.h"

namespace parcelveil::migrate {

// How many rows hold each number. Only hashes are kept.
class NumberCounts {
 public:
  void Add(const std::string& number);
  MigrationPlan::SharedPhones Shared(const std::string& column) const;

 private:
  absl::flat_hash_map<size_t, int64_t> counts_;
  bool all_counted_ = true;
};

class RowSurvey {
 public:
  // Borrows `map`; what is found stands in `plan`.
  RowSurvey(const TableMap& map, const Schema& schema, Epoch today,
            MigrationPlan* plan);

  // Every slot of the map must be in the keyring's schema. Errors: MALFORMED.
  absl::Status CheckSlots() const;
  void Take(const Row& row);
  // After the last row.
  void End();

 private:
  int64_t BytesAdded(const Row& row) const;
  int64_t ViewSize(const Row& row, const TableMap::ViewColumn& view) const;

  const TableMap& map_;
  const Schema schema_;
  const RowCheck check_;
  std::vector<NumberCounts> numbers_;  // of the map's columns
  IndexSurvey indexes_;
  MigrationPlan& plan_;
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_ROW_SURVEY_H_
