// SPDX-License-Identifier: Apache-2.0
// PostgresGateStore: who may write, and its transactions.
#include "src/base/status.h"
#include "src/store/postgres/gate_store_state.h"

namespace parcelveil {
namespace {

// Conflicts are rare, as all gates follow one another: with whoever else works
// on these tables.
constexpr int kMaxAttempts = 4;

// Of logs: "pvgt", and the log's number.
int64_t LockKey(int64_t log) { return (int64_t{0x70766774} << 32) | log; }

absl::Status Locked(const std::string& what) {
  return MakeStatus(Reason::kLogLocked,
                    what +
                        ": somebody has it open, and a log has one writer; "
                        "stop that one, or give this one a log of its own");
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresGateStore::State>>
PostgresGateStore::State::Open(const std::string& address,
                               const std::string& log) {
  std::unique_ptr<State> state(new State(address, log));
  const std::lock_guard<std::recursive_mutex> lock(state->mutex_);
  PARCELVEIL_ASSIGN_OR_RETURN(
      state->writer_,
      PostgresSession::Open(address, state->what_, kGateWriter));
  PARCELVEIL_RETURN_IF_ERROR(CheckGateSchema(state->writer_.get()));
  PARCELVEIL_RETURN_IF_ERROR(state->TakeLog());
  return state;
}

PostgresGateStore::State::~State() {
  // The server gives up the lock some time after the connection ends; whoever
  // opens the log next need not wait for that.
  if (writer_ != nullptr && opened_ != 0) {
    writer_->db()->Unlock(LockKey(log_)).IgnoreError();
  }
}

absl::Status PostgresGateStore::State::TakeLog() {
  PARCELVEIL_RETURN_IF_ERROR(writer_->Run(
      "INSERT INTO log (name) SELECT $1 WHERE NOT EXISTS (SELECT FROM log "
      "WHERE name = $1) ON CONFLICT DO NOTHING",
      PostgresText{name_}));
  {
    PARCELVEIL_ASSIGN_OR_RETURN(
        const BoundPostgresStatement row,
        writer_->Bind("SELECT log FROM log WHERE name = $1",
                      PostgresText{name_}));
    PARCELVEIL_RETURN_IF_ERROR(row->Step().status());
    log_ = row->Int(0);
  }
  PARCELVEIL_RETURN_IF_ERROR(TakeLock(writer_.get()));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundPostgresStatement row,
      writer_->Bind("UPDATE log SET opened = opened + 1 WHERE log = $1 "
                    "RETURNING opened",
                    log_));
  PARCELVEIL_RETURN_IF_ERROR(row->Step().status());
  opened_ = row->Int(0);
  return absl::OkStatus();
}

absl::Status PostgresGateStore::State::TakeLock(
    PostgresSession* session) const {
  PARCELVEIL_RETURN_IF_ERROR(
      session->db()->Execute("SET lock_timeout = '2s'", what_));
  const absl::Status taken =
      session->Run("SELECT pg_advisory_lock($1)", LockKey(log_));
  if (session->db()->IsLost()) return taken;
  PARCELVEIL_RETURN_IF_ERROR(
      session->db()->Execute("SET lock_timeout = '5s'", what_));
  const bool is_locked = taken.code() == absl::StatusCode::kUnavailable;
  return is_locked ? Locked("open " + what_) : taken;
}

absl::Status PostgresGateStore::State::Connect() {
  if (writer_ != nullptr && !writer_->db()->IsLost()) return absl::OkStatus();
  writer_.reset();
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto session, PostgresSession::Open(address_, what_, kGateWriter));
  PARCELVEIL_RETURN_IF_ERROR(CheckGateSchema(session.get()));
  const absl::Status locked = TakeLock(session.get());
  PARCELVEIL_RETURN_IF_ERROR(CheckStillOurs(session.get()));
  if (ReasonOf(locked) == Reason::kLogLocked) {
    // Nobody else opened it: it is our own session, which the server has not
    // missed yet.
    return MakeStatus(Reason::kUnavailable,
                      "write " + what_ +
                          ": the connection that was lost still has its lock; "
                          "try again in half a minute");
  }
  PARCELVEIL_RETURN_IF_ERROR(locked);
  writer_ = std::move(session);
  return absl::OkStatus();
}

absl::Status PostgresGateStore::State::CheckStillOurs(
    PostgresSession* session) const {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const bool is_ours,
      session->HasRow("SELECT 1 FROM log WHERE log = $1 AND opened = $2", log_,
                      opened_));
  return is_ours ? absl::OkStatus() : Locked("write " + what_);
}

