// SPDX-License-Identifier: Apache-2.0
// WrappedTable: found by what is sealed in it.

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parcelveil/finder.h"
#include "parcelveil/wrapped_table.h"
#include "src/base/status.h"
#include "src/migrate/masked_rows.h"
#include "src/migrate/sql_name.h"
#include "src/migrate/table_database.h"
#include "src/wire/cell.h"

namespace parcelveil {
namespace {

using migrate::Quote;
using migrate::TableDatabase;
using migrate::UnopenedRow;

// A row whose index value is one of those looked for.
struct Candidate {
  UnopenedRow row;
  std::string sealed;  // the field, or the view that shows it
};

// The day that it was sealed on, by its header; 0 where it has none.
int DayOfCell(const std::string& sealed) {
  const auto header = wire::ParseFieldHeader(sealed);
  return header.ok() ? ToInt(header->epoch) : 0;
}

// Looks for one text in one column after the other.
class TableSearch {
 public:
  TableSearch(TableDatabase* db, const TableMap& map, const Keyring& keyring,
              const FindRows& find, const Finder& finder)
      : db_(db), map_(map), keyring_(keyring), find_(find), finder_(finder) {}

  // Takes in the matches of one column.
  absl::Status Look(const TableMap::Column& column, const std::string& index);
  absl::StatusOr<FoundMaskedRows> End();

 private:
  struct Match {
    int day;
    UnopenedRow row;
  };

  // The view's slot and the column to open in place of the field; null where
  // the role opens the field itself. Errors: FORBIDDEN: neither.
  absl::StatusOr<const TableMap::ViewColumn*> ViewInPlaceOf(
      const TableMap::Column& column) const;
  // Opens the candidates and keeps those that match.
  absl::Status Open(const Search& search, const TableMap::ViewColumn* view,
                    std::vector<Candidate>* candidates);
  void Keep(Candidate candidate);

