// SPDX-License-Identifier: Apache-2.0

#include <libpq-fe.h>

#include <utility>

#include "parcelveil/postgres.h"
#include "src/base/status.h"
#include "src/store/postgres/postgres_error.h"

namespace parcelveil {

absl::Status PostgresConnection::StartCopy(bool in, const std::string& sql,
                                           const std::string& what) {
  PARCELVEIL_RETURN_IF_ERROR(Settle(what));
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(
      PQexec(conn_, sql.c_str()), &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == (in ? PGRES_COPY_IN : PGRES_COPY_OUT)) {
    is_taken_ = true;
    return absl::OkStatus();
  }
  if (status == PGRES_FATAL_ERROR) {
    return PostgresError(conn_, result.get(), what);
  }
  ReadAway();
  return absl::InvalidArgumentError(
      what + ": the statement does not copy this way; look at it");
}

PostgresCopyIn::PostgresCopyIn(PostgresConnection* db, std::string what)
    : db_(db), what_(std::move(what)) {}

absl::StatusOr<std::unique_ptr<PostgresCopyIn>> PostgresCopyIn::Begin(
    PostgresConnection* db, const std::string& sql, const std::string& what) {
  PARCELVEIL_RETURN_IF_ERROR(db->StartCopy(/*in=*/true, sql, what));
  return std::unique_ptr<PostgresCopyIn>(new PostgresCopyIn(db, what));
}

PostgresCopyIn::~PostgresCopyIn() {
  if (db_ != nullptr) db_->ReadAway();
}

absl::Status PostgresCopyIn::Put(std::string_view bytes) {
  if (PQputCopyData(db_->conn_, bytes.data(), static_cast<int>(bytes.size())) >
      0) {
    return absl::OkStatus();
  }
  return PostgresError(db_->conn_, nullptr, what_);
}

absl::Status PostgresCopyIn::Finish() {
  PostgresConnection* const db = std::exchange(db_, nullptr);
  const bool sent = PQputCopyEnd(db->conn_, nullptr) > 0;
  const absl::Status status = sent ? db->Check(PQgetResult(db->conn_), what_)
                                   : PostgresError(db->conn_, nullptr, what_);
  db->ReadAway();
  return status;
}

PostgresCopyOut::PostgresCopyOut(PostgresConnection* db, std::string what)
    : db_(db), what_(std::move(what)) {}

absl::StatusOr<std::unique_ptr<PostgresCopyOut>> PostgresCopyOut::Begin(
    PostgresConnection* db, const std::string& sql, const std::string& what) {
  PARCELVEIL_RETURN_IF_ERROR(db->StartCopy(/*in=*/false, sql, what));
  return std::unique_ptr<PostgresCopyOut>(new PostgresCopyOut(db, what));
}

PostgresCopyOut::~PostgresCopyOut() {
  PQfreemem(bytes_);
  if (db_ != nullptr) db_->ReadAway();
}

absl::StatusOr<std::optional<std::string_view>> PostgresCopyOut::Next() {
  PQfreemem(std::exchange(bytes_, nullptr));
  if (db_ == nullptr) return std::nullopt;
  const int size = PQgetCopyData(db_->conn_, &bytes_, /*async=*/0);
  if (size > 0) return std::string_view(bytes_, static_cast<size_t>(size));
  PostgresConnection* const db = std::exchange(db_, nullptr);
  const absl::Status end = db->Check(PQgetResult(db->conn_), what_);
  db->ReadAway();
  if (!end.ok()) return end;
  return std::nullopt;
}

}  // namespace parcelveil
