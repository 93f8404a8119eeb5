// SPDX-License-Identifier: Apache-2.0
#include "src/store/file/floor_file.h"

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "src/base/status.h"
#include "src/store/file/file_io.h"

namespace parcelveil::store {
namespace {

constexpr size_t kMaxFloorSize = 128;
constexpr mode_t kFloorMode = 0644;

}  // namespace

absl::StatusOr<std::optional<KeyringFloor>> FloorFile::Read() {
  const absl::StatusOr<std::string> text = ReadWholeFile(path_, kMaxFloorSize);
  if (absl::IsNotFound(text.status())) return std::nullopt;
  if (!text.ok()) return text.status();
  const std::vector<std::string> words =
      absl::StrSplit(absl::StripAsciiWhitespace(*text), ' ');
  KeyringFloor floor{};
  const bool is_well_formed =
      words.size() == 2 && absl::SimpleAtoi(words[0], &floor.serial) &&
      words[1].size() == 2 * floor.sha256.size() &&
      words[1].find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_well_formed) {
    return MakeStatus(Reason::kMalformed,
                      "read \"" + path_ +
                          "\": it is not a floor; if nobody changed it, remove "
                          "it after comparing the keyring with a copy");
  }
  const std::string hash = absl::HexStringToBytes(words[1]);
  std::copy(hash.begin(), hash.end(), floor.sha256.begin());
  return floor;
}

absl::Status FloorFile::Write(const KeyringFloor& floor) {
  const absl::Status status = Raise(floor);
  if (absl::IsPermissionDenied(status) &&
      read_only_ == ReadOnlyFolder::kAccepted) {
    return absl::OkStatus();
  }
  return status;
}

absl::Status FloorFile::Raise(const KeyringFloor& floor) {
  // A file of its own: the floor is replaced, and a lock with it.
  PARCELVEIL_ASSIGN_OR_RETURN(Fd lock, LockFile(path_ + ".lock"));
  PARCELVEIL_ASSIGN_OR_RETURN(std::optional<KeyringFloor> known, Read());
  if (known.has_value() && known->serial >= floor.serial) {
    return absl::OkStatus();  // another process has seen as much
  }
  const std::string hash(floor.sha256.begin(), floor.sha256.end());
  return WriteFile(
      path_,
      std::to_string(floor.serial) + " " + absl::BytesToHexString(hash) + "\n",
      kFloorMode);
}

}  // namespace parcelveil::store
