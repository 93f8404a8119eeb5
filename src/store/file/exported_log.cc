// SPDX-License-Identifier: Apache-2.0
// A log as files: written by ExportLogFiles, read by OpenExportedLog.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "parcelveil/audit_export.h"
#include "parcelveil/file.h"
#include "src/audit/log_tip.h"
#include "src/base/status.h"
#include "src/store/file/file_io.h"
#include "src/wire/signed_note.h"
#include "src/wire/tile_path.h"

namespace parcelveil {
namespace {

using store::Fd;
using store::FileError;
using wire::kTileWidth;

constexpr size_t kMaxBundleSize = kTileWidth * (2 + 65535);
constexpr size_t kMaxTileSize = kTileWidth * 32;
constexpr mode_t kPublicMode = 0644;

std::string Join(const std::string& dir, const std::string& name) {
  return (std::filesystem::path(dir) / name).string();
}

// Borrows from `bytes`. Nothing says whose signature it must have: whoever
// verifies the log does.
absl::StatusOr<wire::CheckpointText> ParseCheckpoint(std::string_view bytes) {
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::SignedNote note,
                              wire::ParseSignedNote(bytes));
  return wire::ParseCheckpointText(note.text);
}

// Puts a file in place without waiting for the disk.
absl::Status PutFile(const std::string& path, std::string_view bytes) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(),
                                      error);
  if (error) return FileError("make folder of", path, error.value());
  const std::string temporary = path + "." + store::RandomSuffix() + ".tmp";
  absl::Status status;
  {
    const Fd fd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                     kPublicMode));
    if (!fd.is_open()) return FileError("write", temporary, errno);
    status = store::WriteAll(fd, temporary, bytes);
  }
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) {
    status = FileError("replace", path, errno);
  }
  if (!status.ok()) unlink(temporary.c_str());
  return status;
}

// Waits until everything that was written to the folder's disk is there.
absl::Status SyncAll(const std::string& dir) {
  const Fd fd(open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open() || syncfs(fd.get()) != 0) {
    return FileError("sync", dir, errno);
  }
  return absl::OkStatus();
}

// The head of an earlier export, which must be one that `log` had; a size of 0
// where there is none.
absl::StatusOr<TreeHead> ReadEarlierHead(LogReader* log,
                                         const std::string& path) {
  const absl::StatusOr<std::string> bytes =
      store::ReadWholeFile(path, wire::kMaxNoteSize);
  if (absl::IsNotFound(bytes.status())) return TreeHead{};
  if (!bytes.ok()) return bytes.status();
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::CheckpointText earlier,
                              ParseCheckpoint(*bytes));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto note, log->ReadCheckpoint());
  const std::string newest = note.value_or("");
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::CheckpointText now,
                              ParseCheckpoint(newest));
  if (earlier.origin != now.origin) {
    return MakeStatus(Reason::kAlreadyExists,
                      "export audit log to \"" + path +
                          "\": the export there is of another log; give each "
                          "log a folder of its own");
  }
  const TreeHead head{earlier.size, earlier.root};
  PARCELVEIL_ASSIGN_OR_RETURN(const uint64_t size, log->NumLeaves());
  const absl::Status status = audit::CheckHead(log, size, head);
  if (!status.ok()) return Annotate(status, "export to \"" + path + "\"");
  return head;
}

class ExportedLog : public LogReader {
 public:
  ExportedLog(std::string dir, std::string checkpoint, uint64_t size)
      : dir_(std::move(dir)), checkpoint_(std::move(checkpoint)), size_(size) {}

