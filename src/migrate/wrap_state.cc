// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/wrap_state.h"

#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "src/base/status.h"
#include "src/migrate/sqlite_text.h"

namespace parcelveil::migrate {
namespace {

// On disk: never rename.
constexpr const char* kFilling = "filling";
constexpr const char* kFilled = "filled";
constexpr const char* kDropped = "dropped";
constexpr const char* kFinished = "finished";

// On one line, whatever the name is.
std::string Named(const std::string& name) {
  return absl::StrCat("'", absl::Utf8SafeCEscape(name), "'");
}

}  // namespace

std::string_view PhaseName(MigrationPhase phase) {
  switch (phase) {
    case MigrationPhase::kNotStarted:
    case MigrationPhase::kFilling:
      return kFilling;
    case MigrationPhase::kFilled:
      return kFilled;
    case MigrationPhase::kDropped:
      return kDropped;
    case MigrationPhase::kFinished:
      return kFinished;
  }
  return kFilling;
}

absl::StatusOr<MigrationPhase> ParsePhase(std::string_view name) {
  for (MigrationPhase phase :
       {MigrationPhase::kFilling, MigrationPhase::kFilled,
        MigrationPhase::kDropped, MigrationPhase::kFinished}) {
    if (name == PhaseName(phase)) return phase;
  }
  return absl::DataLossError(
      "read table parcelveil_wrap: unknown phase; a newer parcelveil may have "
      "written it, use that one");
}

std::string MapFingerprint(const TableMap& map) {
  std::string text =
      absl::StrCat("row key ", Named(map.record_id), " with prefix ",
                   Named(map.record_prefix), ", outlet ", Named(map.scope),
                   ", version ", Named(map.version));
  for (const auto& column : map.columns) {
    absl::StrAppend(&text, "\ncolumn ", Named(column.name), ", slot ",
                    ToInt(column.slot));
    for (const auto& index : column.indexes) {
      absl::StrAppend(&text, "\nindex ", static_cast<int>(index.rule),
                      " of column ", Named(column.name));
    }
  }
  for (const auto& view : map.views) {
    absl::StrAppend(&text, "\nview ", ToInt(view.slot), ", preset ",
                    static_cast<int>(view.preset));
  }
  return text;
}

absl::StatusOr<bool> IsExtended(const std::string& what,
                                const std::string& before,
                                const TableMap& map) {
  const std::string text = MapFingerprint(map);
  if (text == before) return false;
  const std::set<std::string> now = absl::StrSplit(text, '\n');
  const std::set<std::string> then = absl::StrSplit(before, '\n');
  for (const std::string& part : then) {
    if (now.count(part) > 0) continue;
    return MakeStatus(
        Reason::kWrongState,
        absl::StrCat(what, ": an earlier run used another table map, with \"",
                     part,
                     "\"; put that back, or take away what runs added with "
                     "`parcelveil wrap undo` and the earlier map"));
  }
  return now.size() > then.size();  // else in another order
}

absl::Status CheckSameMap(const std::string& what, const std::string& before,
                          const TableMap& map) {
  PARCELVEIL_ASSIGN_OR_RETURN(const bool is_extended,
                              IsExtended(what, before, map));
  if (!is_extended) return absl::OkStatus();
  return MakeStatus(Reason::kWrongState,
                    what +
                        ": the table map says more than the last run's; run "
                        "`parcelveil wrap run` first");
}

absl::StatusOr<WrapState> ReadState(SqliteDatabase* db,
                                    const std::string& table) {
  const std::string what = "read table parcelveil_wrap";
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement exists,
      db->Prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = "
                  "'parcelveil_wrap'",
                  what));
  WrapState state;
  PARCELVEIL_ASSIGN_OR_RETURN(const bool has_table, exists.Step());
  if (!has_table) return state;
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement select,
      db->Prepare("SELECT phase, map, last_key, verified_ms, num_batches FROM "
                  "parcelveil_wrap WHERE table_name = ?",
                  what));
  select.BindText(0, table);
  PARCELVEIL_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) return state;
  PARCELVEIL_ASSIGN_OR_RETURN(state.phase, ParsePhase(select.Bytes(0)));
  state.map = std::string(select.Bytes(1));
  state.last_key = select.Value(2);
  if (!select.IsNull(3)) state.verified = absl::FromUnixMillis(select.Int(3));
  state.num_batches = select.Int(4);
  return state;
}

absl::Status WriteState(SqliteDatabase* db, const std::string& table,
                        const WrapState& state) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement replace,
      db->Prepare("INSERT OR REPLACE INTO parcelveil_wrap (table_name, map, "
                  "phase, last_key, verified_ms, num_batches) VALUES (?, ?, ?, "
                  "?, ?, ?)",
                  "write table parcelveil_wrap"));
  replace.BindText(0, table);
  replace.BindText(1, state.map);
  replace.BindText(2, PhaseName(state.phase));
  replace.BindValue(3, state.last_key);
  if (state.verified.has_value()) {
    replace.BindInt(4, absl::ToUnixMillis(*state.verified));
  } else {
    replace.BindNull(4);
  }
  replace.BindInt(5, state.num_batches);
  return replace.Run();
}

}  // namespace parcelveil::migrate
