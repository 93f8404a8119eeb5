// SPDX-License-Identifier: Apache-2.0

#include <libpq-fe.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parcelveil/postgres.h"
#include "src/base/status.h"
#include "src/store/postgres/postgres_error.h"

namespace parcelveil {

absl::StatusOr<PostgresStatement> PostgresConnection::Prepare(
    const std::string& sql, const std::string& what) {
  PARCELVEIL_RETURN_IF_ERROR(Settle(what));
  // Statements that died are forgotten here: a destructor does not talk to the
  // server, and a transaction that failed could not.
  if (!closed_.empty() && PQtransactionStatus(conn_) != PQTRANS_INERROR) {
    PARCELVEIL_RETURN_IF_ERROR(
        Execute("DEALLOCATE " + absl::StrJoin(closed_, "; DEALLOCATE "), what));
    closed_.clear();
  }
  const std::string name = absl::StrCat("parcelveil_", ++num_statements_);
  PARCELVEIL_RETURN_IF_ERROR(
      Check(PQprepare(conn_, name.c_str(), sql.c_str(), 0, nullptr), what));
  return PostgresStatement(this, name, what);
}

absl::Status PostgresConnection::Execute(const std::string& sql,
                                         const std::string& what) {
  PARCELVEIL_RETURN_IF_ERROR(Settle(what));
  return Check(PQexec(conn_, sql.c_str()), what);
}

absl::Status PostgresConnection::Check(pg_result* result,
                                       const std::string& what) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> owned(result, &PQclear);
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
    if (!absl::SimpleAtoi(PQcmdTuples(result), &changes_)) changes_ = 0;
    return absl::OkStatus();
  }
  if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) {
    ReadAway();
    return absl::FailedPreconditionError(
        what + ": the statement copies; run it by a copy of its own");
  }
  return PostgresError(conn_, result, what);
}

absl::Status PostgresConnection::Settle(const std::string& what) {
  if (is_taken_) {
    return absl::FailedPreconditionError(
        what + ": the connection is in a pipeline or a copy; finish it first");
  }
  if (stream_ != 0) ReadAway();
  return absl::OkStatus();
}

void PostgresConnection::ReadAway() {
  stream_ = 0;
  is_taken_ = false;
  while (PGresult* result = PQgetResult(conn_)) {
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status == PGRES_COPY_IN) PQputCopyEnd(conn_, "not finished");
    if (status != PGRES_COPY_OUT) continue;
    char* bytes = nullptr;
    while (PQgetCopyData(conn_, &bytes, /*async=*/0) > 0) PQfreemem(bytes);
  }
}

absl::StatusOr<bool> PostgresConnection::AskLock(const char* function,
                                                 int64_t key) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement ask,
      Prepare(absl::StrCat("SELECT pg_catalog.", function, "($1)"),
              absl::StrCat("advisory lock ", key)));
  ask.BindInt(0, key);
  PARCELVEIL_RETURN_IF_ERROR(ask.Step().status());
  return ask.Int(0) == 1;
}

absl::StatusOr<bool> PostgresConnection::TryLock(int64_t key) {
  return AskLock("pg_try_advisory_lock", key);
}

absl::Status PostgresConnection::Unlock(int64_t key) {
  PARCELVEIL_ASSIGN_OR_RETURN(const bool was_held,
                              AskLock("pg_advisory_unlock", key));
  if (was_held) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "advisory lock ", key, ": this session does not hold it; take it first"));
}

void PostgresConnection::Cancel() const {
  char reason[256];
  PQcancel(cancel_, reason, sizeof(reason));
}

bool PostgresConnection::IsLost() const {
  return PQstatus(conn_) == CONNECTION_BAD;
}

}  // namespace parcelveil
