// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <optional>
#include <utility>

#include "parcelveil/field.h"
#include "parcelveil/migrate.h"
#include "src/base/status.h"
#include "src/migrate/past_keys.h"
#include "src/migrate/row.h"
#include "src/migrate/sqlite_state.h"

namespace parcelveil {
namespace {

using migrate::QuoteText;
using migrate::Row;
using migrate::SqliteText;

}  // namespace

// One run: what it needs prepared, and its batches.
class SqliteMigration::Runner {
 public:
  // Brings the table's columns, indexes and triggers up to the map.
  static absl::StatusOr<std::unique_ptr<Runner>> Create(
      State* state, const Keyring& keyring, const RunOptions& options);

  absl::StatusOr<RunResult> Run();

 private:
  struct Statements {
    SqliteStatement first_rows, next_rows, one_row, update, dirty, clean,
        list_row, unlist_row;
  };

  Runner(State* state, const Keyring& keyring, const RunOptions& options,
         std::unique_ptr<Sealer> sealer, migrate::RowDay row_day,
         Statements statements)
      : state_(state),
        keyring_(keyring),
        options_(options),
        sealer_(std::move(sealer)),
        row_day_(std::move(row_day)),
        columns_(migrate::AddedColumns(state->map)),
        statements_(std::move(statements)) {}

  static absl::Status PrepareTable(State* state);
  static absl::StatusOr<Statements> PrepareStatements(State* state);

  bool IsStopped() const {
    return options_.stop != nullptr && options_.stop->load();
  }
  // Both return false when there is nothing left for them.
  absl::StatusOr<bool> FillBatch();
  absl::StatusOr<bool> DrainBatch();
  // Repeats `batch` after keys were made, where keys are all that is missing.
  absl::StatusOr<bool> WithKeys(absl::StatusOr<bool> (Runner::*batch)());
  absl::Status MakeKeys(const absl::Status& missing);
  absl::StatusOr<std::optional<absl::CivilDay>> FirstDayToGo();

  // A run may last over midnight.
  void StartBatch();
  absl::StatusOr<size_t> ReadRows(const migrate::WrapState& wrap);
  absl::Status TakeRow(const Row& row, bool is_new);
  absl::Status SealRow(const Row& row);
  absl::Status ListRow(const Row& row, const migrate::Fault& fault);
  absl::Status WriteCells(const Row& row);
  absl::Status RunForKey(SqliteStatement* statement, const Row& row);

  State* const state_;
  const Keyring& keyring_;
  const RunOptions& options_;
  const std::unique_ptr<Sealer> sealer_;
  const migrate::RowDay row_day_;
  Epoch today_{};
  std::optional<migrate::RowCheck> check_;  // as of today_
  const std::vector<std::string> columns_;
  Statements statements_;
  std::vector<Row> rows_;
  SealedRow sealed_;
  RunResult pending_;  // of the batch under way
  RunResult result_;
  int64_t num_passed_ = 0;  // rows of the batch under way
  int64_t num_done_ = 0;
};

absl::Status SqliteMigration::Runner::PrepareTable(State* state) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      SqliteTransaction::Begin(state->db, SqliteTransaction::Kind::kWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(migrate::WrapState wrap, state->Read());
  const std::string fingerprint = migrate::MapFingerprint(state->map);
  if (wrap.phase != MigrationPhase::kNotStarted && wrap.map != fingerprint) {
    return MakeStatus(Reason::kWrongState,
                      "wrap " + state->Name() +
                          ": an earlier run used another table map; go on with "
                          "that one");
  }
  if (wrap.phase == MigrationPhase::kNotStarted) {
    wrap.phase = MigrationPhase::kFilling;
    wrap.map = fingerprint;
  }
  std::vector<std::string> statements = state->sql.CreateStateTables();
  PARCELVEIL_ASSIGN_OR_RETURN(const auto missing, state->MissingColumns());
  for (const std::string& column : missing) {
    statements.push_back(state->sql.AddColumn(column));
  }
  for (auto& sql : state->sql.CreateIndexes()) statements.push_back(sql);
  for (auto& sql : state->sql.CreateTriggers()) statements.push_back(sql);
  for (const std::string& sql : statements) {
    PARCELVEIL_RETURN_IF_ERROR(state->db->Execute(sql, state->Name()));
  }
  PARCELVEIL_RETURN_IF_ERROR(state->Write(wrap));
  return transaction->Commit();
}

absl::StatusOr<SqliteMigration::Runner::Statements>
SqliteMigration::Runner::PrepareStatements(State* state) {
  const SqliteText& sql = state->sql;
  const std::string of_row =
      " WHERE table_name = " + QuoteText(state->map.table) + " AND row_key = ?";
  PARCELVEIL_ASSIGN_OR_RETURN(auto first,
                              state->Prepare(sql.SelectRows(false)));
  PARCELVEIL_ASSIGN_OR_RETURN(auto next, state->Prepare(sql.SelectRows(true)));
  PARCELVEIL_ASSIGN_OR_RETURN(auto one, state->Prepare(sql.SelectRow()));
  PARCELVEIL_ASSIGN_OR_RETURN(auto update, state->Prepare(sql.UpdateRow()));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto dirty,
      state->Prepare(
          "SELECT row_key FROM parcelveil_dirty WHERE table_name = " +
          QuoteText(state->map.table) + " LIMIT ?"));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto clean, state->Prepare("DELETE FROM parcelveil_dirty" + of_row));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto list,
      state->Prepare("INSERT OR REPLACE INTO parcelveil_unsealed VALUES (" +
                     QuoteText(state->map.table) + ", ?, ?, ?)"));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto unlist, state->Prepare("DELETE FROM parcelveil_unsealed" + of_row));
  return Statements{std::move(first),  std::move(next),  std::move(one),
                    std::move(update), std::move(dirty), std::move(clean),
                    std::move(list),   std::move(unlist)};
}

