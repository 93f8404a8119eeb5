// SPDX-License-Identifier: Apache-2.0
// A device that lives in a file, for trials and service accounts.

#ifndef PARCELVEIL_SRC_CLI_DEVICE_FILE_H_
#define PARCELVEIL_SRC_CLI_DEVICE_FILE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/device.h"

namespace parcelveil::cli {

// A device whose state is a file of mode 0600: what a handheld's keystore does
// is left to the host.
class DeviceFile {
 public:
  // Makes a device; its file is written by Store. Errors: kAlreadyExists.
  static absl::StatusOr<std::unique_ptr<DeviceFile>> Create(
      const std::string& path);
  // Errors: kNotFound; FORBIDDEN where others may read it; MALFORMED.
  static absl::StatusOr<std::unique_ptr<DeviceFile>> Load(
      const std::string& path);

  Device& device() { return *device_; }
  // Writes the state where it is new. Errors: those of the file.
  absl::Status Store();

 private:
  // Passes the state through: the file's mode guards it.
  class FileMode : public KeyWrap {
   public:
    absl::StatusOr<std::string> Wrap(absl::Span<const uint8_t> state) override;
    absl::StatusOr<Secret> Unwrap(std::string_view wrapped) override;
  };

  explicit DeviceFile(std::string path) : path_(std::move(path)) {}

  const std::string path_;
  FileMode key_wrap_;
  std::unique_ptr<Device> device_;
};

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_DEVICE_FILE_H_
