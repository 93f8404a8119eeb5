// SPDX-License-Identifier: Apache-2.0
// What a run reads and writes of a batch.

#include "src/migrate/sqlite_runner.h"

#include <algorithm>
#include <future>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"

namespace parcelveil {
namespace {

using migrate::QuoteText;
using migrate::RowSealer;

// Rows that one thread seals while the other writes the ones before them.
constexpr size_t kChunkRows = 200;

}  // namespace

absl::StatusOr<SqliteMigration::Runner::Statements>
SqliteMigration::Runner::PrepareStatements(State* state) {
  const migrate::SqliteText& sql = state->sql;
  const std::string of = sql.OfTable();
  const std::string of_row = of + " AND row_key = ?";
  const std::string name = QuoteText(state->map.table);
  PARCELVEIL_ASSIGN_OR_RETURN(auto first,
                              state->Prepare(sql.SelectRows(false)));
  PARCELVEIL_ASSIGN_OR_RETURN(auto next, state->Prepare(sql.SelectRows(true)));
  PARCELVEIL_ASSIGN_OR_RETURN(auto one, state->Prepare(sql.SelectRow()));
  PARCELVEIL_ASSIGN_OR_RETURN(auto update, state->Prepare(sql.UpdateRow()));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto dirty,
      state->Prepare("SELECT row_key FROM parcelveil_dirty" + of + " LIMIT ?"));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto is_dirty, state->Prepare("SELECT 1 FROM parcelveil_dirty" + of_row));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto clean, state->Prepare("DELETE FROM parcelveil_dirty" + of_row));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto list,
      state->Prepare("INSERT OR REPLACE INTO parcelveil_unsealed VALUES (" +
                     name + ", ?, ?, ?)"));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto unlist, state->Prepare("DELETE FROM parcelveil_unsealed" + of_row));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto note,
      state->Prepare("INSERT OR REPLACE INTO parcelveil_sealed VALUES (" +
                     name + ", ?, ?)"));
  return Statements{std::move(first),  std::move(next),  std::move(one),
                    std::move(update), std::move(dirty), std::move(is_dirty),
                    std::move(clean),  std::move(list),  std::move(unlist),
                    std::move(note)};
}

absl::StatusOr<std::unique_ptr<SqliteMigration::Runner>>
SqliteMigration::Runner::Create(State* state, const Keyring& keyring,
                                const RunOptions& options, RowSealer sealer) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto row_day,
      migrate::RowDay::Create(state->map.time_zone, keyring.time_zone()));
  PARCELVEIL_ASSIGN_OR_RETURN(auto statements, PrepareStatements(state));
  return std::unique_ptr<Runner>(
      new Runner(state, keyring, options, std::move(sealer), std::move(row_day),
                 std::move(statements)));
}

SqliteMigration::Runner::Item& SqliteMigration::Runner::AddItem(
    const SqliteStatement& row) {
  if (num_items_ == items_.size()) items_.emplace_back();
  Item& item = items_[num_items_++];
  migrate::ReadRow(row, state_->map, row_day_, &item.row);
  item.is_marked = false;
  return item;
}

