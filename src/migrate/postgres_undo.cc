// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parcelveil/field.h"
#include "src/base/status.h"
#include "src/migrate/postgres_state.h"
#include "src/migrate/sql_name.h"
#include "src/migrate/wrap_state.h"

namespace parcelveil {
namespace {

using migrate::Quote;
using State = PostgresMigration::State;

constexpr absl::Duration kLockTimeout = absl::Seconds(3);

// Gives rows the texts of one column back that new programs wrote sealed only.
absl::Status RestoreColumn(const State& state, const Opener& opener,
                           const TableMap::Column& column) {
  const std::string key = Quote(state.map.record_id);
  const std::string text = Quote(column.name);
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement select,
      state.Prepare(absl::StrCat(
          "SELECT ", key, "::text, ",
          state.map.version.empty() ? "0" : Quote(state.map.version), ", ",
          Quote(column.sealed_column), " FROM ", state.sql.table(), " WHERE ",
          text, " IS NULL AND ", Quote(column.sealed_column),
          " IS NOT NULL FOR UPDATE LIMIT 1000")));
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement update,
      state.Prepare(
          absl::StrCat("UPDATE ", state.sql.table(), " SET ", text,
                       " = $2::text::", state.table.At(column.name).type,
                       " WHERE ", key, " = $1::", state.sql.key_type())));
  struct Found {
    std::string key;
    uint32_t version;
    std::string sealed;
  };
  std::vector<Found> found;
  do {
    found.clear();
    while (true) {
      PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
      if (!has_row) break;
      found.push_back({std::string(select.Bytes(0)),
                       static_cast<uint32_t>(select.Int(1)),
                       std::string(select.Bytes(2))});
    }
    for (const Found& row : found) {
      const std::string record_id = state.map.record_prefix + row.key;
      auto opened =
          opener.Open({column.slot, record_id, row.version}, row.sealed);
      if (!opened.ok()) {
        return Annotate(opened.status(),
                        absl::StrCat("undo ", state.Name(), ", row ", row.key));
      }
      update.BindText(0, row.key);
      opened->Use([&](std::string_view bytes) { update.BindText(1, bytes); });
      PARCELVEIL_RETURN_IF_ERROR(update.Run());
    }
  } while (!found.empty());
  return absl::OkStatus();
}

absl::Status RestoreTexts(const State& state, const Keyring& keyring) {
  PARCELVEIL_ASSIGN_OR_RETURN(const auto opener, Opener::Create(&keyring));
  for (const TableMap::Column& column : state.map.columns) {
    if (!state.table.Has(column.sealed_column)) continue;
    PARCELVEIL_RETURN_IF_ERROR(RestoreColumn(state, *opener, column));
  }
  return absl::OkStatus();
}

// Unless another table beside it is wrapped.
absl::Status DropStateTables(const State& state) {
  const std::string wrap = state.sql.Ours("parcelveil_wrap");
  PARCELVEIL_RETURN_IF_ERROR(
      state.Execute("LOCK TABLE " + wrap + " IN ACCESS EXCLUSIVE MODE"));
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t num_others,
                              state.Count("SELECT count(*) FROM " + wrap));
  if (num_others > 0) return absl::OkStatus();
  return state.Execute(absl::StrCat("DROP TABLE ", wrap, ", ",
                                    state.sql.Ours("parcelveil_range"), ", ",
                                    state.sql.Ours("parcelveil_unsealed"), ", ",
                                    state.sql.Ours("parcelveil_dirty")));
}

}  // namespace

absl::Status PostgresMigration::Undo(const Keyring& keyring) {
  PARCELVEIL_ASSIGN_OR_RETURN(const State::Wrap wrap, state_->Read());
  if (wrap.phase == MigrationPhase::kNotStarted) return absl::OkStatus();
  if (wrap.phase == MigrationPhase::kDropped ||
      wrap.phase == MigrationPhase::kFinished) {
    return MakeStatus(Reason::kWrongState,
                      "undo " + state_->Name() +
                          ": its plaintext columns are gone; restore the table "
                          "from a backup");
  }
  PARCELVEIL_RETURN_IF_ERROR(
      migrate::CheckSameMap("undo " + state_->Name(), wrap.map, state_->map));
  PARCELVEIL_RETURN_IF_ERROR(state_->ReadTable());
  return state_->Change(kLockTimeout, /*stop=*/nullptr, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(state_->Execute(
        "LOCK TABLE " + state_->sql.table() + " IN ACCESS EXCLUSIVE MODE"));
    std::vector<std::string> statements = state_->sql.DropTriggers();
    for (const std::string& sql : statements) {
      PARCELVEIL_RETURN_IF_ERROR(state_->Execute(sql));
    }
    PARCELVEIL_RETURN_IF_ERROR(RestoreTexts(*state_, keyring));
    statements = state_->sql.ForgetTable();
    statements.push_back(
        state_->sql.DropColumns(migrate::AddedColumns(state_->map)));
    statements.push_back(absl::StrCat("DELETE FROM ",
                                      state_->sql.Ours("parcelveil_wrap"),
                                      state_->sql.OfTable()));
    for (const std::string& sql : statements) {
      PARCELVEIL_RETURN_IF_ERROR(state_->Execute(sql));
    }
    return DropStateTables(*state_);
  });
}

}  // namespace parcelveil