absl::StatusOr<std::unique_ptr<SqliteMigration::Runner>>
SqliteMigration::Runner::Create(State* state, const Keyring& keyring,
                                const RunOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(auto sealer,
                              Sealer::Create(&keyring, state->map));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto row_day,
      migrate::RowDay::Create(state->map.time_zone, keyring.time_zone()));
  PARCELVEIL_RETURN_IF_ERROR(PrepareTable(state));
  PARCELVEIL_ASSIGN_OR_RETURN(auto statements, PrepareStatements(state));
  return std::unique_ptr<Runner>(
      new Runner(state, keyring, options, std::move(sealer), std::move(row_day),
                 std::move(statements)));
}

absl::StatusOr<RunResult> SqliteMigration::Runner::Run() {
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, state_->Read());
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t total, state_->CountToGo(wrap));
  for (auto batch : {&Runner::FillBatch, &Runner::DrainBatch}) {
    bool has_more = true;
    while (has_more && !IsStopped()) {
      PARCELVEIL_ASSIGN_OR_RETURN(has_more, WithKeys(batch));
      if (!options_.progress) continue;
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
    num_done_ += num_passed_;
    result_.num_sealed += pending_.num_sealed;
    result_.num_listed += pending_.num_listed;
  }
  return has_more;
}

absl::Status SqliteMigration::Runner::MakeKeys(const absl::Status& missing) {
  PARCELVEIL_ASSIGN_OR_RETURN(const auto first, FirstDayToGo());
  if (!first.has_value()) return missing;  // today's key is what is missing
  return migrate::MakePastKeys(keyring_, options_, state_->Name(), *first);
}

absl::StatusOr<std::optional<absl::CivilDay>>
SqliteMigration::Runner::FirstDayToGo() {
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, state_->Read());
  const bool is_filling = wrap.phase == MigrationPhase::kFilling;
  const bool has_key = !wrap.last_key.is_null();
  PARCELVEIL_ASSIGN_OR_RETURN(SqliteStatement select,
                              state_->Prepare(state_->sql.SelectDates(
                                  !is_filling ? SqliteText::ToGo::kDirty
                                  : has_key   ? SqliteText::ToGo::kAfterKey
                                              : SqliteText::ToGo::kAll)));
  if (is_filling && has_key) select.BindValue(0, wrap.last_key);
  std::optional<absl::CivilDay> first;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return first;
    const auto day = row_day_.Of(select.Value(0));
    const migrate::DayRange& days = check_->days();
    if (!day.has_value() || *day < days.first || *day >= days.today) continue;
    if (!first.has_value() || *day < *first) first = day;
  }
}

absl::StatusOr<bool> SqliteMigration::Runner::FillBatch() {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      SqliteTransaction::Begin(state_->db, SqliteTransaction::Kind::kWrite));
  // Read under the lock: another process may have done some batches.
  PARCELVEIL_ASSIGN_OR_RETURN(migrate::WrapState wrap, state_->Read());
  StartBatch();
  if (wrap.phase != MigrationPhase::kFilling) return false;
  PARCELVEIL_ASSIGN_OR_RETURN(const size_t num_rows, ReadRows(wrap));
  for (size_t i = 0; i < num_rows; ++i) {
    PARCELVEIL_RETURN_IF_ERROR(TakeRow(rows_[i], /*is_new=*/true));
  }
  if (num_rows > 0) wrap.last_key = rows_[num_rows - 1].key;
  const bool has_more = num_rows == rows_.size();
  if (!has_more) wrap.phase = MigrationPhase::kFilled;
  wrap.verified.reset();
  ++wrap.num_batches;
  PARCELVEIL_RETURN_IF_ERROR(state_->Write(wrap));
  PARCELVEIL_RETURN_IF_ERROR(transaction->Commit());
  return has_more;
}

void SqliteMigration::Runner::StartBatch() {
  pending_ = RunResult();
  num_passed_ = 0;
  if (check_.has_value() && today_ == keyring_.Today()) return;
  today_ = keyring_.Today();
  check_.emplace(state_->map, keyring_.schema(), today_);
}