  TableDatabase* const db_;
  const TableMap& map_;
  const Keyring& keyring_;
  const FindRows& find_;
  const Finder& finder_;
  std::vector<Match> matches_;  // the newest of them
  std::set<std::string> seen_;  // keys: sender and recipient may be one
  FoundMaskedRows found_;
};

absl::StatusOr<const TableMap::ViewColumn*> TableSearch::ViewInPlaceOf(
    const TableMap::Column& column) const {
  const Schema schema = keyring_.schema();
  const Schema::RoleAccess* role = schema.FindRole(keyring_.role());
  const auto may_open = [&](Slot slot) {
    return role != nullptr &&
           std::binary_search(role->slots.begin(), role->slots.end(), slot);
  };
  if (may_open(column.slot) || keyring_.role() == Role::kSteward) {
    return nullptr;
  }
  if (find_.by == IndexRule::kLast4) {
    for (const TableMap::ViewColumn& view : map_.views) {
      const Schema::ViewSlot* slot = schema.FindView(view.slot);
      if (slot == nullptr || !may_open(view.slot)) continue;
      if (std::binary_search(slot->shows.begin(), slot->shows.end(),
                             column.slot)) {
        return &view;
      }
    }
  }
  return MakeStatus(Reason::kForbidden,
                    "find by " + Describe(column.slot) + " as " +
                        Describe(keyring_.role()) +
                        ": the role opens neither it nor a view that shows "
                        "what is looked for; use GATE");
}

absl::Status TableSearch::Look(const TableMap::Column& column,
                               const std::string& index) {
  Search search{column.slot, find_.text, find_.by, find_.scope};
  // Rows without an outlet were sealed as national ones.
  if (map_.scope.empty()) search.scope = Scope::kNational;
  PARCELVEIL_ASSIGN_OR_RETURN(const TableMap::ViewColumn* view,
                              ViewInPlaceOf(column));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<std::string> values,
                              finder_.Values(search, find_.back));
  TableDatabase::Values parameters;
  for (const std::string& value : values) {
    parameters.push_back(migrate::BlobValue(value));
  }
  std::vector<std::string> columns = migrate::ShownColumns(map_);
  columns.push_back(
      Quote(view == nullptr ? column.sealed_column : view->column));
  std::string sql =
      absl::StrCat("SELECT ", absl::StrJoin(columns, ", "), " FROM ",
                   db_->table(), " WHERE ", Quote(index), " IN (",
                   migrate::Parameters(1, values.size()), ")");
  const Schema schema = keyring_.schema();
  const Schema::IndexSlot* of = schema.FindIndexOf(column.slot, find_.by);
  if (find_.scope.has_value() && !map_.scope.empty() && !of->scoped) {
    parameters.push_back(migrate::IntegerValue(ToInt(*find_.scope)));
    absl::StrAppend(&sql, " AND ", Quote(map_.scope), " = $",
                    parameters.size());
  }
  std::vector<Candidate> candidates;
  PARCELVEIL_RETURN_IF_ERROR(db_->ForEach(
      sql, parameters, [&](const TableDatabase::Values& row) -> absl::Status {
        if (row.back().is_null()) return absl::OkStatus();
        candidates.push_back(
            {migrate::ReadUnopened(map_, row), row.back().bytes});
        if (candidates.size() < Finder::kMaxCandidates) {
          return absl::OkStatus();
        }
        return Open(search, view, &candidates);
      }));
  return Open(search, view, &candidates);
}

absl::Status TableSearch::Open(const Search& search,
                               const TableMap::ViewColumn* view,
                               std::vector<Candidate>* candidates) {
  std::vector<size_t> positions;
  if (view == nullptr) {
    std::vector<SealedCell> cells;
    for (const Candidate& candidate : *candidates) {
      cells.push_back(
          {candidate.row.record_id, candidate.sealed, candidate.row.version});
    }
    PARCELVEIL_ASSIGN_OR_RETURN(Found found, finder_.Matches(search, cells));
    positions = std::move(found.positions);
    found_.num_closed += static_cast<int64_t>(found.closed.size());
  } else {
    std::vector<SealedView> views;
    for (const Candidate& candidate : *candidates) {
      views.push_back(
          {candidate.row.record_id, candidate.sealed, candidate.row.version});
    }
    PARCELVEIL_ASSIGN_OR_RETURN(
        FoundViews found, finder_.MatchesViews(search, view->slot, views));
    positions = std::move(found.positions);
    found_.num_closed += static_cast<int64_t>(found.closed.size());
  }
  for (size_t position : positions) {
    Keep(std::move((*candidates)[position]));
  }
  candidates->clear();
  return absl::OkStatus();
}

void TableSearch::Keep(Candidate candidate) {
  if (!seen_.insert(candidate.row.key).second) return;
  ++found_.num_matches;
  Match match{DayOfCell(candidate.sealed), std::move(candidate.row)};
  const auto is_newer = [](const Match& a, const Match& b) {
    return a.day != b.day ? a.day > b.day : a.row.key < b.row.key;
  };
  matches_.insert(
      std::upper_bound(matches_.begin(), matches_.end(), match, is_newer),
      std::move(match));
  if (matches_.size() > find_.limit) matches_.pop_back();
}

absl::StatusOr<FoundMaskedRows> TableSearch::End() {
  std::vector<UnopenedRow> rows;
  for (Match& match : matches_) rows.push_back(std::move(match.row));
  PARCELVEIL_ASSIGN_OR_RETURN(found_.rows,
                              migrate::OpenRows(keyring_, map_, rows));
  return std::move(found_);
}

}  // namespace

absl::StatusOr<FoundMaskedRows> WrappedTable::Find(const Keyring& keyring,
                                                   const FindRows& find) {
  if (find.limit > kMaxRowsFound) {
    return MakeStatus(Reason::kMalformed,
                      "find in " + db_->what() +
                          ": at most 20 rows are shown; ask for fewer");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const auto finder, Finder::Create(&keyring));
  TableSearch search(db_.get(), map_, keyring, find, *finder);
  bool has_index = false;
  for (const TableMap::Column& column : map_.columns) {
    for (const TableMap::IndexColumn& index : column.indexes) {
      if (index.rule != find.by) continue;
      has_index = true;
      PARCELVEIL_RETURN_IF_ERROR(search.Look(column, index.column));
    }
  }
  if (has_index) return search.End();
  return MakeStatus(Reason::kMalformed,
                    "find in " + db_->what() +
                        ": the table map has no such index; add it and run "
                        "`parcelveil wrap run`");
}

}  // namespace parcelveil
