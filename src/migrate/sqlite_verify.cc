// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <utility>

#include "parcelveil/field.h"
#include "parcelveil/mask.h"
#include "parcelveil/migrate.h"
#include "src/base/status.h"
#include "src/migrate/index_check.h"
#include "src/migrate/migration_state.h"
#include "src/migrate/row.h"

namespace parcelveil {
namespace {

using migrate::QuoteText;
using migrate::Row;

constexpr size_t kMaxMismatchesKept = 20;

// A key whose time is over, not a damaged cell.
bool IsClosed(const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  return reason == Reason::kForbidden || reason == Reason::kKeyDestroyed;
}

}  // namespace

// One pass over the table, batch by batch in key order.
class Migration::Verifier {
 public:
  static absl::StatusOr<std::unique_ptr<Verifier>> Create(
      State* state, const Keyring& keyring, const VerifyOptions& options);

  absl::StatusOr<VerifyResult> Verify();

 private:
  static constexpr int64_t kBatchRows = 1000;

  Verifier(State* state, const Keyring& keyring, const VerifyOptions& options,
           std::unique_ptr<Opener> opener, migrate::RowDay row_day,
           SqliteStatement is_listed, SqliteStatement is_dirty)
      : state_(state),
        keyring_(keyring),
        schema_(keyring.schema()),
        options_(options),
        opener_(std::move(opener)),
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
  // What the row's fields and index values are worth: true where it is closed.
  absl::StatusOr<bool> CheckRow(const Row& row);
  absl::StatusOr<bool> CheckField(const Row& row, size_t column);
  absl::StatusOr<bool> CheckIndexes(const Row& row);
  absl::Status CheckViews(size_t view, const std::vector<const Row*>& rows);
  void CheckView(const TableMap::ViewColumn& column, const Row& row,
                 const View& view);
  // Mismatch, closed or worse: returns what is none of the two.
  absl::StatusOr<bool> Judge(const Row& row, const std::string& column,
                             const absl::Status& status);
  void Mismatch(const Row& row, const std::string& column,
                const std::string& what);
  absl::Status Record(int64_t num_batches);

