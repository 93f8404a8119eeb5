// SPDX-License-Identifier: Apache-2.0
#include "src/cli/device_file.h"

#include <sys/stat.h>

#include "src/base/status.h"
#include "src/base/wipe.h"
#include "src/store/file/file_io.h"

namespace parcelveil::cli {
namespace {

constexpr size_t kMaxStateSize = 1u << 16;

}  // namespace

absl::StatusOr<std::string> DeviceFile::FileMode::Wrap(
    absl::Span<const uint8_t> state) {
  return std::string(state.begin(), state.end());
}

absl::StatusOr<Secret> DeviceFile::FileMode::Unwrap(std::string_view wrapped) {
  std::string bytes(wrapped);
  return Secret::Take({reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()});
}

absl::StatusOr<std::unique_ptr<DeviceFile>> DeviceFile::Create(
    const std::string& path) {
  struct stat there;
  if (::stat(path.c_str(), &there) == 0) {
    return MakeStatus(Reason::kAlreadyExists, "make device file \"" + path +
                                                  "\": it exists; name a new "
                                                  "file");
  }
  std::unique_ptr<DeviceFile> file(new DeviceFile(path));
  PARCELVEIL_ASSIGN_OR_RETURN(file->device_, Device::Create(&file->key_wrap_));
  return file;
}

absl::StatusOr<std::unique_ptr<DeviceFile>> DeviceFile::Load(
    const std::string& path) {
  PARCELVEIL_ASSIGN_OR_RETURN(std::string state,
                              store::ReadPrivateFile(path, kMaxStateSize));
  const base::WipeOnExit wipe(
      {reinterpret_cast<uint8_t*>(state.data()), state.size()});
  std::unique_ptr<DeviceFile> file(new DeviceFile(path));
  PARCELVEIL_ASSIGN_OR_RETURN(file->device_,
                              Device::Load(state, &file->key_wrap_));
  return file;
}

absl::Status DeviceFile::Store() {
  if (!device_->HasNewState()) return absl::OkStatus();
  PARCELVEIL_ASSIGN_OR_RETURN(std::string state, device_->State());
  const base::WipeOnExit wipe(
      {reinterpret_cast<uint8_t*>(state.data()), state.size()});
  return store::WriteFile(path_, state, 0600);
}

}  // namespace parcelveil::cli