  absl::StatusOr<uint64_t> NumLeaves() override { return size_; }
  absl::StatusOr<std::optional<std::string>> ReadCheckpoint() override {
    return checkpoint_;
  }
  absl::Status ReadLeaves(
      uint64_t first, uint64_t count,
      const std::function<absl::Status(uint64_t, std::string_view)>& f)
      override {
    const uint64_t end = first + count;
    if (end > size_) {
      return absl::NotFoundError(
          "read exported log: its checkpoint covers fewer leaves");
    }
    for (uint64_t at = first; at < end;) {
      const uint64_t index = at / kTileWidth;
      PARCELVEIL_ASSIGN_OR_RETURN(const std::string bytes, ReadBundle(index));
      PARCELVEIL_ASSIGN_OR_RETURN(const auto leaves,
                                  wire::ParseEntryBundle(bytes));
      const uint64_t start = index * kTileWidth;
      const uint64_t stop = std::min(end, start + leaves.size());
      if (stop <= at) {
        return absl::NotFoundError("read exported log: a bundle is too short");
      }
      for (; at < stop; ++at) {
        PARCELVEIL_RETURN_IF_ERROR(f(at, leaves[at - start]));
      }
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> ReadTile(const TileName& name) override {
    const uint64_t num_full = size_ >> 8 >> (8 * name.level);
    if (name.index >= num_full) {
      return absl::NotFoundError("read exported log: no such full tile");
    }
    return store::ReadWholeFile(
        Join(dir_, wire::EncodeTilePath({name.level, name.index})),
        kMaxTileSize);
  }

 private:
  // A bundle that is not full may have been dropped for the one that is.
  absl::StatusOr<std::string> ReadBundle(uint64_t index) const {
    wire::TilePath path{std::nullopt, index,
                        std::min(kTileWidth, size_ - index * kTileWidth)};
    absl::StatusOr<std::string> bytes = store::ReadWholeFile(
        Join(dir_, wire::EncodeTilePath(path)), kMaxBundleSize);
    if (!absl::IsNotFound(bytes.status()) || path.width == kTileWidth) {
      return bytes;
    }
    path.width = kTileWidth;
    return store::ReadWholeFile(Join(dir_, wire::EncodeTilePath(path)),
                                kMaxBundleSize);
  }

  const std::string dir_;
  const std::string checkpoint_;
  const uint64_t size_;
};

}  // namespace

absl::Status ExportLogFiles(LogReader* log, const std::string& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) return FileError("make folder", dir, error.value());
  PARCELVEIL_ASSIGN_OR_RETURN(const Fd lock,
                              store::LockFile(Join(dir, ".lock")));
  const std::string checkpoint = Join(dir, "checkpoint");
  PARCELVEIL_ASSIGN_OR_RETURN(const TreeHead earlier,
                              ReadEarlierHead(log, checkpoint));
  return ExportLog(log, earlier.size, [&](const ExportedFile& file) {
    if (file.path != "checkpoint") {
      return PutFile(Join(dir, file.path), file.bytes);
    }
    // Witnesses may have signed the one that is there.
    const absl::StatusOr<wire::CheckpointText> now =
        ParseCheckpoint(file.bytes);
    if (earlier.size > 0 && now.ok() && now->size == earlier.size) {
      return absl::OkStatus();
    }
    PARCELVEIL_RETURN_IF_ERROR(SyncAll(dir));
    return store::WriteFile(checkpoint, file.bytes, kPublicMode);
  });
}

absl::StatusOr<std::unique_ptr<LogReader>> OpenExportedLog(
    const std::string& dir) {
  const std::string path = Join(dir, "checkpoint");
  PARCELVEIL_ASSIGN_OR_RETURN(std::string bytes,
                              store::ReadWholeFile(path, wire::kMaxNoteSize));
  absl::StatusOr<wire::CheckpointText> checkpoint = ParseCheckpoint(bytes);
  if (!checkpoint.ok()) {
    return Annotate(checkpoint.status(), "read \"" + path + "\"");
  }
  const uint64_t size = checkpoint->size;
  return std::unique_ptr<LogReader>(
      new ExportedLog(dir, std::move(bytes), size));
}

}  // namespace parcelveil