absl::StatusOr<PostgresLog> PostgresGateStore::State::LockRows(Rows rows) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundPostgresStatement row,
      writer_->Bind(
          rows == Rows::kLog
              ? "SELECT num_leaves, checkpoint_size FROM log, store WHERE log "
                "= $1 AND opened = $2 FOR UPDATE OF log"
              : "SELECT num_leaves, checkpoint_size FROM log, store WHERE log "
                "= $1 AND opened = $2 FOR UPDATE OF store, log",
          log_, opened_));
  PARCELVEIL_ASSIGN_OR_RETURN(const bool is_ours, row->Step());
  if (!is_ours) return Locked("write " + what_);
  return PostgresLog{log_, static_cast<uint64_t>(row->Int(0)),
                     static_cast<uint64_t>(row->Int(1))};
}

absl::Status PostgresGateStore::State::InTransaction(
    Rows rows,
    const std::function<absl::Status(PostgresSession*,
                                     PostgresGateTransaction*)>& write) {
  const std::lock_guard<std::recursive_mutex> lock(mutex_);
  if (is_in_transaction_) {
    return absl::FailedPreconditionError(
        "write " + what_ +
        ": its own thread is writing already; end that "
        "transaction first");
  }
  is_in_transaction_ = true;
  absl::Status status = TryTransaction(rows, write);
  for (int i = 1; i < kMaxAttempts && ReasonOf(status) == Reason::kConflict;
       ++i) {
    status = TryTransaction(rows, write);
  }
  is_in_transaction_ = false;
  return status;
}

absl::StatusOr<std::unique_ptr<PostgresTransaction>>
PostgresGateStore::State::Begin() {
  constexpr auto kKind = PostgresTransaction::Kind::kReadCommitted;
  PARCELVEIL_RETURN_IF_ERROR(Connect());
  auto transaction = PostgresTransaction::Begin(writer_->db(), kKind);
  if (transaction.ok() || !writer_->db()->IsLost()) return transaction;
  // It was lost while it lay idle, and nothing has begun.
  PARCELVEIL_RETURN_IF_ERROR(Connect());
  return PostgresTransaction::Begin(writer_->db(), kKind);
}

absl::Status PostgresGateStore::State::TryTransaction(
    Rows rows,
    const std::function<absl::Status(PostgresSession*,
                                     PostgresGateTransaction*)>& write) {
  PARCELVEIL_ASSIGN_OR_RETURN(const auto transaction, Begin());
  PARCELVEIL_ASSIGN_OR_RETURN(const PostgresLog log, LockRows(rows));
  PostgresGateTransaction writes(writer_.get(), log);
  PARCELVEIL_RETURN_IF_ERROR(write(writer_.get(), &writes));
  PARCELVEIL_RETURN_IF_ERROR(writes.Finish());
  return Annotate(transaction->Commit(), "write " + what_);
}

PostgresGateStore::PostgresGateStore(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
PostgresGateStore::~PostgresGateStore() = default;

absl::Status PostgresGateStore::Create(const std::string& address) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto session,
      PostgresSession::Open(address, "create gate store", kGateWriter));
  return MakeGateSchema(session.get());
}

absl::StatusOr<std::unique_ptr<PostgresGateStore>> PostgresGateStore::Open(
    const std::string& address, const std::string& log) {
  PARCELVEIL_ASSIGN_OR_RETURN(auto state, State::Open(address, log));
  return std::unique_ptr<PostgresGateStore>(
      new PostgresGateStore(std::move(state)));
}

absl::Status PostgresGateStore::Write(
    const std::function<absl::Status(GateTransaction&)>& write) {
  return state_->InTransaction(
      State::Rows::kLogAndStore,
      [&](PostgresSession* /*session*/, PostgresGateTransaction* writes) {
        return write(*writes);
      });
}

absl::Status PostgresGateStore::WriteLog(
    const std::function<absl::Status(LogTransaction&)>& write) {
  return state_->InTransaction(
      State::Rows::kLog,
      [&](PostgresSession* /*session*/, PostgresGateTransaction* writes) {
        return write(*writes);
      });
}

}  // namespace parcelveil
