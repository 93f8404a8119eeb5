// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/postgres_worker.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/migrate/postgres_prepare.h"
#include "src/migrate/sleep.h"

namespace parcelveil::migrate {
namespace {

constexpr int64_t kBatchesPerRange = 20;
// How often rows that others hold locked are tried, and how many of them.
constexpr int kMaxIdleDrains = 10;
constexpr size_t kMaxOneByOne = 20;
constexpr absl::Duration kFollowEvery = absl::Milliseconds(200);

// A batch finds its rows by their keys, whatever the planner knows of a table
// that is growing. A range's bounds may be absent: its plan depends on them. A
// row lock is waited for shorter than it takes the server to see a deadlock:
// it is the run that gives way. A machine that is gone loses its claims.
constexpr char kWriterSession[] =
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET "
    "enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; SET "
    "lock_timeout = 500; SET tcp_keepalives_idle = 10; SET "
    "tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3";
constexpr char kReaderSession[] =
    "SET plan_cache_mode = force_custom_plan; SET jit = off";

}  // namespace

absl::StatusOr<std::unique_ptr<Worker>> Worker::Create(Crew* crew) {
  const std::string& address = crew->state().address;
  PARCELVEIL_ASSIGN_OR_RETURN(auto reader, PostgresConnection::Open(address));
  PARCELVEIL_ASSIGN_OR_RETURN(auto writer, PostgresConnection::Open(address));
  const std::string what = crew->state().Name();
  PARCELVEIL_RETURN_IF_ERROR(reader->Execute(kReaderSession, what));
  PARCELVEIL_RETURN_IF_ERROR(writer->Execute(kWriterSession, what));
  std::unique_ptr<Worker> worker(
      new Worker(crew, std::move(reader), std::move(writer)));
  PARCELVEIL_RETURN_IF_ERROR(worker->Prepare());
  return worker;
}

absl::Status Worker::Prepare() {
  const PostgresMigration::State& state = crew_.state();
  PARCELVEIL_ASSIGN_OR_RETURN(ranges_, KeyRanges::Create(state, writer_.get()));
  PARCELVEIL_ASSIGN_OR_RETURN(
      fill_writer_,
      BatchWriter::Create(state, writer_.get(), /*mark_sealed=*/false));
  PARCELVEIL_ASSIGN_OR_RETURN(
      drain_writer_,
      BatchWriter::Create(state, writer_.get(), /*mark_sealed=*/true));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto range,
      reader_->Prepare(state.sql.SelectRows({}, /*with_state=*/false),
                       state.Name()));
  select_range_ = std::make_unique<PostgresStatement>(std::move(range));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto marked, reader_->Prepare(state.sql.SelectMarked(), state.Name()));
  select_marked_ = std::make_unique<PostgresStatement>(std::move(marked));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto lock, writer_->Prepare(state.sql.LockRow(), state.Name()));
  lock_row_ = std::make_unique<PostgresStatement>(std::move(lock));
  return absl::OkStatus();
}

absl::Status Worker::Fill() {
  const int64_t num_rows = crew_.options().batch_rows * kBatchesPerRange;
  while (!crew_.IsStopped()) {
    PARCELVEIL_ASSIGN_OR_RETURN(const auto range, ranges_->Claim(num_rows));
    if (!range.has_value()) break;
    PARCELVEIL_RETURN_IF_ERROR(FillRange(*range));
  }
  return absl::OkStatus();
}

absl::Status Worker::FillRange(const KeyRange& range) {
  std::optional<std::string> after = range.after;
  std::future<absl::Status> writing;
  const auto await = [&writing] {
    return writing.valid() ? writing.get() : absl::OkStatus();
  };
  bool has_more = true;
  for (size_t turn = 0; has_more && !crew_.IsStopped(); turn ^= 1) {
    PostgresBatch* const batch = &batches_[turn];
    absl::Status status = ReadRange(range, after, batch);
    if (status.ok()) status = Seal(/*is_marked=*/false, batch);
    // The one before it, whose thread must end in any case.
    const absl::Status written = await();
    PARCELVEIL_RETURN_IF_ERROR(written);
    PARCELVEIL_RETURN_IF_ERROR(status);
    has_more =
        batch->num_rows == static_cast<size_t>(crew_.options().batch_rows);
    if (batch->num_rows == 0) break;
    after = batch->rows[batch->num_rows - 1].key.bytes;
    writing =
        std::async(std::launch::async, [this, range, batch, key = *after] {
          return Write(fill_writer_.get(), batch, ranges_->Advance(range, key));
        });
  }
  PARCELVEIL_RETURN_IF_ERROR(await());
  if (has_more && crew_.IsStopped()) return absl::OkStatus();
  return ranges_->Release(range);
}

absl::Status Worker::ReadRange(const KeyRange& range,
                               const std::optional<std::string>& after,
                               PostgresBatch* batch) {
  PostgresStatement& select = *select_range_;
  const auto bind = [&select](int at, const std::optional<std::string>& key) {
    key.has_value() ? select.BindText(at, *key) : select.BindNull(at);
  };
  select.Reset();
  bind(0, after);
  bind(1, range.last);
  select.BindInt(2, crew_.options().batch_rows);
  batch->num_rows = 0;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return absl::OkStatus();
    TakeRow(select, batch);
  }
}

