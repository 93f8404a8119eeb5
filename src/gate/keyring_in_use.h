// SPDX-License-Identifier: Apache-2.0
// The keyring that a gate works with, on record: a KEYRING leaf for each serial
// before it is first used, and none older than the log has seen.

#ifndef PARCELVEIL_SRC_GATE_KEYRING_IN_USE_H_
#define PARCELVEIL_SRC_GATE_KEYRING_IN_USE_H_

#include <cstdint>
#include <memory>
#include <mutex>

#include "absl/status/statusor.h"
#include "parcelveil/finder.h"
#include "parcelveil/keyring.h"
#include "parcelveil/schema.h"
#include "src/gate/committer.h"

namespace parcelveil::gate {

// What is taken from one serial of a keyring.
struct KeyringInUse {
  uint64_t serial = 0;
  Schema schema;
  std::unique_ptr<Finder> finder;
};

// Puts a serial on record where it is new to the log.
// Errors: KEYRING_ROLLED_BACK; the store's and the log's.
absl::Status RecordKeyring(const Keyring& keyring, const KeyringHealth& health,
                           GateStore* store, Committer* committer);

// Thread-safety: all methods may run concurrently.
// Ownership: borrows all three.
class KeyringRecord {
 public:
  KeyringRecord(const Keyring* keyring, GateStore* store, Committer* committer)
      : keyring_(keyring), store_(store), committer_(committer) {}

  // Errors: KEYRING_ROLLED_BACK; the store's and the log's.
  absl::StatusOr<std::shared_ptr<const KeyringInUse>> Current();

 private:
  absl::StatusOr<std::shared_ptr<const KeyringInUse>> TakeUp(
      const KeyringHealth& health);

  const Keyring* const keyring_;
  GateStore* const store_;
  Committer* const committer_;

  std::mutex taking_up_;  // held over a commit
  std::mutex mutex_;      // guards in_use_
  std::shared_ptr<const KeyringInUse> in_use_;
};

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_KEYRING_IN_USE_H_
