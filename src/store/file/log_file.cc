// SPDX-License-Identifier: Apache-2.0
// A log in one file: a magic, then one record for each transaction.
//
// record = size 4 | ~size 4 | body | first 8 bytes of SHA-256(body)
// body   = (kind 1 | size 4 | bytes)*: 1 a leaf, 2 a tile (level 1 | index 8 |
//          hashes), 3 a checkpoint (size 8 | note)
//
// A record that ends where the file ends, or beyond, may be one that a crash
// cut short; any other that is wrong is damage.
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "parcelveil/file.h"
#include "src/base/status.h"
#include "src/crypto/hash.h"
#include "src/store/file/file_io.h"
#include "src/wire/bytes.h"

namespace parcelveil {
namespace {

using store::Fd;
using store::FileError;

constexpr std::string_view kMagic{"PVAUDIT\x01", 8};
constexpr size_t kMaxFileSize = size_t{1} << 30;
constexpr size_t kHeadSize = 8;
constexpr size_t kCheckSize = 8;
constexpr mode_t kMode = 0644;  // no secret and no personal data in it

// On disk: never renumber.
enum class Kind : uint8_t { kLeaf = 1, kTile = 2, kCheckpoint = 3 };

// What the file says, in memory.
struct Contents {
  std::vector<std::string> leaves;
  std::map<std::pair<uint8_t, uint64_t>, std::string> tiles;
  std::optional<std::string> checkpoint;
};

absl::Status Damaged(const std::string& path) {
  return MakeStatus(Reason::kLogRolledBack,
                    "open audit log \"" + path +
                        "\": it is damaged; restore the newest copy");
}

// Takes up what a body says; false where it says nothing that was written.
bool Apply(std::string_view body, Contents* contents) {
  wire::Reader reader(body);
  while (reader.size() > 0) {
    const Kind kind{reader.Get<uint8_t>()};
    wire::Reader item(reader.Take(reader.Get<uint32_t>()));
    if (kind == Kind::kLeaf) {
      contents->leaves.emplace_back(item.Take(item.size()));
    } else if (kind == Kind::kTile) {
      const uint8_t level = item.Get<uint8_t>();
      const uint64_t index = item.Get<uint64_t>();
      contents->tiles[{level, index}] = item.Take(item.size());
    } else if (kind == Kind::kCheckpoint) {
      item.Get<uint64_t>();
      contents->checkpoint = item.Take(item.size());
    } else {
      return false;
    }
    if (!item.ok()) return false;
  }
  return reader.ok();
}

std::string CheckOf(std::string_view body) {
  const crypto::Sha256Hash hash = crypto::Sha256(body);
  return std::string(wire::AsText(hash).substr(0, kCheckSize));
}

std::string MakeRecord(std::string_view body) {
  std::string record;
  wire::Appender out(&record);
  const auto size = static_cast<uint32_t>(body.size());
  out.Put(size);
  out.Put(~size);
  out.Put(body);
  out.Put(std::string_view(CheckOf(body)));
  return record;
}

bool IsZero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

// Reads records until the end, or the one that a crash cut short; `*whole` is
// then the size of what is whole.
absl::Status Load(std::string_view file, const std::string& path,
                  Contents* contents, size_t* whole) {
  *whole = 0;
  if (file.size() < kMagic.size() && kMagic.substr(0, file.size()) == file) {
    return absl::OkStatus();  // made, and no more
  }
  if (file.substr(0, kMagic.size()) != kMagic) return Damaged(path);
  for (size_t at = kMagic.size();;) {
    *whole = at;
    wire::Reader reader(file.substr(at));
    const uint32_t size = reader.Get<uint32_t>();
    const bool has_size = reader.Get<uint32_t>() == ~size;
    if (!reader.ok()) return absl::OkStatus();
    if (!has_size) {
      const bool has_body = !IsZero(file.substr(at + kHeadSize));
      return has_body ? Damaged(path) : absl::OkStatus();
    }
    const std::string_view body = reader.Take(size);
    const std::string_view check = reader.Take(kCheckSize);
    if (!reader.ok()) return absl::OkStatus();
    if (check != CheckOf(body)) {
      return reader.size() == 0 ? absl::OkStatus() : Damaged(path);
    }
    if (!Apply(body, contents)) return Damaged(path);
    at += kHeadSize + size + kCheckSize;
  }
}

class LogFileTransaction : public LogTransaction {
 public:
  explicit LogFileTransaction(uint64_t num_leaves) : num_leaves_(num_leaves) {}

