// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/past_keys.h"

#include <algorithm>

#include "src/base/status.h"

namespace parcelveil::migrate {

absl::Status MakePastKeys(const Keyring& keyring, const RunOptions& options,
                          const std::string& what, absl::CivilDay since) {
  if (!options.make_keys) {
    return MakeStatus(
        Reason::kNoActiveKey,
        "wrap " + what +
            ": there are no keys for its past days; where the signing key is, "
            "run `parcelveil keyring maintain --since " +
            Describe(EpochOf(since)) +
            "`, copy the keyring here and run the same command again");
  }
  PARCELVEIL_RETURN_IF_ERROR(options.make_keys(since));
  return keyring.Reload();
}

void FirstDay::Take(const std::optional<absl::CivilDay>& day, bool must) {
  if (!day.has_value() || *day >= days_.today) return;
  if (*day < (must ? days_.first : days_.first_readable)) return;
  day_ = std::min(day_.value_or(*day), *day);
}

}  // namespace parcelveil::migrate
