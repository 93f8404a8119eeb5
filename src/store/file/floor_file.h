// SPDX-License-Identifier: Apache-2.0
// The rollback floor of one keyring file, kept on this host.

#ifndef PARCELVEIL_SRC_STORE_FILE_FLOOR_FILE_H_
#define PARCELVEIL_SRC_STORE_FILE_FLOOR_FILE_H_

#include <optional>
#include <string>

#include "parcelveil/keyring.h"

namespace parcelveil::store {

// What to do where the floor cannot be written.
enum class ReadOnlyFolder {
  kAccepted,  // go on: rollback is then noticed within the process only
  kRefused,
};

// One line: serial, space, SHA-256 in hex. Never lowered.
class FloorFile : public FloorStore {
 public:
  FloorFile(std::string path, ReadOnlyFolder read_only)
      : path_(std::move(path)), read_only_(read_only) {}

  // Errors: MALFORMED for a file that is no floor.
  absl::StatusOr<std::optional<KeyringFloor>> Read() override;
  absl::Status Write(const KeyringFloor& floor) override;

 private:
  // Reads, compares and writes as one step among processes.
  absl::Status Raise(const KeyringFloor& floor);

  const std::string path_;
  const ReadOnlyFolder read_only_;
};

}  // namespace parcelveil::store

#endif  // PARCELVEIL_SRC_STORE_FILE_FLOOR_FILE_H_
