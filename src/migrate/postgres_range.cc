// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/postgres_range.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"

namespace parcelveil::migrate {
namespace {

using State = PostgresMigration::State;

std::optional<std::string> TextOrNull(const PostgresStatement& select,
                                      int column) {
  if (select.IsNull(column)) return std::nullopt;
  return std::string(select.Bytes(column));
}

void BindOrNull(PostgresStatement* statement, int parameter,
                const std::optional<std::string>& text) {
  if (text.has_value()) {
    statement->BindText(parameter, *text);
  } else {
    statement->BindNull(parameter);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeyRanges>> KeyRanges::Create(
    const State& state, PostgresConnection* db) {
  const PostgresText& sql = state.sql;
  const std::string of = sql.OfTable();
  const std::string range = sql.Ours("parcelveil_range");
  const std::string wrap = sql.Ours("parcelveil_wrap");
  const auto prepare = [&](const std::string& text) {
    return db->Prepare(text, state.Name());
  };
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto left, prepare(absl::StrCat("SELECT range_no FROM ", range, of,
                                      " ORDER BY range_no")));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto get, prepare(absl::StrCat("SELECT range_no, after_key, last_key "
                                     "FROM ",
                                     range, of, " AND range_no = $1")));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto get_wrap,
      prepare(absl::StrCat("SELECT at_end, frontier, num_ranges FROM ", wrap,
                           of, " FOR UPDATE")));
  PARCELVEIL_ASSIGN_OR_RETURN(auto bound, prepare(sql.SelectBound()));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto insert,
      prepare(absl::StrCat(
          "INSERT INTO ", range,
          " SELECT table_name, $1::bigint, $2::text, $3::text FROM ", wrap,
          of)));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto take,
      prepare(absl::StrCat(
          "UPDATE ", wrap,
          " SET num_ranges = $1, frontier = $2::text, at_end = $2::text "
          "IS NULL, verified = NULL",
          of)));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto advance,
      prepare(absl::StrCat("UPDATE ", range, " SET after_key = $2", of,
                           " AND range_no = $1")));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto remove,
      prepare(absl::StrCat("DELETE FROM ", range, of, " AND range_no = $1")));
  return std::unique_ptr<KeyRanges>(
      new KeyRanges(state, db,
                    {std::move(left), std::move(get), std::move(get_wrap),
                     std::move(bound), std::move(insert), std::move(take),
                     std::move(advance), std::move(remove)}));
}

int64_t KeyRanges::LockOf(int64_t number) const {
  return state_.LockKey(State::kFirstRange + number);
}

absl::StatusOr<std::optional<KeyRange>> KeyRanges::Claim(int64_t num_rows) {
  PARCELVEIL_ASSIGN_OR_RETURN(auto range, ClaimLeft());
  if (range.has_value()) return range;
  return ClaimNext(num_rows);
}

absl::StatusOr<std::optional<KeyRange>> KeyRanges::ClaimLeft() {
  std::vector<int64_t> numbers;
  statements_.left.Reset();
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, statements_.left.Step());
    if (!has_row) break;
    numbers.push_back(statements_.left.Int(0));
  }
  for (int64_t number : numbers) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_ours,
                                db_->TryLock(LockOf(number)));
    if (!is_ours) continue;
    // As it is now: its worker may have ended it just before.
    statements_.get.Reset();
    statements_.get.BindInt(0, number);
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_left, statements_.get.Step());
    if (is_left) {
      KeyRange range{number, TextOrNull(statements_.get, 1),
                     TextOrNull(statements_.get, 2)};
      statements_.get.Reset();
      return range;
    }
    PARCELVEIL_RETURN_IF_ERROR(db_->Unlock(LockOf(number)));
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<KeyRange>> KeyRanges::ClaimNext(int64_t num_rows) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      PostgresTransaction::Begin(db_,
                                 PostgresTransaction::Kind::kReadCommitted));
  statements_.wrap.Reset();
  PARCELVEIL_ASSIGN_OR_RETURN(const bool found, statements_.wrap.Step());
  if (!found || statements_.wrap.Int(0) == 1) return std::nullopt;
  KeyRange range{statements_.wrap.Int(2) + 1, TextOrNull(statements_.wrap, 1),
                 std::nullopt};
  statements_.wrap.Reset();
  statements_.bound.Reset();
  BindOrNull(&statements_.bound, 0, range.after);
  statements_.bound.BindInt(1, num_rows - 1);
  PARCELVEIL_ASSIGN_OR_RETURN(const bool has_bound, statements_.bound.Step());
  if (has_bound) range.last = std::string(statements_.bound.Bytes(0));
  statements_.bound.Reset();
  statements_.insert.BindInt(0, range.number);
  BindOrNull(&statements_.insert, 1, range.after);
  BindOrNull(&statements_.insert, 2, range.last);
  PARCELVEIL_RETURN_IF_ERROR(statements_.insert.Run());
  statements_.take.BindInt(0, range.number);
  BindOrNull(&statements_.take, 1, range.last);
  PARCELVEIL_RETURN_IF_ERROR(statements_.take.Run());
  // Before anybody sees it.
  PARCELVEIL_RETURN_IF_ERROR(db_->TryLock(LockOf(range.number)).status());
  PARCELVEIL_RETURN_IF_ERROR(transaction->Commit());
  return range;
}

PostgresStatement* KeyRanges::Advance(const KeyRange& range,
                                      std::string_view key) {
  statements_.advance.BindInt(0, range.number);
  statements_.advance.BindText(1, key);
  return &statements_.advance;
}

absl::Status KeyRanges::Release(const KeyRange& range) {
  statements_.remove.BindInt(0, range.number);
  PARCELVEIL_RETURN_IF_ERROR(statements_.remove.Run());
  return db_->Unlock(LockOf(range.number));
}

absl::StatusOr<bool> KeyRanges::AllDone() {
  statements_.left.Reset();
  PARCELVEIL_ASSIGN_OR_RETURN(const bool is_left, statements_.left.Step());
  statements_.left.Reset();
  if (is_left) return false;
  PARCELVEIL_ASSIGN_OR_RETURN(const State::Wrap wrap, state_.Read());
  return wrap.at_end;
}

}  // namespace parcelveil::migrate