absl::Status Worker::ReadMarked(PostgresBatch* batch) {
  PostgresStatement& select = *select_marked_;
  const int mark = crew_.state().StateColumn() + 1;
  select.Reset();
  select.BindInt(0, crew_.options().batch_rows);
  batch->num_rows = 0;
  batch->gone.clear();
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return absl::OkStatus();
    if (select.IsNull(PostgresText::kKey)) {
      batch->gone.push_back({std::string(select.Bytes(mark)),
                             std::string(select.Bytes(mark + 1))});
      continue;
    }
    // A row with two marks comes twice.
    const bool is_new =
        batch->num_rows == 0 ||
        batch->rows[batch->num_rows - 1].key.bytes != select.Bytes(mark);
    if (is_new) TakeRow(select, batch);
  }
}

void Worker::TakeRow(const PostgresStatement& select, PostgresBatch* batch) {
  const PostgresMigration::State& state = crew_.state();
  const size_t at = batch->num_rows++;
  if (at == batch->rows.size()) batch->rows.emplace_back();
  batch->versions.resize(batch->rows.size());
  state.ReadRow(select, crew_.row_day(), &batch->rows[at]);
  batch->versions[at] = select.Bytes(state.StateColumn());
}

absl::Status Worker::Seal(bool is_marked, PostgresBatch* batch) {
  return crew_.WithKeys(reader_.get(), [this, is_marked, batch] {
    return sealer_.Seal(is_marked, batch);
  });
}

absl::Status Worker::Write(BatchWriter* writer, PostgresBatch* batch,
                           PostgresStatement* with) {
  const auto num_rows = static_cast<int64_t>(batch->num_rows);
  PARCELVEIL_RETURN_IF_ERROR(crew_.AwaitTurn(num_rows, writer_.get()));
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t num_missed,
                              writer->Write(batch, with));
  const auto num_sealed = static_cast<int64_t>(batch->sealed.size());
  crew_.Count(num_rows - num_missed,
              std::max<int64_t>(0, num_sealed - num_missed),
              static_cast<int64_t>(batch->listed.size()));
  return absl::OkStatus();
}

absl::Status Worker::Drain() {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto turn,
      Turn::Wait(reader_.get(),
                 crew_.state().LockKey(PostgresMigration::State::kMarked),
                 crew_.options().stop));
  return DrainAll();
}

absl::Status Worker::Follow() {
  const PostgresMigration::State& state = crew_.state();
  while (SleepUnlessStopped(kFollowEvery, crew_.options().stop)) {
    PARCELVEIL_ASSIGN_OR_RETURN(const auto wrap, state.Read());
    if (wrap.phase != MigrationPhase::kFilled) return absl::OkStatus();
    PARCELVEIL_ASSIGN_OR_RETURN(const int64_t num_marks,
                                state.CountMarks(kMarksToSeal));
    if (num_marks == 0) continue;
    const absl::Status status = Drain();
    // Others hold rows locked: they will let go of them some time.
    if (absl::IsUnavailable(status) && !IsLost()) continue;
    PARCELVEIL_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::Status Worker::DrainAll() {
  PostgresBatch* const batch = &batches_[0];
  int num_idle = 0;
  while (!crew_.IsStopped()) {
    PARCELVEIL_RETURN_IF_ERROR(ReadMarked(batch));
    if (batch->num_rows == 0 && batch->gone.empty()) return absl::OkStatus();
    const int64_t before = crew_.num_done();
    PARCELVEIL_RETURN_IF_ERROR(num_idle == 0 ? DrainBatch(batch)
                                             : DrainOneByOne(*batch));
    PARCELVEIL_RETURN_IF_ERROR(drain_writer_->DropGone(*batch));
    const bool is_idle = crew_.num_done() == before && batch->gone.empty();
    num_idle = is_idle ? num_idle + 1 : 0;
    if (num_idle == kMaxIdleDrains) {
      return MakeStatus(
          Reason::kUnavailable,
          absl::StrCat("wrap ", crew_.state().Name(), ": ", batch->num_rows,
                       " rows are held locked by another transaction; end it, "
                       "then run the same command again"));
    }
  }
  return absl::OkStatus();
}

absl::Status Worker::DrainBatch(PostgresBatch* batch) {
  PARCELVEIL_RETURN_IF_ERROR(Seal(/*is_marked=*/true, batch));
  return Write(drain_writer_.get(), batch, /*with=*/nullptr);
}

// Rows that change faster than they can be sealed, or are locked in turn: each
// is waited for and locked, while no other is.
absl::Status Worker::DrainOneByOne(const PostgresBatch& batch) {
  const size_t num_rows = std::min(batch.num_rows, kMaxOneByOne);
  for (size_t i = 0; i < num_rows && !crew_.IsStopped(); ++i) {
    const absl::Status status = DrainRow(batch.rows[i].key.bytes);
    if (absl::IsUnavailable(status) && !IsLost()) continue;  // still locked
    PARCELVEIL_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::Status Worker::DrainRow(const std::string& key) {
  PostgresBatch* const one = &batches_[1];
  one->num_rows = 0;
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      PostgresTransaction::Begin(writer_.get(),
                                 PostgresTransaction::Kind::kReadCommitted));
  lock_row_->Reset();
  lock_row_->BindText(0, key);
  PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, lock_row_->Step());
  if (!has_row) return absl::OkStatus();
  TakeRow(*lock_row_, one);
  lock_row_->Reset();
  PARCELVEIL_RETURN_IF_ERROR(Seal(/*is_marked=*/true, one));
  PARCELVEIL_RETURN_IF_ERROR(drain_writer_->WriteLocked(*one));
  PARCELVEIL_RETURN_IF_ERROR(transaction->Commit());
  crew_.Count(1, static_cast<int64_t>(one->sealed.size()),
              static_cast<int64_t>(one->listed.size()));
  return absl::OkStatus();
}

}  // namespace parcelveil::migrate
