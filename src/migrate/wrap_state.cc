// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/wrap_state.h"

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/migrate/sqlite_text.h"

namespace parcelveil::migrate {
namespace {

// On disk: never rename.
constexpr const char* kFilling = "filling";
constexpr const char* kFilled = "filled";
constexpr const char* kDropped = "dropped";
constexpr const char* kFinished = "finished";

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
  std::string text = absl::StrCat(
      Quote(map.record_id), " prefix ", Quote(map.record_prefix), " outlet ",
      Quote(map.scope), " version ", Quote(map.version));
  for (const auto& column : map.columns) {
    absl::StrAppend(&text, " ", Quote(column.name), "=", ToInt(column.slot));
    for (const auto& index : column.indexes) {
      absl::StrAppend(&text, "+", static_cast<int>(index.rule));
    }
  }
  for (const auto& view : map.views) {
    absl::StrAppend(&text, " view ", ToInt(view.slot), "=",
                    static_cast<int>(view.preset));
  }
  return text;
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
