// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/migrate/postgres_state.h"
#include "src/migrate/row_verify.h"
#include "src/migrate/wrap_state.h"

namespace parcelveil {
namespace {

using migrate::PostgresText;
using migrate::Row;

constexpr int64_t kBatchRows = 1000;

// One pass over the table, batch by batch in key order.
class Verifier {
 public:
  static absl::StatusOr<std::unique_ptr<Verifier>> Create(
      const PostgresMigration::State& state, const Keyring& keyring,
      const VerifyOptions& options);

  absl::StatusOr<VerifyResult> Verify();

 private:
  Verifier(const PostgresMigration::State& state, const VerifyOptions& options,
           migrate::RowDay row_day, PostgresStatement select)
      : state_(state),
        options_(options),
        row_day_(std::move(row_day)),
        select_(std::move(select)) {}

  // Checks the next batch; false at the end of the table.
  absl::StatusOr<bool> CheckBatch();
  absl::Status Record();

  const PostgresMigration::State& state_;
  const VerifyOptions& options_;
  const migrate::RowDay row_day_;
  PostgresStatement select_;
  std::vector<Row> rows_;
  std::optional<std::string> last_key_;
  VerifyResult result_;
  std::unique_ptr<migrate::RowVerifier> checker_;
};

absl::StatusOr<std::unique_ptr<Verifier>> Verifier::Create(
    const PostgresMigration::State& state, const Keyring& keyring,
    const VerifyOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto row_day,
      migrate::RowDay::Create(state.map.time_zone, keyring.time_zone()));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto select, state.Prepare(state.sql.SelectRows(state.MissingColumns(),
                                                      /*with_state=*/true)));
  std::unique_ptr<Verifier> verifier(
      new Verifier(state, options, std::move(row_day), std::move(select)));
  PARCELVEIL_ASSIGN_OR_RETURN(
      verifier->checker_,
      migrate::RowVerifier::Create(state.map, keyring, &verifier->result_));
  return verifier;
}

absl::StatusOr<VerifyResult> Verifier::Verify() {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const int64_t total,
      state_.Count("SELECT count(*) FROM " + state_.sql.table()));
  PARCELVEIL_ASSIGN_OR_RETURN(result_.is_read_only, state_.IsStandby());
  // One at a time counts, and only where it can be written down.
  const int64_t lock = state_.LockKey(PostgresMigration::State::kVerify);
  bool may_count = false;
  if (!result_.is_read_only) {
    PARCELVEIL_ASSIGN_OR_RETURN(may_count, state_.db->TryLock(lock));
  }
  // What a run seals from now on is marked anew, and stays marked.
  if (may_count) {
    PARCELVEIL_RETURN_IF_ERROR(state_.Execute(state_.sql.BeginVerifying()));
  }
  bool has_more = true;
  while (has_more) {
    result_.was_stopped = options_.stop != nullptr && options_.stop->load();
    if (result_.was_stopped) break;
    PARCELVEIL_ASSIGN_OR_RETURN(has_more, CheckBatch());
    if (options_.progress) {
      options_.progress(result_.num_rows, std::max(result_.num_rows, total));
    }
  }
  if (!may_count) return result_;
  const bool is_full = !result_.was_stopped && result_.num_mismatches == 0 &&
                       result_.num_to_go == 0 && result_.num_closed == 0;
  if (is_full) PARCELVEIL_RETURN_IF_ERROR(Record());
  PARCELVEIL_RETURN_IF_ERROR(state_.db->Unlock(lock));
  return result_;
}

absl::StatusOr<bool> Verifier::CheckBatch() {
  // Rows and marks of one moment: the writer may be at work.
  if (last_key_.has_value()) {
    select_.BindText(0, *last_key_);
  } else {
    select_.BindNull(0);
  }
  select_.BindNull(1);
  select_.BindInt(2, kBatchRows);
  rows_.clear();
  const int is_listed = state_.StateColumn() + 1;
  const int is_marked = is_listed + 1;
  int64_t num_read = 0;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select_.Step());
    if (!has_row) break;
    ++num_read;
    ++result_.num_rows;
    last_key_ = std::string(select_.Bytes(PostgresText::kKey));
    if (select_.Int(is_listed) == 1) {
      ++result_.num_listed;
    } else if (select_.Int(is_marked) == 1) {
      ++result_.num_to_go;
    } else {
      state_.ReadRow(select_, row_day_, &rows_.emplace_back());
    }
  }
  std::vector<const Row*> sealed;
  for (const Row& row : rows_) sealed.push_back(&row);
  PARCELVEIL_RETURN_IF_ERROR(checker_->Check(sealed));
  return num_read == kBatchRows;
}

// Says so in the table's state. What was written meanwhile is marked.
absl::Status Verifier::Record() {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      PostgresTransaction::Begin(state_.db.get(),
                                 PostgresTransaction::Kind::kReadCommitted));
  PARCELVEIL_RETURN_IF_ERROR(state_.Execute(state_.sql.EndVerifying()));
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement update,
      state_.Prepare(absl::StrCat("UPDATE ", state_.sql.Ours("parcelveil_wrap"),
                                  " SET verified = $1::timestamptz",
                                  state_.sql.OfTable(),
                                  " AND phase = 'filled'")));
  update.BindText(
      0, absl::FormatTime("%Y-%m-%d %H:%M:%E3S+00", state_.clock->Now(),
                          absl::UTCTimeZone()));
  PARCELVEIL_RETURN_IF_ERROR(update.Run());
  const bool is_filled = state_.db->Changes() == 1;
  PARCELVEIL_RETURN_IF_ERROR(transaction->Commit());
  result_.counts = is_filled;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<VerifyResult> PostgresMigration::Verify(
    const Keyring& keyring, const VerifyOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(const State::Wrap wrap, state_->Read());
  if (wrap.phase != MigrationPhase::kFilling &&
      wrap.phase != MigrationPhase::kFilled) {
    return migrate::NothingToVerify(state_->Name(), wrap.phase);
  }
  PARCELVEIL_RETURN_IF_ERROR(
      migrate::CheckSameMap("verify " + state_->Name(), wrap.map, state_->map));
  PARCELVEIL_RETURN_IF_ERROR(state_->ReadTable());
  PARCELVEIL_ASSIGN_OR_RETURN(const auto verifier,
                              Verifier::Create(*state_, keyring, options));
  return verifier->Verify();
}

// Only the rows that are marked: there are few of them.
absl::Status PostgresMigration::State::VerifySealedSince(
    const FinishOptions& options) const {
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t num_marked, CountMarks("1, 2"));
  if (num_marked == 0) return absl::OkStatus();
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto check,
      migrate::SinceCheck::Create(Name(), map, options.keyring, num_marked));
  PARCELVEIL_ASSIGN_OR_RETURN(PostgresStatement select,
                              Prepare(sql.SelectSealedSince()));
  Row row;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return check->End();
    ReadRow(select, check->row_day(), &row);
    PARCELVEIL_RETURN_IF_ERROR(check->Take(row));
  }
}

}  // namespace parcelveil
