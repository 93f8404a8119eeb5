// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/past_keys.h"

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

}  // namespace parcelveil::migrate
