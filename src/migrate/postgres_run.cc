// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/migrate/postgres_crew.h"
#include "src/migrate/postgres_prepare.h"
#include "src/migrate/postgres_state.h"
#include "src/migrate/postgres_worker.h"
#include "src/migrate/row_day.h"
#include "src/migrate/row_sealer.h"

namespace parcelveil {
namespace {

using migrate::Crew;
using migrate::Worker;

constexpr int kMaxLost = 5;
constexpr absl::Duration kFirstReconnect = absl::Milliseconds(200);
constexpr absl::Duration kWaitForOthers = absl::Milliseconds(100);

// Does `work` with a worker, and with a new one where its connection is lost.
// What was not committed is taken up again by whoever comes to it.
absl::Status WithWorker(Crew* crew, absl::Status (Worker::*work)()) {
  absl::Duration pause = kFirstReconnect;
  absl::Status status;
  for (int num_lost = 0; num_lost <= kMaxLost;) {
    const int64_t before = crew->num_done();
    auto worker = Worker::Create(crew);
    status = worker.ok() ? ((*worker).get()->*work)() : worker.status();
    const bool is_lost =
        worker.ok() ? (*worker)->IsLost() : absl::IsUnavailable(status);
    if (status.ok() || !is_lost) return status;
    num_lost = crew->num_done() > before ? 1 : num_lost + 1;
    if (!SleepUnlessStopped(pause, crew->options().stop)) return status;
    pause *= 2;
  }
  return Annotate(status, absl::StrCat("after ", kMaxLost, " connections"));
}

// With this thread and workers - 1 more.
absl::Status FillTogether(Crew* crew) {
  const auto fill = [crew] {
    const absl::Status status = WithWorker(crew, &Worker::Fill);
    if (!status.ok()) crew->Fail(status);
  };
  std::vector<std::thread> others;
  for (int i = 1; i < crew->options().workers; ++i) others.emplace_back(fill);
  fill();
  for (std::thread& other : others) other.join();
  return crew->status();
}

// Fills, and waits for others that are filling: one of them may die.
absl::Status FillAll(const PostgresMigration::State& state, Crew* crew) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto ranges, migrate::KeyRanges::Create(state, state.db.get()));
  while (!crew->IsStopped()) {
    PARCELVEIL_RETURN_IF_ERROR(FillTogether(crew));
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_done, ranges->AllDone());
    if (is_done) break;
    SleepUnlessStopped(kWaitForOthers, crew->options().stop);
  }
  return absl::OkStatus();
}

absl::Status RunAll(PostgresMigration::State* state, Crew* crew) {
  PARCELVEIL_RETURN_IF_ERROR(migrate::PrepareTable(state, crew->options()));
  PARCELVEIL_ASSIGN_OR_RETURN(PostgresStatement count,
                              state->Prepare(state->sql.CountRows()));
  PARCELVEIL_RETURN_IF_ERROR(count.Step().status());
  crew->set_total(count.Int(1));
  count.Reset();
  PARCELVEIL_ASSIGN_OR_RETURN(auto wrap, state->Read());
  if (wrap.phase == MigrationPhase::kFilling) {
    PARCELVEIL_RETURN_IF_ERROR(FillAll(*state, crew));
    if (crew->IsStopped()) return crew->status();
    PARCELVEIL_RETURN_IF_ERROR(state->SetPhase(MigrationPhase::kFilled));
  }
  PARCELVEIL_RETURN_IF_ERROR(WithWorker(crew, &Worker::Drain));
  PARCELVEIL_RETURN_IF_ERROR(state->Execute(state->sql.PruneListed()));
  if (crew->IsStopped()) return crew->status();
  PARCELVEIL_RETURN_IF_ERROR(migrate::MakeIndexes(*state, crew->options()));
  if (!crew->options().follow) return absl::OkStatus();
  return WithWorker(crew, &Worker::Follow);
}

}  // namespace

absl::StatusOr<RunResult> PostgresMigration::Run(const Keyring& keyring,
                                                 const RunOptions& options) {
  if (options.batch_rows < 1 || options.workers < 1) {
    return MakeStatus(Reason::kMalformed,
                      "wrap " + state_->Name() +
                          ": a run has at least one worker and one row a "
                          "batch; give other numbers");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const State::Wrap wrap, state_->Read());
  if (wrap.phase == MigrationPhase::kDropped ||
      wrap.phase == MigrationPhase::kFinished) {
    return RunResult();
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto sealer,
      migrate::RowSealer::Create(state_->map, keyring, options.old_rows));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto row_day,
      migrate::RowDay::Create(state_->map.time_zone, keyring.time_zone()));
  Crew crew(*state_, keyring, sealer, row_day, options);
  absl::Status status = RunAll(state_.get(), &crew);
  for (int i = 0; i < kMaxLost && state_->db->IsLost(); ++i) {
    if (!crew.status().ok() || crew.IsStopped()) break;
    SleepUnlessStopped(kFirstReconnect * (1 << i), options.stop);
    status = state_->Open();
    if (status.ok()) status = RunAll(state_.get(), &crew);
  }
  RunResult result = crew.result();
  result.was_stopped = options.stop != nullptr && options.stop->load() &&
                       (status.ok() || absl::IsCancelled(status));
  if (!status.ok() && !result.was_stopped) return status;
  return result;
}

}  // namespace parcelveil
