// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/postgres_batch.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/migrate/sql_name.h"

namespace parcelveil::migrate {
namespace {

using Cell = PostgresStatement::Cell;

constexpr int kMaxTries = 5;
constexpr absl::Duration kFirstPause = absl::Milliseconds(50);

}  // namespace

absl::Status BatchSealer::Seal(bool is_marked, PostgresBatch* batch) {
  sealer_.StartBatch();
  batch->sealed.clear();
  batch->listed.clear();
  batch->faults.clear();
  for (size_t i = 0; i < batch->num_rows; ++i) {
    const size_t next = batch->sealed.size();
    if (next == batch->cells.size()) batch->cells.emplace_back();
    Fault fault;
    PARCELVEIL_ASSIGN_OR_RETURN(
        const RowSealer::Outcome outcome,
        sealer_.Seal(batch->rows[i], is_marked, &batch->cells[next], &fault));
    if (outcome == RowSealer::Outcome::kSealed) batch->sealed.push_back(i);
    if (outcome != RowSealer::Outcome::kListed) continue;
    batch->listed.push_back(i);
    batch->faults.push_back(std::move(fault));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<BatchWriter>> BatchWriter::Create(
    const PostgresMigration::State& state, PostgresConnection* db,
    bool mark_sealed) {
  const std::string what = state.Name();
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto write, db->Prepare(state.sql.WriteRows(mark_sealed), what));
  PARCELVEIL_ASSIGN_OR_RETURN(auto list,
                              db->Prepare(state.sql.ListRows(), what));
  PARCELVEIL_ASSIGN_OR_RETURN(auto drop_marks,
                              db->Prepare(state.sql.DropMarks(), what));
  PARCELVEIL_ASSIGN_OR_RETURN(auto lock,
                              db->Prepare(state.sql.LockRows(), what));
  PARCELVEIL_ASSIGN_OR_RETURN(auto write_unchanged,
                              db->Prepare(state.sql.WriteUnchanged(), what));
  PARCELVEIL_ASSIGN_OR_RETURN(auto unmark,
                              db->Prepare(state.sql.Unmark(), what));
  PARCELVEIL_ASSIGN_OR_RETURN(auto unlist,
                              db->Prepare(state.sql.Unlist(), what));
  return std::unique_ptr<BatchWriter>(
      new BatchWriter(state, db, mark_sealed,
                      {std::move(write), std::move(list), std::move(drop_marks),
                       std::move(lock), std::move(write_unchanged),
                       std::move(unmark), std::move(unlist)}));
}

absl::StatusOr<int64_t> BatchWriter::Write(PostgresBatch* batch,
                                           PostgresStatement* with) {
  absl::Duration pause = kFirstPause;
  // Rows that are marked were changed lately, and may be again.
  if (!mark_sealed_ && batch->listed.empty()) {
    const absl::StatusOr<bool> written = WriteUnchanged(*batch, with);
    if (written.ok() && *written) return 0;
    if (db_->IsLost()) return written.status();
  }
  absl::StatusOr<int64_t> missed = WriteOnce(*batch, with);
  for (int i = 1; i < kMaxTries && !missed.ok(); ++i) {
    const absl::Status status = missed.status();
    const bool is_busy = absl::IsUnavailable(status) || absl::IsAborted(status);
    if (!is_busy || db_->IsLost()) return status;
    SleepUnlessStopped(pause, nullptr);
    pause *= 2;
    missed = WriteUnlocked(batch, with);
  }
  if (!absl::IsAborted(missed.status())) return missed;
  return MakeStatus(
      Reason::kUnavailable,
      absl::StrCat(std::string(missed.status().message()), ", which was tried ",
                   kMaxTries, " times; run the same command again"));
}

void BatchWriter::BindRows(const PostgresBatch& batch,
                           PostgresStatement* write) {
  std::vector<Cell> keys, versions, partial;
  std::vector<std::vector<Cell>> columns(num_columns_);
  for (size_t i = 0; i < batch.sealed.size(); ++i) {
    const size_t at = batch.sealed[i];
    keys.push_back(batch.rows[at].key.bytes);
    versions.push_back(batch.versions[at]);
    partial.push_back(batch.cells[i].is_partial ? "t" : "f");
    for (size_t c = 0; c < columns.size(); ++c) {
      columns[c].push_back(batch.cells[i].columns[c]);
    }
  }
  int parameter = 0;
  for (const auto* cells : {&keys, &versions, &partial}) {
    write->BindTexts(parameter++, *cells);
  }
  for (const auto& cells : columns) write->BindBlobs(parameter++, cells);
}

void BatchWriter::BindListed(const PostgresBatch& batch) {
  std::vector<Cell> bad_keys, bad_versions, names, reasons;
  for (size_t i = 0; i < batch.listed.size(); ++i) {
    bad_keys.push_back(batch.rows[batch.listed[i]].key.bytes);
    bad_versions.push_back(batch.versions[batch.listed[i]]);
    names.push_back(batch.faults[i].column);
    reasons.push_back(UnsealedReasonName(batch.faults[i].reason));
  }
  int parameter = 0;
  for (const auto* cells : {&bad_keys, &bad_versions, &names, &reasons}) {
    statements_.list.BindTexts(parameter++, *cells);
  }
}

absl::StatusOr<bool> BatchWriter::WriteUnchanged(const PostgresBatch& batch,
                                                 PostgresStatement* with) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      PostgresTransaction::Begin(db_,
                                 PostgresTransaction::Kind::kReadCommitted));
  if (!batch.sealed.empty()) {
    BindRows(batch, &statements_.write_unchanged);
    PARCELVEIL_RETURN_IF_ERROR(statements_.write_unchanged.Run());
    if (db_->Changes() != static_cast<int64_t>(batch.sealed.size())) {
      return false;
    }
  }
  std::vector<Cell> keys, whole;
  for (size_t i = 0; i < batch.sealed.size(); ++i) {
    keys.push_back(batch.rows[batch.sealed[i]].key.bytes);
    if (!batch.cells[i].is_partial) whole.push_back(keys.back());
  }
  PARCELVEIL_ASSIGN_OR_RETURN(auto pipeline, PostgresPipeline::Begin(db_));
  // What a row kept may be out of date, if it is marked.
  statements_.unmark.BindTexts(0, whole);
  PARCELVEIL_RETURN_IF_ERROR(pipeline->Queue(&statements_.unmark));
  statements_.unlist.BindTexts(0, keys);
  PARCELVEIL_RETURN_IF_ERROR(pipeline->Queue(&statements_.unlist));
  if (with != nullptr) PARCELVEIL_RETURN_IF_ERROR(pipeline->Queue(with));
  PARCELVEIL_RETURN_IF_ERROR(pipeline->Finish().status());
  PARCELVEIL_RETURN_IF_ERROR(transaction->Commit());
  return true;
}

