// SPDX-License-Identifier: Apache-2.0
// FileLock: one holder at a time, in this process or another.

#ifndef PARCELVEIL_SRC_STORE_SQLITE_FILE_LOCK_H_
#define PARCELVEIL_SRC_STORE_SQLITE_FILE_LOCK_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace parcelveil {

// The status of `errno` value `error`; `what` is what was tried, and on what.
absl::Status FileError(int error, const std::string& what);

// Held until it dies, or its process does.
class FileLock {
 public:
  // Makes `path` if needed. Errors: LOG_LOCKED where it is held; kNotFound,
  // kPermissionDenied and the like where it cannot be made. `what` is what is
  // done under it: `open gate store "g"`.
  static absl::StatusOr<FileLock> Take(const std::string& path,
                                       const std::string& what);
  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_SQLITE_FILE_LOCK_H_