absl::Status SqliteMigration::Runner::ReadRows(const SqliteValue& last_key) {
  const bool after_key = !last_key.is_null();
  SqliteStatement& select =
      after_key ? statements_.next_rows : statements_.first_rows;
  if (after_key) select.BindValue(0, last_key);
  select.BindInt(after_key ? 1 : 0, options_.batch_rows);
  absl::StatusOr<bool> has_row = false;
  while ((has_row = select.Step()).ok() && *has_row) AddItem(select);
  select.Reset();
  PARCELVEIL_RETURN_IF_ERROR(has_row.status());
  PARCELVEIL_ASSIGN_OR_RETURN(const bool has_marks, Holds("parcelveil_dirty"));
  for (size_t i = 0; has_marks && i < num_items_; ++i) {
    statements_.is_dirty.BindValue(0, items_[i].row.key);
    has_row = statements_.is_dirty.Step();
    statements_.is_dirty.Reset();
    PARCELVEIL_ASSIGN_OR_RETURN(items_[i].is_marked, has_row);
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> SqliteMigration::Runner::ReadMarkedRows() {
  std::vector<SqliteValue> keys;
  statements_.dirty.BindInt(0, options_.batch_rows);
  absl::StatusOr<bool> has_row = false;
  while ((has_row = statements_.dirty.Step()).ok() && *has_row) {
    keys.push_back(statements_.dirty.Value(0));
  }
  statements_.dirty.Reset();
  PARCELVEIL_RETURN_IF_ERROR(has_row.status());
  for (const SqliteValue& key : keys) {
    statements_.one_row.BindValue(0, key);
    has_row = statements_.one_row.Step();
    if (has_row.ok() && *has_row) AddItem(statements_.one_row).is_marked = true;
    statements_.one_row.Reset();
    PARCELVEIL_RETURN_IF_ERROR(has_row.status());
    // Moved or gone: nothing to seal.
    if (!*has_row)
      PARCELVEIL_RETURN_IF_ERROR(RunForKey(&statements_.clean, key));
  }
  return keys.size();
}

absl::StatusOr<bool> SqliteMigration::Runner::Holds(const char* ours) const {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const int64_t found,
      state_->Count(absl::StrCat("SELECT EXISTS (SELECT 1 FROM ", ours,
                                 state_->sql.OfTable(), ")")));
  return found == 1;
}

absl::Status SqliteMigration::Runner::SealAndWrite(
    const migrate::WrapState& wrap) {
  PARCELVEIL_ASSIGN_OR_RETURN(has_listed_, Holds("parcelveil_unsealed"));
  const auto seal = [this](size_t at) {
    return std::async(std::launch::async, [this, at] { return SealChunk(at); });
  };
  std::future<absl::Status> sealing = seal(0);
  for (size_t at = 0; at < num_items_; at += kChunkRows) {
    PARCELVEIL_RETURN_IF_ERROR(sealing.get());
    const size_t end = std::min(at + kChunkRows, num_items_);
    if (end < num_items_) sealing = seal(end);
    for (size_t i = at; i < end; ++i) {
      PARCELVEIL_RETURN_IF_ERROR(Write(items_[i], wrap));
    }
  }
  return absl::OkStatus();
}

absl::Status SqliteMigration::Runner::SealChunk(size_t at) {
  const size_t end = std::min(at + kChunkRows, num_items_);
  for (size_t i = at; i < end; ++i) {
    Item& item = items_[i];
    PARCELVEIL_ASSIGN_OR_RETURN(
        item.outcome,
        sealer_.Seal(item.row, item.is_marked, &item.cells, &item.fault));
  }
  return absl::OkStatus();
}

absl::Status SqliteMigration::Runner::Write(const Item& item,
                                            const migrate::WrapState& wrap) {
  const SqliteValue& key = item.row.key;
  if (item.is_marked) {
    PARCELVEIL_RETURN_IF_ERROR(RunForKey(&statements_.clean, key));
  }
  switch (item.outcome) {
    case RowSealer::Outcome::kNothing:
      return absl::OkStatus();
    case RowSealer::Outcome::kListed: {
      const std::string reason(UnsealedReasonName(item.fault.reason));
      ++pending_.num_listed;
      statements_.list_row.BindText(1, item.fault.column);
      statements_.list_row.BindText(2, reason);
      return RunForKey(&statements_.list_row, key);
    }
    case RowSealer::Outcome::kSealed:
      break;
  }
  ++pending_.num_sealed;
  int parameter = 0;
  for (const auto& bytes : item.cells.columns) {
    if (bytes.has_value()) {
      statements_.update.BindBlob(parameter++, *bytes);
    } else {
      statements_.update.BindNull(parameter++);
    }
  }
  statements_.update.BindValue(parameter, key);
  PARCELVEIL_RETURN_IF_ERROR(statements_.update.Run());
  if (wrap.phase == MigrationPhase::kFilled) {
    statements_.note_sealed.BindInt(1, wrap.num_batches);
    PARCELVEIL_RETURN_IF_ERROR(RunForKey(&statements_.note_sealed, key));
  }
  if (!has_listed_) return absl::OkStatus();
  return RunForKey(&statements_.unlist_row, key);
}

absl::Status SqliteMigration::Runner::RunForKey(SqliteStatement* statement,
                                                const SqliteValue& key) {
  statement->BindValue(0, key);
  return statement->Run();
}

}  // namespace parcelveil
