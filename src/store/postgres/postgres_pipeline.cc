// SPDX-License-Identifier: Apache-2.0

#include <libpq-fe.h>

#include <utility>

#include "parcelveil/postgres.h"
#include "src/base/status.h"
#include "src/store/postgres/postgres_error.h"

namespace parcelveil {

absl::StatusOr<std::unique_ptr<PostgresPipeline>> PostgresPipeline::Begin(
    PostgresConnection* db) {
  constexpr char kWhat[] = "begin pipeline";
  PARCELVEIL_RETURN_IF_ERROR(db->Settle(kWhat));
  if (PQenterPipelineMode(db->conn_) == 0) {
    return PostgresError(db->conn_, nullptr, kWhat);
  }
  db->is_taken_ = true;
  return std::unique_ptr<PostgresPipeline>(new PostgresPipeline(db));
}

PostgresPipeline::~PostgresPipeline() {
  if (db_ == nullptr) return;
  // Outside a transaction the server would commit what it has been sent so far;
  // a statement that fails undoes it.
  if (PQsendQueryParams(db_->conn_, "not finished", 0, nullptr, nullptr,
                        nullptr, nullptr, 0) != 0) {
    whats_.push_back("leave pipeline");
  }
  Finish().IgnoreError();
}

absl::Status PostgresPipeline::Queue(PostgresStatement* statement) {
  PARCELVEIL_RETURN_IF_ERROR(statement->Send());
  whats_.push_back(statement->what_);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> PostgresPipeline::Finish() {
  constexpr char kWhat[] = "finish pipeline";
  PostgresConnection* const db = std::exchange(db_, nullptr);
  absl::Status first;
  int64_t num_changed = 0;
  if (PQpipelineSync(db->conn_) == 0) {
    first = PostgresError(db->conn_, nullptr, kWhat);
  }
  // Each statement's results end with a null one, all of them with the sync's.
  // Those after the first error say no more than that they were left out.
  size_t statement = 0;
  bool is_synced = false, was_null = false;
  while (!is_synced && !db->IsLost()) {
    PGresult* result = PQgetResult(db->conn_);
    if (result == nullptr && was_null) break;
    was_null = result == nullptr;
    is_synced = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
    if (was_null) {
      ++statement;
    } else if (is_synced || !first.ok()) {
      PQclear(result);
    } else {
      first = db->Check(result,
                        statement < whats_.size() ? whats_[statement] : kWhat);
      num_changed += db->Changes();
    }
  }
  if (first.ok() && !is_synced) {
    first = PostgresError(db->conn_, nullptr, kWhat);
  }
  PQexitPipelineMode(db->conn_);
  db->is_taken_ = false;
  if (!first.ok()) return first;
  return num_changed;
}

}  // namespace parcelveil
