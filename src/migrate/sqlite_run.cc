// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <utility>

#include "parcelveil/migrate.h"
#include "src/base/status.h"
#include "src/migrate/past_keys.h"
#include "src/migrate/sleep.h"
#include "src/migrate/sqlite_runner.h"

namespace parcelveil {
namespace {

using migrate::RowSealer;

constexpr absl::Duration kFollowEvery = absl::Milliseconds(200);

}  // namespace

absl::StatusOr<RunResult> SqliteMigration::Runner::Run() {
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, state_->Read());
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t total, state_->CountToGo(wrap));
  std::vector<absl::StatusOr<bool> (Runner::*)()> steps = {&Runner::FillBatch,
                                                           &Runner::DrainBatch};
  if (options_.follow) steps.push_back(&Runner::FollowBatch);
  for (auto batch : steps) {
    bool has_more = true;
    while (has_more && !IsStopped()) {
      PARCELVEIL_ASSIGN_OR_RETURN(has_more, WithKeys(batch));
      if (!options_.progress || num_items_ == 0) continue;
      options_.progress(num_done_, std::max(num_done_, total));
    }
    result_.was_stopped = has_more;
    if (has_more) break;
  }
  return result_;
}

absl::StatusOr<bool> SqliteMigration::Runner::WithKeys(
    absl::StatusOr<bool> (Runner::*batch)()) {
  absl::StatusOr<bool> has_more = (this->*batch)();
  if (ReasonOf(has_more.status()) == Reason::kNoActiveKey) {
    PARCELVEIL_RETURN_IF_ERROR(MakeKeys(has_more.status()));
    has_more = (this->*batch)();
  }
  if (has_more.ok()) {
    num_done_ += static_cast<int64_t>(num_items_);
    result_.num_sealed += pending_.num_sealed;
    result_.num_listed += pending_.num_listed;
  }
  return has_more;
}

absl::Status SqliteMigration::Runner::MakeKeys(const absl::Status& missing) {
  PARCELVEIL_ASSIGN_OR_RETURN(SqliteStatement select,
                              state_->Prepare(state_->sql.SelectDates()));
  migrate::FirstDay first(sealer_.days());
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) break;
    first.Take(row_day_.Of(select.Value(0)), select.Int(1) == 1);
  }
  if (!first.day().has_value()) return missing;  // today's key is missing
  return migrate::MakePastKeys(keyring_, options_, state_->Name(),
                               *first.day());
}

absl::StatusOr<migrate::WrapState> SqliteMigration::Runner::StartBatch() {
  pending_ = RunResult();
  num_items_ = 0;
  sealer_.StartBatch();
  // Another process may have done some batches.
  PARCELVEIL_ASSIGN_OR_RETURN(migrate::WrapState wrap, state_->Read());
  const bool is_going_on = wrap.phase == MigrationPhase::kFilling ||
                           wrap.phase == MigrationPhase::kFilled;
  if (is_going_on && wrap.map != map_) {
    PARCELVEIL_RETURN_IF_ERROR(
        migrate::CheckSameMap("wrap " + state_->Name(), wrap.map, state_->map));
  }
  return wrap;
}

absl::StatusOr<bool> SqliteMigration::Runner::FillBatch() {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      SqliteTransaction::Begin(state_->db, SqliteTransaction::Kind::kWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(migrate::WrapState wrap, StartBatch());
  if (wrap.phase != MigrationPhase::kFilling) return false;
  PARCELVEIL_RETURN_IF_ERROR(ReadRows(wrap.last_key));
  PARCELVEIL_RETURN_IF_ERROR(SealAndWrite(wrap));
  if (num_items_ > 0) wrap.last_key = items_[num_items_ - 1].row.key;
  const bool has_more = static_cast<int64_t>(num_items_) == options_.batch_rows;
  if (!has_more) wrap.phase = MigrationPhase::kFilled;
  wrap.verified.reset();
  ++wrap.num_batches;
  PARCELVEIL_RETURN_IF_ERROR(state_->Write(wrap));
  PARCELVEIL_RETURN_IF_ERROR(transaction->Commit());
  return has_more;
}

absl::StatusOr<bool> SqliteMigration::Runner::DrainBatch() {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      SqliteTransaction::Begin(state_->db, SqliteTransaction::Kind::kWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(migrate::WrapState wrap, StartBatch());
  if (wrap.phase != MigrationPhase::kFilled) return false;
  ++wrap.num_batches;
  PARCELVEIL_ASSIGN_OR_RETURN(const size_t num_marks, ReadMarkedRows());
  if (num_marks == 0) return false;
  PARCELVEIL_RETURN_IF_ERROR(SealAndWrite(wrap));
  PARCELVEIL_RETURN_IF_ERROR(state_->Write(wrap));
  PARCELVEIL_RETURN_IF_ERROR(transaction->Commit());
  return static_cast<int64_t>(num_marks) == options_.batch_rows;
}

// Somebody else may have the database locked for long: this only waits.
absl::StatusOr<bool> SqliteMigration::Runner::FollowBatch() {
  num_items_ = 0;
  pending_ = RunResult();
  if (!SleepUnlessStopped(kFollowEvery, options_.stop)) return true;
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, state_->Read());
  if (wrap.phase != MigrationPhase::kFilled) return false;
  PARCELVEIL_ASSIGN_OR_RETURN(const bool has_marks, Holds("parcelveil_dirty"));
  if (!has_marks) return true;
  const absl::Status drained = DrainBatch().status();
  if (!absl::IsUnavailable(drained)) {
    PARCELVEIL_RETURN_IF_ERROR(drained);
    return true;
  }
  num_items_ = 0;
  pending_ = RunResult();
  return true;
}

absl::StatusOr<RunResult> SqliteMigration::Run(const Keyring& keyring,
                                               const RunOptions& options) {
  if (options.batch_rows < 1) {
    return MakeStatus(Reason::kMalformed,
                      "wrap " + state_->Name() +
                          ": a batch has at least one row; give another size");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, state_->Read());
  if (wrap.phase == MigrationPhase::kDropped ||
      wrap.phase == MigrationPhase::kFinished) {
    return RunResult();
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      RowSealer sealer,
      RowSealer::Create(state_->map, keyring, options.old_rows));
  PARCELVEIL_RETURN_IF_ERROR(state_->PrepareTable(options));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto runner,
      Runner::Create(state_.get(), keyring, options, std::move(sealer)));
  return runner->Run();
}

}  // namespace parcelveil
