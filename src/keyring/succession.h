// SPDX-License-Identifier: Apache-2.0
// Which keyring file may follow which: rollback and forks.

#ifndef PARCELVEIL_SRC_KEYRING_SUCCESSION_H_
#define PARCELVEIL_SRC_KEYRING_SUCCESSION_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "parcelveil/keyring.h"
#include "src/base/status.h"

namespace parcelveil::keyring {

// Where a file stands in its chain.
struct ChainPlace {
  uint64_t serial;
  std::array<uint8_t, 32> sha256;       // of the whole file
  std::array<uint8_t, 32> prev_sha256;  // of its predecessor
};

template <typename Table>
ChainPlace PlaceOf(const Table& table) {
  return {table.serial(), table.sha256(), table.prev_sha256()};
}

inline absl::Status Forked(const std::string& what) {
  return MakeStatus(Reason::kKeyringFork,
                    "load keyring: " + what +
                        "; two machines may have signed: find out which file "
                        "is right before going on");
}

// Refuses `next` where it is older than `seen`, another of that serial, or not
// its successor. Errors: KEYRING_ROLLED_BACK, KEYRING_FORK.
inline absl::Status CheckFollows(const ChainPlace& next,
                                 const KeyringFloor& seen) {
  if (next.serial < seen.serial) {
    return MakeStatus(Reason::kKeyringRolledBack,
                      "load keyring: serial " + std::to_string(next.serial) +
                          " is older than " + std::to_string(seen.serial) +
                          " seen here; restore the newest file, do not lower "
                          "the floor");
  }
  if (next.serial == seen.serial && next.sha256 != seen.sha256) {
    return Forked("another file with serial " + std::to_string(seen.serial) +
                  " was seen here");
  }
  if (next.serial == seen.serial + 1 && next.prev_sha256 != seen.sha256) {
    return Forked("serial " + std::to_string(next.serial) +
                  " does not follow the file seen here before it");
  }
  return absl::OkStatus();
}

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_SUCCESSION_H_
