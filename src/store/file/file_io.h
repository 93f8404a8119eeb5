// SPDX-License-Identifier: Apache-2.0
// Whole files, read carefully and replaced so that a crash leaves the old or
// the new one.

#ifndef PARCELVEIL_SRC_STORE_FILE_FILE_IO_H_
#define PARCELVEIL_SRC_STORE_FILE_FILE_IO_H_

#include <sys/types.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/secret.h"

namespace parcelveil::store {

// An open file descriptor, closed when it dies.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Fd& operator=(Fd&&) = delete;
  ~Fd();

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Returns the status of `errno` value `error`: "<operation> "<path>": ...".
// Not there is kNotFound, no permission kPermissionDenied, the rest
// kUnavailable.
absl::Status FileError(std::string_view operation, const std::string& path,
                       int error);

// Reads a file of at most `max_size` bytes. Errors: kNotFound,
// kPermissionDenied, kInvalidArgument MALFORMED where it is larger.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path,
                                          size_t max_size);

// Reads a file that only its owner may read (mode 0600 or less; a pipe has
// none to check). Errors: as ReadWholeFile; FORBIDDEN where others may read it.
absl::StatusOr<std::string> ReadPrivateFile(const std::string& path,
                                            size_t max_size);
// The same into a Secret: the bytes pass through no other memory.
absl::StatusOr<Secret> ReadSecretFile(const std::string& path, size_t max_size);

// Writes all of `bytes` at where `fd` stands. Errors: as FileError; some of
// them may then be written.
absl::Status WriteAll(const Fd& fd, const std::string& path,
                      std::string_view bytes);

// Makes the name of a file durable, once the file is. Errors: as FileError.
absl::Status SyncFolderOf(const std::string& path);

// Replaces `path` by a file of these bytes: writes `temporary` (in the same
// folder, must not exist), fsync, rename, fsync of the folder.
// Errors: kPermissionDenied, kAlreadyExists, kUnavailable; `path` is then as it
// was.
struct NewFile {
  std::string path;
  std::string temporary;
  mode_t mode;
};
absl::Status ReplaceFile(const NewFile& file, std::string_view bytes);

// 16 hex digits for a temporary's name: process numbers are not unique where
// containers share a volume.
std::string RandomSuffix();

// Makes `path` if needed and locks it until the result dies; waits for whoever
// holds it. Errors: kPermissionDenied, kUnavailable.
absl::StatusOr<Fd> LockFile(const std::string& path);

// ReplaceFile under a temporary name of its own.
absl::Status WriteFile(const std::string& path, std::string_view bytes,
                       mode_t mode);

}  // namespace parcelveil::store

#endif  // PARCELVEIL_SRC_STORE_FILE_FILE_IO_H_