absl::StatusOr<int64_t> BatchWriter::WriteOnce(const PostgresBatch& batch,
                                               PostgresStatement* with) {
  BindRows(batch, &statements_.write);
  BindListed(batch);
  PARCELVEIL_ASSIGN_OR_RETURN(const auto pipeline,
                              PostgresPipeline::Begin(db_));
  if (!batch.sealed.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(pipeline->Queue(&statements_.write));
  }
  if (!batch.listed.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(pipeline->Queue(&statements_.list));
  }
  if (with != nullptr) PARCELVEIL_RETURN_IF_ERROR(pipeline->Queue(with));
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t num_changed, pipeline->Finish());
  return num_changed - (with == nullptr ? 0 : 1);
}

absl::Status BatchWriter::WriteLocked(const PostgresBatch& batch) {
  return WriteOnce(batch, /*with=*/nullptr).status();
}

absl::Status BatchWriter::DropGone(const PostgresBatch& batch) {
  if (batch.gone.empty()) return absl::OkStatus();
  std::vector<Cell> gone, gone_versions;
  for (const auto& mark : batch.gone) {
    gone.push_back(mark.key);
    gone_versions.push_back(mark.version);
  }
  statements_.drop_marks.BindTexts(0, gone);
  statements_.drop_marks.BindTexts(1, gone_versions);
  return statements_.drop_marks.Run();
}

// Locks what can be had without waiting, which cannot end in a deadlock, and
// takes the other rows out: they miss their version and are marked.
absl::StatusOr<int64_t> BatchWriter::WriteUnlocked(PostgresBatch* batch,
                                                   PostgresStatement* with) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      PostgresTransaction::Begin(db_,
                                 PostgresTransaction::Kind::kReadCommitted));
  std::vector<Cell> keys;
  for (size_t i = 0; i < batch->num_rows; ++i) {
    keys.push_back(batch->rows[i].key.bytes);
  }
  statements_.lock.BindTexts(0, keys);
  std::set<std::string, std::less<>> locked;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, statements_.lock.Step());
    if (!has_row) break;
    locked.insert(std::string(statements_.lock.Bytes(0)));
  }
  for (size_t i = 0; i < batch->num_rows; ++i) {
    if (!locked.count(batch->rows[i].key.bytes)) batch->versions[i] = "0";
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t missed, WriteOnce(*batch, with));
  PARCELVEIL_RETURN_IF_ERROR(transaction->Commit());
  return missed;
}

}  // namespace parcelveil::migrate
