// SPDX-License-Identifier: Apache-2.0
// What an audit log records of a keyring that is published.

#ifndef PARCELVEIL_SRC_KEYRING_PUBLICATION_H_
#define PARCELVEIL_SRC_KEYRING_PUBLICATION_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/keyring.h"
#include "parcelveil/keyring_admin.h"
#include "parcelveil/leaf.h"

namespace parcelveil::keyring {

struct PublicationLeaves {
  // DESTROY: to be appended before the files are published, so that nothing is
  // lost unrecorded. A publication that then fails may record them again.
  std::vector<Leaf> before;
  // KEYRING: to be appended once they are published, since a serial is
  // recorded once.
  std::vector<Leaf> after;
};

// Compares the main files: keys destroyed, and wraps that a role lost. (What
// becomes of an outlet's keys follows from those.) `next` as
// KeyringEditor::Sign gave it: without a main file nothing is recorded. Leaves
// carry the time `now`. Errors: as Keyring::Load.
absl::StatusOr<PublicationLeaves> LeavesOfPublication(
    const KeyringFiles& previous, const KeyringFiles& next,
    const std::vector<SignerPublicKey>& signers, absl::Time now);

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_PUBLICATION_H_