  absl::Status PutLeaf(uint64_t index, std::string_view leaf) override {
    if (index != num_leaves_++) {
      return absl::InternalError("write audit log: a leaf is out of its place");
    }
    Put(Kind::kLeaf, leaf);
    return absl::OkStatus();
  }
  absl::Status PutTile(const TileName& name, std::string_view hashes) override {
    std::string bytes;
    wire::Appender out(&bytes);
    out.Put(name.level);
    out.Put(name.index);
    out.Put(hashes);
    Put(Kind::kTile, bytes);
    return absl::OkStatus();
  }
  absl::Status PutCheckpoint(uint64_t size, std::string_view note) override {
    std::string bytes;
    wire::Appender out(&bytes);
    out.Put(size);
    out.Put(note);
    Put(Kind::kCheckpoint, bytes);
    return absl::OkStatus();
  }
  const std::string& body() const { return body_; }

 private:
  void Put(Kind kind, std::string_view bytes) {
    wire::Appender out(&body_);
    out.Put(static_cast<uint8_t>(kind));
    out.Put(static_cast<uint32_t>(bytes.size()));
    out.Put(bytes);
  }

  uint64_t num_leaves_;
  std::string body_;
};

class LogFile : public LogStore {
 public:
  LogFile(std::string path, Fd fd, Contents contents)
      : path_(std::move(path)),
        fd_(std::move(fd)),
        contents_(std::move(contents)) {}

  absl::Status WriteLog(
      const std::function<absl::Status(LogTransaction&)>& write) override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    if (is_broken_) {
      return absl::UnavailableError("write \"" + path_ +
                                    "\": an earlier write failed; check the "
                                    "disk and open the log again");
    }
    LogFileTransaction transaction(contents_.leaves.size());
    PARCELVEIL_RETURN_IF_ERROR(write(transaction));
    if (transaction.body().empty()) return absl::OkStatus();
    // What is in the file after a failure is known only once it is read again.
    is_broken_ = true;
    const std::string record = MakeRecord(transaction.body());
    PARCELVEIL_RETURN_IF_ERROR(store::WriteAll(fd_, path_, record));
    if (fdatasync(fd_.get()) != 0) return FileError("sync", path_, errno);
    is_broken_ = false;
    Apply(transaction.body(), &contents_);
    return absl::OkStatus();
  }
  absl::StatusOr<uint64_t> NumLeaves() override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    return contents_.leaves.size();
  }
  absl::Status ReadLeaves(
      uint64_t first, uint64_t count,
      const std::function<absl::Status(uint64_t, std::string_view)>& f)
      override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    for (uint64_t i = first; i < first + count; ++i) {
      if (i >= contents_.leaves.size()) {
        return absl::NotFoundError("read \"" + path_ + "\": no such leaf");
      }
      PARCELVEIL_RETURN_IF_ERROR(f(i, contents_.leaves[i]));
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> ReadTile(const TileName& name) override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    const auto it = contents_.tiles.find({name.level, name.index});
    if (it != contents_.tiles.end()) return it->second;
    return absl::NotFoundError("read \"" + path_ + "\": no such tile");
  }
  absl::StatusOr<std::optional<std::string>> ReadCheckpoint() override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    return contents_.checkpoint;
  }

 private:
  const std::string path_;
  const Fd fd_;                 // stands at the end
  std::recursive_mutex mutex_;  // `write` may read from its own thread
  Contents contents_;
  bool is_broken_ = false;
};

// Cuts off what a crash left, and starts a new file.
absl::Status MakeWhole(const Fd& fd, const std::string& path, size_t whole) {
  if (ftruncate(fd.get(), static_cast<off_t>(whole)) != 0 ||
      lseek(fd.get(), 0, SEEK_END) < 0) {
    return FileError("write", path, errno);
  }
  if (whole == 0) {
    PARCELVEIL_RETURN_IF_ERROR(store::WriteAll(fd, path, kMagic));
  }
  if (fsync(fd.get()) != 0) return FileError("sync", path, errno);
  return store::SyncFolderOf(path);
}

}  // namespace

absl::StatusOr<std::unique_ptr<LogStore>> OpenLogFile(const std::string& path) {
  Fd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode));
  if (!fd.is_open()) return FileError("open", path, errno);
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return MakeStatus(Reason::kLogLocked,
                      "open audit log \"" + path +
                          "\": another process writes it; wait until that one "
                          "has ended");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string bytes,
                              store::ReadWholeFile(path, kMaxFileSize));
  Contents contents;
  size_t whole = 0;
  PARCELVEIL_RETURN_IF_ERROR(Load(bytes, path, &contents, &whole));
  PARCELVEIL_RETURN_IF_ERROR(MakeWhole(fd, path, whole));
  return std::unique_ptr<LogStore>(
      new LogFile(path, std::move(fd), std::move(contents)));
}

absl::StatusOr<std::unique_ptr<LogReader>> ReadLogFile(
    const std::string& path) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string bytes,
                              store::ReadWholeFile(path, kMaxFileSize));
  Contents contents;
  size_t whole = 0;
  PARCELVEIL_RETURN_IF_ERROR(Load(bytes, path, &contents, &whole));
  return std::unique_ptr<LogReader>(
      new LogFile(path, Fd(), std::move(contents)));
}

}  // namespace parcelveil
