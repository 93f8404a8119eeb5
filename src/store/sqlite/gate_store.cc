// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "src/base/status.h"
#include "src/store/sqlite/gate_schema.h"
#include "src/store/sqlite/gate_store_state.h"

namespace parcelveil {
namespace {

// An empty file for SQLite to fill, if there is none: only its owner's.
absl::Status MakeFile(const std::string& path, const std::string& what) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return FileError(errno, what);
  close(fd);
  // Its name must be as durable as what will be in it.
  const std::string folder =
      std::filesystem::absolute(path).parent_path().string();
  const int folder_fd =
      open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_fd < 0) return FileError(errno, what);
  const bool is_synced = fsync(folder_fd) == 0;
  const int error = errno;
  close(folder_fd);
  return is_synced ? absl::OkStatus() : FileError(error, what);
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteGateStore::State>>
SqliteGateStore::State::Open(const std::string& path, Mode mode) {
  const std::string name = "gate store \"" + path + "\"";
  const std::string what = (mode == Mode::kCreate ? "create " : "open ") + name;
  // One lock by whatever name the file is reached.
  std::error_code error;
  const std::filesystem::path real =
      std::filesystem::weakly_canonical(path, error);
  const std::string file = error ? path : real.string();
  if (mode == Mode::kOpen && !std::filesystem::exists(file, error)) {
    return absl::NotFoundError(what +
                               ": there is no such file; create it first, or "
                               "name the right one");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(FileLock lock,
                              FileLock::Take(file + "-lock", what));
  if (mode == Mode::kCreate) {
    PARCELVEIL_RETURN_IF_ERROR(MakeFile(file, what));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto db, SqliteDatabase::Open(file, SqliteDatabase::Access::kExclusive));
  if (mode == Mode::kCreate) {
    PARCELVEIL_RETURN_IF_ERROR(CreateGateTables(db.get(), what));
  }
  PARCELVEIL_RETURN_IF_ERROR(CheckGateTables(db.get(), what));
  PARCELVEIL_RETURN_IF_ERROR(SetUpGateDatabase(db.get(), what));
  std::unique_ptr<State> state(new State(std::move(lock), std::move(db), name));
  PARCELVEIL_ASSIGN_OR_RETURN(state->mirror_, GateMirror::Load(&state->sql_));
  return state;
}

absl::Status SqliteGateStore::State::InTransaction(
    const std::function<absl::Status(SqliteGateTransaction*)>& write) {
  const std::lock_guard<std::recursive_mutex> lock(connection_mutex_);
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      SqliteTransaction::Begin(db_.get(), SqliteTransaction::Kind::kWrite));
  absl::Status status = Commit(transaction.get(), write);
  if (!status.ok()) quota_.Forget();
  return status;
}

absl::Status SqliteGateStore::State::Commit(
    SqliteTransaction* transaction,
    const std::function<absl::Status(SqliteGateTransaction*)>& write) {
  // Only this thread writes the mirror, so it may read it without its lock.
  SqliteGateTransaction writes(&sql_, &quota_, mirror_);
  PARCELVEIL_RETURN_IF_ERROR(write(&writes));
  PARCELVEIL_RETURN_IF_ERROR(writes.Finish());
  PARCELVEIL_RETURN_IF_ERROR(
      Annotate(transaction->Commit(), "write " + sql_.what()));
  const std::unique_lock<std::shared_mutex> mirror_lock(mirror_mutex_);
  writes.Apply(&mirror_);
  return absl::OkStatus();
}

SqliteGateStore::SqliteGateStore(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
SqliteGateStore::~SqliteGateStore() = default;

absl::StatusOr<std::unique_ptr<SqliteGateStore>> SqliteGateStore::Create(
    const std::string& path) {
  PARCELVEIL_ASSIGN_OR_RETURN(auto state,
                              State::Open(path, State::Mode::kCreate));
  return std::unique_ptr<SqliteGateStore>(
      new SqliteGateStore(std::move(state)));
}

absl::StatusOr<std::unique_ptr<SqliteGateStore>> SqliteGateStore::Open(
    const std::string& path) {
  PARCELVEIL_ASSIGN_OR_RETURN(auto state,
                              State::Open(path, State::Mode::kOpen));
  return std::unique_ptr<SqliteGateStore>(
      new SqliteGateStore(std::move(state)));
}

absl::Status SqliteGateStore::Write(
    const std::function<absl::Status(GateTransaction&)>& write) {
  return state_->InTransaction(
      [&](SqliteGateTransaction* writes) { return write(*writes); });
}

absl::Status SqliteGateStore::WriteLog(
    const std::function<absl::Status(LogTransaction&)>& write) {
  return state_->InTransaction(
      [&](SqliteGateTransaction* writes) { return write(*writes); });
}

}  // namespace parcelveil
