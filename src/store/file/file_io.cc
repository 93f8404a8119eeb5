// SPDX-License-Identifier: Apache-2.0
#include "src/store/file/file_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/escaping.h"
#include "src/base/status.h"
#include "src/crypto/xchacha.h"

namespace parcelveil::store {
namespace {

// Reads until `size` bytes are there or the file ends; -1 on error.
ssize_t ReadAll(int fd, uint8_t* out, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t n = read(fd, out + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  return static_cast<ssize_t>(done);
}

absl::StatusOr<Fd> OpenForReading(const std::string& path) {
  Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_open()) return FileError("read", path, errno);
  return fd;
}

absl::Status CheckPrivate(const Fd& fd, const std::string& path) {
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) return FileError("read", path, errno);
  if (!S_ISREG(info.st_mode) || (info.st_mode & 077) == 0) {
    return absl::OkStatus();
  }
  return MakeStatus(Reason::kForbidden,
                    "read \"" + path +
                        "\": others than its owner may read it; chmod 600 it, "
                        "and replace what it protects if somebody did");
}

absl::Status TooLarge(const std::string& path) {
  return MakeStatus(Reason::kMalformed,
                    "read \"" + path +
                        "\": it is larger than such a file can be; pass the "
                        "right file");
}

absl::StatusOr<std::string> ReadText(const Fd& fd, const std::string& path,
                                     size_t max_size) {
  std::string bytes;
  char block[65536];
  while (true) {
    const ssize_t n =
        ReadAll(fd.get(), reinterpret_cast<uint8_t*>(block), sizeof(block));
    if (n < 0) return FileError("read", path, errno);
    bytes.append(block, static_cast<size_t>(n));
    if (bytes.size() > max_size) return TooLarge(path);
    if (n == 0) return bytes;
  }
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

absl::Status FileError(std::string_view operation, const std::string& path,
                       int error) {
  const std::string text =
      std::string(operation) + " \"" + path + "\": " + strerror(error);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(text + "; check the path");
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(
          text + "; check who owns it and under whom this runs");
    case EEXIST:
      return absl::AlreadyExistsError(text + "; remove it or take another");
    default:
      return absl::UnavailableError(text + "; check the disk and try again");
  }
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path,
                                          size_t max_size) {
  PARCELVEIL_ASSIGN_OR_RETURN(Fd fd, OpenForReading(path));
  return ReadText(fd, path, max_size);
}

absl::StatusOr<std::string> ReadPrivateFile(const std::string& path,
                                            size_t max_size) {
  PARCELVEIL_ASSIGN_OR_RETURN(Fd fd, OpenForReading(path));
  PARCELVEIL_RETURN_IF_ERROR(CheckPrivate(fd, path));
  return ReadText(fd, path, max_size);
}

absl::StatusOr<Secret> ReadSecretFile(const std::string& path,
                                      size_t max_size) {
  PARCELVEIL_ASSIGN_OR_RETURN(Fd fd, OpenForReading(path));
  PARCELVEIL_RETURN_IF_ERROR(CheckPrivate(fd, path));
  PARCELVEIL_ASSIGN_OR_RETURN(Secret room, Secret::Zero(max_size + 1));
  const ssize_t size = room.UseMutable([&](absl::Span<uint8_t> bytes) {
    return ReadAll(fd.get(), bytes.data(), bytes.size());
  });
  if (size < 0) return FileError("read", path, errno);
  if (static_cast<size_t>(size) > max_size) return TooLarge(path);
  if (size == 0) {
    return MakeStatus(Reason::kMalformed, "read \"" + path +
                                              "\": it is empty; pass the right "
                                              "file");
  }
  return room.UseMutable([&](absl::Span<uint8_t> bytes) {
    return Secret::Take(bytes.subspan(0, static_cast<size_t>(size)));
  });
}

absl::Status WriteAll(const Fd& fd, const std::string& path,
                      std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FileError("write", path, errno);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

absl::Status SyncFolderOf(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const Fd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open() || fsync(fd.get()) != 0) {
    return FileError("sync", folder, errno);
  }
  return absl::OkStatus();
}

std::string RandomSuffix() {
  std::array<uint8_t, 8> bytes;
  crypto::RandomBytes(absl::MakeSpan(bytes));
  return absl::BytesToHexString(std::string(bytes.begin(), bytes.end()));
}

absl::StatusOr<Fd> LockFile(const std::string& path) {
  Fd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.is_open()) return FileError("lock", path, errno);
  while (flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return FileError("lock", path, errno);
  }
  return fd;
}

absl::Status ReplaceFile(const NewFile& file, std::string_view bytes) {
  const std::string& temporary = file.temporary;
  {
    const Fd fd(
        open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd.is_open()) return FileError("write", temporary, errno);
    absl::Status status = WriteAll(fd, temporary, bytes);
    if (status.ok() && fchmod(fd.get(), file.mode) != 0) {
      status = FileError("set mode of", temporary, errno);
    }
    if (status.ok() && fsync(fd.get()) != 0) {
      status = FileError("sync", temporary, errno);
    }
    if (!status.ok()) {
      unlink(temporary.c_str());
      return status;
    }
  }
  if (rename(temporary.c_str(), file.path.c_str()) != 0) {
    const absl::Status status = FileError("replace", file.path, errno);
    unlink(temporary.c_str());
    return status;
  }
  return SyncFolderOf(file.path);
}

absl::Status WriteFile(const std::string& path, std::string_view bytes,
                       mode_t mode) {
  const std::filesystem::path target(path);
  const std::string name =
      "." + target.filename().string() + "." + RandomSuffix() + ".tmp";
  const std::string temporary = (target.parent_path() / name).string();
  return ReplaceFile({path, temporary, mode}, bytes);
}

}  // namespace parcelveil::store
