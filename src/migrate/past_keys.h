// SPDX-License-Identifier: Apache-2.0
// Keys for days before today, which a run needs and may find missing.

#ifndef PARCELVEIL_SRC_MIGRATE_PAST_KEYS_H_
#define PARCELVEIL_SRC_MIGRATE_PAST_KEYS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "parcelveil/keyring.h"
#include "parcelveil/migrate.h"
#include "src/migrate/row.h"

namespace parcelveil::migrate {

// Makes keys for the days from `since` on, and takes them up.
// Errors: NO_ACTIVE_KEY naming the command to run, where `options` cannot make
// any; those of make_keys and Reload. `what`: `table "waybill"`.
absl::Status MakePastKeys(const Keyring& keyring, const RunOptions& options,
                          const std::string& what, absl::CivilDay since);

// The first past day among rows that need its keys.
class FirstDay {
 public:
  explicit FirstDay(const DayRange& days) : days_(days) {}

  // `must`: a row that needs them though no role may read it.
  void Take(const std::optional<absl::CivilDay>& day, bool must);
  const std::optional<absl::CivilDay>& day() const { return day_; }

 private:
  const DayRange days_;
  std::optional<absl::CivilDay> day_;
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_PAST_KEYS_H_
