// SPDX-License-Identifier: Apache-2.0
#include "src/store/sqlite/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>

#include "src/base/status.h"

namespace parcelveil {

absl::Status FileError(int error, const std::string& what) {
  return absl::Status(absl::ErrnoToStatusCode(error),
                      what + ": " + strerror(error) +
                          "; check the folder, and who may write there");
}

absl::StatusOr<FileLock> FileLock::Take(const std::string& path,
                                        const std::string& what) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return FileError(errno, what);
  FileLock lock(fd);
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return FileError(errno, what);
    return MakeStatus(Reason::kLogLocked,
                      what +
                          ": somebody has it open, and a log has one writer; "
                          "stop that one, or give this one a store of its own");
  }
  return lock;
}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace parcelveil
