// SPDX-License-Identifier: Apache-2.0

#include <libpq-fe.h>

#include "absl/strings/str_cat.h"
#include "parcelveil/postgres.h"
#include "src/base/status.h"
#include "src/store/postgres/postgres_error.h"

namespace parcelveil {
namespace {

const char* BeginText(PostgresTransaction::Kind kind) {
  switch (kind) {
    case PostgresTransaction::Kind::kRead:
      return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    case PostgresTransaction::Kind::kReadCommitted:
      return "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
    case PostgresTransaction::Kind::kRepeatableRead:
      return "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE";
    case PostgresTransaction::Kind::kSerializable:
      return "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE";
  }
  return "";
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresTransaction>> PostgresTransaction::Begin(
    PostgresConnection* db, Kind kind) {
  constexpr char kWhat[] = "begin transaction";
  PARCELVEIL_RETURN_IF_ERROR(db->Settle(kWhat));
  // The server would only warn, and the inner commit would end the outer one.
  const PGTransactionStatusType status = PQtransactionStatus(db->conn_);
  if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR) {
    return absl::FailedPreconditionError(
        absl::StrCat(kWhat, ": the connection is in one already; end it"));
  }
  PARCELVEIL_RETURN_IF_ERROR(db->Execute(BeginText(kind), kWhat));
  return std::unique_ptr<PostgresTransaction>(new PostgresTransaction(db));
}

PostgresTransaction::~PostgresTransaction() {
  // Fails only where the connection is lost, and the transaction with it.
  if (db_ != nullptr) db_->Execute("ROLLBACK", "roll back").IgnoreError();
}

absl::Status PostgresTransaction::Commit() {
  constexpr char kWhat[] = "commit transaction";
  PARCELVEIL_RETURN_IF_ERROR(db_->Settle(kWhat));
  // COMMIT of a transaction that failed rolls it back and is no error.
  if (PQtransactionStatus(db_->conn_) == PQTRANS_INERROR) {
    return absl::FailedPreconditionError(
        absl::StrCat(kWhat,
                     ": one of its statements failed, so that all of it "
                     "is undone; start it over"));
  }
  PARCELVEIL_RETURN_IF_ERROR(db_->Execute("COMMIT", kWhat));
  db_ = nullptr;
  return absl::OkStatus();
}

}  // namespace parcelveil