absl::StatusOr<size_t> SqliteMigration::Runner::ReadRows(
    const migrate::WrapState& wrap) {
  rows_.resize(static_cast<size_t>(options_.batch_rows));
  const bool after_key = !wrap.last_key.is_null();
  SqliteStatement& select =
      after_key ? statements_.next_rows : statements_.first_rows;
  if (after_key) select.BindValue(0, wrap.last_key);
  select.BindInt(after_key ? 1 : 0, options_.batch_rows);
  size_t num_rows = 0;
  absl::StatusOr<bool> has_row = false;
  while ((has_row = select.Step()).ok() && *has_row) {
    migrate::ReadRow(select, state_->map, row_day_, &rows_[num_rows++]);
  }
  select.Reset();
  if (!has_row.ok()) return has_row.status();
  return num_rows;
}

absl::StatusOr<bool> SqliteMigration::Runner::DrainBatch() {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      SqliteTransaction::Begin(state_->db, SqliteTransaction::Kind::kWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(migrate::WrapState wrap, state_->Read());
  StartBatch();
  if (wrap.phase != MigrationPhase::kFilled) return false;
  std::vector<SqliteValue> keys;
  statements_.dirty.BindInt(0, options_.batch_rows);
  absl::StatusOr<bool> has_row = false;
  while ((has_row = statements_.dirty.Step()).ok() && *has_row) {
    keys.push_back(statements_.dirty.Value(0));
  }
  statements_.dirty.Reset();
  PARCELVEIL_RETURN_IF_ERROR(has_row.status());
  if (keys.empty()) return false;
  for (const SqliteValue& key : keys) {
    Row row;
    statements_.one_row.BindValue(0, key);
    has_row = statements_.one_row.Step();
    if (has_row.ok() && *has_row) {
      migrate::ReadRow(statements_.one_row, state_->map, row_day_, &row);
    }
    statements_.one_row.Reset();
    PARCELVEIL_RETURN_IF_ERROR(has_row.status());
    if (*has_row) {
      PARCELVEIL_RETURN_IF_ERROR(TakeRow(row, /*is_new=*/false));
    } else {
      row.key = key;  // moved or gone: nothing to seal
      PARCELVEIL_RETURN_IF_ERROR(RunForKey(&statements_.clean, row));
    }
  }
  wrap.verified.reset();
  ++wrap.num_batches;
  PARCELVEIL_RETURN_IF_ERROR(state_->Write(wrap));
  PARCELVEIL_RETURN_IF_ERROR(transaction->Commit());
  return keys.size() == static_cast<size_t>(options_.batch_rows);
}

absl::Status SqliteMigration::Runner::TakeRow(const Row& row, bool is_new) {
  ++num_passed_;
  PARCELVEIL_RETURN_IF_ERROR(RunForKey(&statements_.clean, row));
  // Sealed already by whoever wrote it, or nothing to seal.
  if (is_new && row.IsSealed()) return absl::OkStatus();
  if (const auto fault = check_->FindFault(row)) return ListRow(row, *fault);
  return SealRow(row);
}

absl::Status SqliteMigration::Runner::SealRow(const Row& row) {
  const absl::Status status =
      sealer_->SealInto(migrate::ToRecord(row, state_->map), &sealed_);
  if (absl::IsInvalidArgument(status)) {
    return ListRow(row,
                   {state_->map.columns[0].name, UnsealedReason::kRefused});
  }
  PARCELVEIL_RETURN_IF_ERROR(status);
  PARCELVEIL_RETURN_IF_ERROR(WriteCells(row));
  ++pending_.num_sealed;
  return RunForKey(&statements_.unlist_row, row);
}

absl::Status SqliteMigration::Runner::WriteCells(const Row& row) {
  SqliteStatement& update = statements_.update;
  const auto cells = sealed_.cells();
  size_t next = 0;  // cells come in the columns' order, without the empty ones
  for (size_t i = 0; i < columns_.size(); ++i) {
    const int parameter = static_cast<int>(i);
    if (next < cells.size() && cells[next].column == columns_[i]) {
      update.BindBlob(parameter, cells[next++].bytes);
    } else {
      update.BindNull(parameter);
    }
  }
  update.BindValue(static_cast<int>(columns_.size()), row.key);
  return update.Run();
}

absl::Status SqliteMigration::Runner::ListRow(const Row& row,
                                              const migrate::Fault& fault) {
  const std::string reason(UnsealedReasonName(fault.reason));
  statements_.list_row.BindValue(0, row.key);
  statements_.list_row.BindText(1, fault.column);
  statements_.list_row.BindText(2, reason);
  ++pending_.num_listed;
  return statements_.list_row.Run();
}

absl::Status SqliteMigration::Runner::RunForKey(SqliteStatement* statement,
                                                const Row& row) {
  statement->BindValue(0, row.key);
  return statement->Run();
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
  PARCELVEIL_ASSIGN_OR_RETURN(const auto runner,
                              Runner::Create(state_.get(), keyring, options));
  return runner->Run();
}

}  // namespace parcelveil
