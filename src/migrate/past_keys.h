// SPDX-License-Identifier: Apache-2.0
// Keys for days before today, which a run needs and may find missing.

#ifndef PARCELVEIL_SRC_MIGRATE_PAST_KEYS_H_
#define PARCELVEIL_SRC_MIGRATE_PAST_KEYS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "parcelveil/keyring.h"
#include "parcelveil/migrate.h"

namespace parcelveil::migrate {

// Makes keys for the days from `since` on, and takes them up.
// Errors: NO_ACTIVE_KEY naming the command to run, where `options` cannot make
// any; those of make_keys and Reload. `what`: `table "waybill"`.
absl::Status MakePastKeys(const Keyring& keyring, const RunOptions& options,
                          const std::string& what, absl::CivilDay since);

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_PAST_KEYS_H_
