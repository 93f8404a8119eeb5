// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "parcelveil/migrate.h"
#include "src/base/status.h"
#include "src/migrate/row.h"
#include "src/migrate/row_verify.h"
#include "src/migrate/sqlite_state.h"

namespace parcelveil {
namespace {

using migrate::QuoteText;
using migrate::Row;

}  // namespace

// One pass over the table, batch by batch in key order.
class SqliteMigration::Verifier {
 public:
  static absl::StatusOr<std::unique_ptr<Verifier>> Create(
      State* state, const Keyring& keyring, const VerifyOptions& options);

  absl::StatusOr<VerifyResult> Verify();

 private:
  static constexpr int64_t kBatchRows = 1000;

  Verifier(State* state, const VerifyOptions& options, migrate::RowDay row_day,
           SqliteStatement is_listed, SqliteStatement is_dirty)
      : state_(state),
        options_(options),
        row_day_(std::move(row_day)),
        is_listed_(std::move(is_listed)),
        is_dirty_(std::move(is_dirty)) {}

  bool IsStopped() const {
    return options_.stop != nullptr && options_.stop->load();
  }
  // Reads the next batch; false at the end of the table.
  absl::StatusOr<bool> NextBatch();
  absl::Status CheckBatch();
  absl::StatusOr<bool> Finds(SqliteStatement* select, const SqliteValue& key);
  absl::Status Record(const migrate::WrapState& before);

  State* const state_;
  const VerifyOptions& options_;
  const migrate::RowDay row_day_;
  SqliteStatement is_listed_, is_dirty_;
  std::vector<Row> rows_;
  SqliteValue last_key_;
  VerifyResult result_;
  std::unique_ptr<migrate::RowVerifier> checker_;
};

absl::StatusOr<std::unique_ptr<SqliteMigration::Verifier>>
SqliteMigration::Verifier::Create(State* state, const Keyring& keyring,
                                  const VerifyOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto row_day,
      migrate::RowDay::Create(state->map.time_zone, keyring.time_zone()));
  const std::string of_row =
      " WHERE table_name = " + QuoteText(state->map.table) + " AND row_key = ?";
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto is_listed,
      state->Prepare("SELECT 1 FROM parcelveil_unsealed" + of_row));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto is_dirty, state->Prepare("SELECT 1 FROM parcelveil_dirty" + of_row));
  std::unique_ptr<Verifier> verifier(
      new Verifier(state, options, std::move(row_day), std::move(is_listed),
                   std::move(is_dirty)));
  PARCELVEIL_ASSIGN_OR_RETURN(
      verifier->checker_,
      migrate::RowVerifier::Create(state->map, keyring, &verifier->result_));
  return verifier;
}

absl::StatusOr<VerifyResult> SqliteMigration::Verifier::Verify() {
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState before, state_->Read());
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t total,
                              state_->Count(state_->sql.CountRows(false)));
  while (true) {
    result_.was_stopped = IsStopped();
    if (result_.was_stopped) return result_;
    // Rows and marks of one moment: the writer may be at work.
    PARCELVEIL_ASSIGN_OR_RETURN(
        const auto snapshot,
        SqliteTransaction::Begin(state_->db, SqliteTransaction::Kind::kRead));
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_rows, NextBatch());
    if (!has_rows) break;
    PARCELVEIL_RETURN_IF_ERROR(CheckBatch());
    if (options_.progress) {
      options_.progress(result_.num_rows, std::max(result_.num_rows, total));
    }
  }
  const bool is_full = result_.num_mismatches == 0 && result_.num_to_go == 0 &&
                       result_.num_closed == 0;
  if (!is_full) return result_;
  const absl::Status recorded = Record(before);
  result_.is_read_only = absl::IsPermissionDenied(recorded);
  if (!result_.is_read_only) PARCELVEIL_RETURN_IF_ERROR(recorded);
  return result_;
}

absl::StatusOr<bool> SqliteMigration::Verifier::NextBatch() {
  const bool after_key = !last_key_.is_null();
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement select,
      state_->Prepare(state_->sql.SelectRows(after_key)));
  if (after_key) select.BindValue(0, last_key_);
  select.BindInt(after_key ? 1 : 0, kBatchRows);
  rows_.clear();
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) break;
    migrate::ReadRow(select, state_->map, row_day_, &rows_.emplace_back());
  }
  if (!rows_.empty()) last_key_ = rows_.back().key;
  return !rows_.empty();
}

absl::StatusOr<bool> SqliteMigration::Verifier::Finds(SqliteStatement* select,
                                                      const SqliteValue& key) {
  select->BindValue(0, key);
  const absl::StatusOr<bool> found = select->Step();
  select->Reset();
  return found;
}

absl::Status SqliteMigration::Verifier::CheckBatch() {
  std::vector<const Row*> sealed;
  for (const Row& row : rows_) {
    ++result_.num_rows;
    PARCELVEIL_ASSIGN_OR_RETURN(const bool listed, Finds(&is_listed_, row.key));
    PARCELVEIL_ASSIGN_OR_RETURN(const bool dirty, Finds(&is_dirty_, row.key));
    if (listed || dirty) {
      ++(listed ? result_.num_listed : result_.num_to_go);
      continue;
    }
    sealed.push_back(&row);
  }
  return checker_->Check(sealed);
}

// Says so in the table's state. What was sealed meanwhile stays marked.
absl::Status SqliteMigration::Verifier::Record(
    const migrate::WrapState& before) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      SqliteTransaction::Begin(state_->db, SqliteTransaction::Kind::kWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(migrate::WrapState wrap, state_->Read());
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t num_to_go, state_->CountToGo(wrap));
  const bool is_filled = before.phase == MigrationPhase::kFilled &&
                         wrap.phase == MigrationPhase::kFilled;
  if (!is_filled || wrap.map != before.map || num_to_go > 0) {
    return absl::OkStatus();
  }
  wrap.verified = state_->clock->Now();
  PARCELVEIL_RETURN_IF_ERROR(state_->Write(wrap));
  PARCELVEIL_RETURN_IF_ERROR(state_->db->Execute(
      absl::StrCat("DELETE FROM parcelveil_sealed", state_->sql.OfTable(),
                   " AND batch <= ", before.num_batches),
      state_->Name()));
  PARCELVEIL_RETURN_IF_ERROR(transaction->Commit());
  result_.counts = true;
  return absl::OkStatus();
}

absl::StatusOr<VerifyResult> SqliteMigration::Verify(
    const Keyring& keyring, const VerifyOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, state_->Read());
  if (wrap.phase != MigrationPhase::kFilling &&
      wrap.phase != MigrationPhase::kFilled) {
    return migrate::NothingToVerify(state_->Name(), wrap.phase);
  }
  PARCELVEIL_RETURN_IF_ERROR(
      migrate::CheckSameMap("verify " + state_->Name(), wrap.map, state_->map));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto verifier,
                              Verifier::Create(state_.get(), keyring, options));
  return verifier->Verify();
}

}  // namespace parcelveil
