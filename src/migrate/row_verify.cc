// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/row_verify.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "parcelveil/mask.h"
#include "src/base/status.h"
#include "src/migrate/index_check.h"

namespace parcelveil::migrate {
namespace {

constexpr size_t kMaxMismatchesKept = 20;

// A key whose time is over, not a damaged cell.
bool IsClosed(const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  return reason == Reason::kForbidden || reason == Reason::kKeyDestroyed;
}

}  // namespace

absl::Status NothingToVerify(const std::string& what, MigrationPhase phase) {
  return MakeStatus(
      Reason::kWrongState,
      "verify " + what +
          (phase == MigrationPhase::kNotStarted
               ? ": nothing is sealed yet; run `parcelveil wrap run`"
               : ": its plaintext is gone, so there is nothing to compare "
                 "with; look at rows with `parcelveil list`"));
}

absl::StatusOr<std::unique_ptr<RowVerifier>> RowVerifier::Create(
    const TableMap& map, const Keyring& keyring, VerifyResult* result) {
  PARCELVEIL_ASSIGN_OR_RETURN(auto opener, Opener::Create(&keyring));
  return std::unique_ptr<RowVerifier>(
      new RowVerifier(map, keyring, result, std::move(opener)));
}

absl::Status RowVerifier::Check(const std::vector<const Row*>& rows) {
  std::vector<const Row*> open_rows;
  for (const Row* row : rows) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_closed, CheckRow(*row));
    if (is_closed) {
      ++result_.num_closed;
    } else {
      open_rows.push_back(row);
    }
  }
  for (size_t i = 0; i < map_.views.size(); ++i) {
    PARCELVEIL_RETURN_IF_ERROR(CheckViews(i, open_rows));
  }
  return absl::OkStatus();
}

bool RowVerifier::IsOld(const Row& row) const {
  const auto header = row.sealed_header();
  return header.has_value() && DayOf(header->epoch) < days_.first_readable;
}

absl::StatusOr<bool> RowVerifier::CheckRow(const Row& row) {
  for (size_t i = 0; i < row.texts.size(); ++i) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_closed, CheckField(row, i));
    if (is_closed) return true;
  }
  return CheckIndexes(row);
}

absl::StatusOr<bool> RowVerifier::CheckField(const Row& row, size_t column) {
  const TableMap::Column& of = map_.columns[column];
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

absl::StatusOr<bool> RowVerifier::CheckIndexes(const Row& row) {
  size_t at = map_.columns.size() + map_.views.size();
  for (size_t i = 0; i < row.texts.size(); ++i) {
    const TableMap::Column& of = map_.columns[i];
    for (const TableMap::IndexColumn& index : of.indexes) {
      const SqliteValue& value = row.added[at++];
      const SqliteValue& text = row.texts[i];
      if (text.is_null()) continue;
      if (value.is_null()) {
        if (!IsOld(row)) Mismatch(row, index.column, "is missing");
        continue;
      }
      const Schema::IndexSlot* slot = schema_.FindIndexOf(of.slot, index.rule);
      if (slot == nullptr) continue;  // the sealer would have refused the map
      const absl::StatusOr<bool> is_same =
          IsIndexValueOf(keyring_, slot->id, text.bytes, value.bytes);
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

absl::Status RowVerifier::CheckViews(size_t view,
                                     const std::vector<const Row*>& rows) {
  const TableMap::ViewColumn& column = map_.views[view];
  std::vector<SealedView> sealed;
  std::vector<const Row*> of;
  for (const Row* row : rows) {
    const SqliteValue& value = row->added[map_.columns.size() + view];
    if (value.is_null()) {
      if (!IsOld(*row)) CheckView(column, *row, View());
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

void RowVerifier::CheckView(const TableMap::ViewColumn& column, const Row& row,
                            const View& view) {
  const Schema::ViewSlot* shows = schema_.FindView(column.slot);
  if (shows == nullptr) return;  // the sealer would have refused the map
  for (size_t i = 0; i < row.texts.size(); ++i) {
    const Slot slot = map_.columns[i].slot;
    const Schema::SealedSlot* field = schema_.FindSlot(slot);
    const bool is_shown = std::find(shows->shows.begin(), shows->shows.end(),
                                    slot) != shows->shows.end();
    if (!is_shown || field == nullptr || row.texts[i].is_null()) continue;
    const MaskStyle style = shows->StyleOf(field->kind, column.preset);
    const Masked masked = view[slot];
    if (masked.text() == Mask(style, row.texts[i].bytes).text()) continue;
    Mismatch(row, column.column, "is not the mask of the text");
    return;
  }
}

absl::StatusOr<bool> RowVerifier::Judge(const Row& row,
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

void RowVerifier::Mismatch(const Row& row, const std::string& column,
                           const std::string& what) {
  ++result_.num_mismatches;
  if (result_.mismatches.size() >= kMaxMismatchesKept) return;
  result_.mismatches.push_back({row.key.ToText(), column, what});
}

absl::StatusOr<std::unique_ptr<SinceCheck>> SinceCheck::Create(
    const std::string& what, const TableMap& map, const Keyring* keyring,
    int64_t num_rows) {
  if (keyring == nullptr) {
    return MakeStatus(
        Reason::kWrongState,
        absl::StrCat("finish ", what, ": ", num_rows,
                     " rows were sealed after the last verify; run `parcelveil "
                     "wrap verify`"));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto row_day, RowDay::Create(map.time_zone, keyring->time_zone()));
  std::unique_ptr<SinceCheck> check(new SinceCheck(what, std::move(row_day)));
  PARCELVEIL_ASSIGN_OR_RETURN(
      check->verifier_, RowVerifier::Create(map, *keyring, &check->result_));
  return check;
}

absl::Status SinceCheck::End() const {
  if (result_.num_mismatches > 0) {
    return absl::DataLossError(
        absl::StrCat(what_, result_.num_mismatches,
                     " rows sealed after the last verify do not open as their "
                     "plaintext; run `parcelveil wrap verify`"));
  }
  if (result_.num_closed == 0) return absl::OkStatus();
  return MakeStatus(
      Reason::kForbidden,
      absl::StrCat(what_, result_.num_closed,
                   " rows sealed after the last verify are closed to this "
                   "role; run `parcelveil wrap verify --role CONVERTER`"));
}

}  // namespace parcelveil::migrate