  State* const state_;
  const Keyring& keyring_;
  const Schema schema_;
  const VerifyOptions& options_;
  const std::unique_ptr<Opener> opener_;
  const migrate::RowDay row_day_;
  SqliteStatement is_listed_, is_dirty_;
  std::vector<Row> rows_;
  SqliteValue last_key_;
  Plaintext text_;
  VerifyResult result_;
};

absl::StatusOr<std::unique_ptr<Migration::Verifier>>
Migration::Verifier::Create(State* state, const Keyring& keyring,
                            const VerifyOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(auto opener, Opener::Create(&keyring));
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
  return std::unique_ptr<Verifier>(new Verifier(
      state, keyring, options, std::move(opener), std::move(row_day),
      std::move(is_listed), std::move(is_dirty)));
}

absl::StatusOr<VerifyResult> Migration::Verifier::Verify() {
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
  if (is_full) PARCELVEIL_RETURN_IF_ERROR(Record(before.num_batches));
  return result_;
}

absl::StatusOr<bool> Migration::Verifier::NextBatch() {
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

absl::StatusOr<bool> Migration::Verifier::Finds(SqliteStatement* select,
                                                const SqliteValue& key) {
  select->BindValue(0, key);
  const absl::StatusOr<bool> found = select->Step();
  select->Reset();
  return found;
}

absl::Status Migration::Verifier::CheckBatch() {
  std::vector<const Row*> open_rows;
  for (const Row& row : rows_) {
    ++result_.num_rows;
    PARCELVEIL_ASSIGN_OR_RETURN(const bool listed, Finds(&is_listed_, row.key));
    PARCELVEIL_ASSIGN_OR_RETURN(const bool dirty, Finds(&is_dirty_, row.key));
    if (listed || dirty) {
      ++(listed ? result_.num_listed : result_.num_to_go);
      continue;
    }
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_closed, CheckRow(row));
    if (is_closed) {
      ++result_.num_closed;
    } else {
      open_rows.push_back(&row);
    }
  }
  for (size_t i = 0; i < state_->map.views.size(); ++i) {
    PARCELVEIL_RETURN_IF_ERROR(CheckViews(i, open_rows));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Migration::Verifier::CheckRow(const Row& row) {
  for (size_t i = 0; i < row.texts.size(); ++i) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_closed, CheckField(row, i));
    if (is_closed) return true;
  }
  return CheckIndexes(row);
}

absl::StatusOr<bool> Migration::Verifier::CheckField(const Row& row,
                                                     size_t column) {
  const TableMap::Column& of = state_->map.columns[column];
  const SqliteValue& text = row.texts[column];
  const SqliteValue& sealed = row.added[column];
  if (sealed.is_null()) {
    if (!text.is_null()) Mismatch(row, of.name, "is not sealed");
    return false;
  }
  const absl::Status opened = opener_->OpenInto(
      {of.slot, row.record_id, row.version_id()}, sealed.bytes, &text_);
  if (!opened.ok()) return Judge(row, of.sealed_column, opened);
  ++result_.num_fields;
  // Written sealed only: there is nothing to compare it with.
  if (text.is_null()) return false;
  const bool is_same = text_.Use(
      [&](std::string_view opened_text) { return opened_text == text.bytes; });
  if (!is_same) Mismatch(row, of.sealed_column, "holds another text");
  return false;
}

absl::StatusOr<bool> Migration::Verifier::CheckIndexes(const Row& row) {
  size_t at = state_->map.columns.size() + state_->map.views.size();
  for (size_t i = 0; i < row.texts.size(); ++i) {
    const TableMap::Column& of = state_->map.columns[i];
    for (const TableMap::IndexColumn& index : of.indexes) {
      const SqliteValue& value = row.added[at++];
      const SqliteValue& text = row.texts[i];
      if (text.is_null()) continue;
      if (value.is_null()) {
        Mismatch(row, index.column, "is missing");
        continue;
      }
      const Schema::IndexSlot* slot = schema_.FindIndexOf(of.slot, index.rule);
      if (slot == nullptr) continue;  // the sealer would have refused the map
      const absl::StatusOr<bool> is_same =
          migrate::IsIndexValueOf(keyring_, slot->id, text.bytes, value.bytes);
      if (!is_same.ok()) {
        PARCELVEIL_ASSIGN_OR_RETURN(const bool is_closed,
                                    Judge(row, index.column, is_same.status()));
        if (is_closed) return true;
        continue;
      }
      ++result_.num_indexes;
      if (!*is_same) Mismatch(row, index.column, "is another value");
    }
  }
  return false;
}

absl::Status Migration::Verifier::CheckViews(
    size_t view, const std::vector<const Row*>& rows) {
  const TableMap::ViewColumn& column = state_->map.views[view];
  std::vector<SealedView> sealed;
  std::vector<const Row*> of;
  for (const Row* row : rows) {
    const SqliteValue& value = row->added[state_->map.columns.size() + view];
    if (value.is_null()) {
      CheckView(column, *row, View());
      continue;
    }
    sealed.push_back({row->record_id, value.bytes, row->version_id()});
    of.push_back(row);
  }
  const auto views = opener_->OpenViews(column.slot, sealed);
  for (size_t i = 0; i < views.size(); ++i) {
    if (!views[i].ok()) {
      PARCELVEIL_ASSIGN_OR_RETURN(
          const bool is_closed,
          Judge(*of[i], column.column, views[i].status()));
      if (is_closed) ++result_.num_closed;
      continue;
    }
    ++result_.num_views;
    CheckView(column, *of[i], *views[i]);
  }
  return absl::OkStatus();
}

void Migration::Verifier::CheckView(const TableMap::ViewColumn& column,
                                    const Row& row, const View& view) {
  const Schema::ViewSlot* shows = schema_.FindView(column.slot);
  if (shows == nullptr) return;  // the sealer would have refused the map
  for (size_t i = 0; i < row.texts.size(); ++i) {
    const Slot slot = state_->map.columns[i].slot;
    const Schema::SealedSlot* field = schema_.FindSlot(slot);
    const bool is_shown = std::find(shows->shows.begin(), shows->shows.end(),
                                    slot) != shows->shows.end();
    if (!is_shown || field == nullptr || row.texts[i].is_null()) continue;
    const MaskRule rule = RuleFor(field->kind, column.preset);
    const Masked masked = view[slot];
    if (masked.text() == Mask(rule, row.texts[i].bytes).text()) continue;
    Mismatch(row, column.column, "is not the mask of the text");
    return;
  }
}

absl::StatusOr<bool> Migration::Verifier::Judge(const Row& row,
                                                const std::string& column,
                                                const absl::Status& status) {
  if (IsClosed(status)) return true;
  // Not about this cell: nothing can be said about the table.
  if (absl::IsUnavailable(status) || absl::IsResourceExhausted(status)) {
    return status;
  }
  Mismatch(row, column,
           "does not open (" + std::string(ReasonName(ReasonOf(status))) + ")");
  return false;
}

void Migration::Verifier::Mismatch(const Row& row, const std::string& column,
                                   const std::string& what) {
  ++result_.num_mismatches;
  if (result_.mismatches.size() >= kMaxMismatchesKept) return;
  result_.mismatches.push_back({row.key.ToText(), column, what});
}

// Says so in the table's state, unless rows were sealed meanwhile.
absl::Status Migration::Verifier::Record(int64_t num_batches) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      SqliteTransaction::Begin(state_->db, SqliteTransaction::Kind::kWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(migrate::WrapState wrap, state_->Read());
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t num_to_go, state_->CountToGo(wrap));
  if (wrap.phase != MigrationPhase::kFilled || num_to_go > 0 ||
      wrap.num_batches != num_batches) {
    return absl::OkStatus();
  }
  wrap.verified = state_->clock->Now();
  PARCELVEIL_RETURN_IF_ERROR(state_->Write(wrap));
  PARCELVEIL_RETURN_IF_ERROR(transaction->Commit());
  result_.counts = true;
  return absl::OkStatus();
}

absl::StatusOr<VerifyResult> Migration::Verify(const Keyring& keyring,
                                               const VerifyOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, state_->Read());
  if (wrap.phase != MigrationPhase::kFilling &&
      wrap.phase != MigrationPhase::kFilled) {
    const bool is_new = wrap.phase == MigrationPhase::kNotStarted;
    return MakeStatus(
        Reason::kWrongState,
        "verify " + state_->Name() +
            (is_new ? ": nothing is sealed yet; run `parcelveil wrap run`"
                    : ": its plaintext is gone, so there is nothing to "
                      "compare with; look at rows with `parcelveil list`"));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const auto verifier,
                              Verifier::Create(state_.get(), keyring, options));
  return verifier->Verify();
}

}  // namespace parcelveil
