// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parcelveil/migrate.h"
#include "src/base/status.h"
#include "src/migrate/row.h"
#include "src/migrate/row_verify.h"
#include "src/migrate/sqlite_state.h"

namespace parcelveil {
namespace {

using migrate::HasWord;
using migrate::Quote;

absl::Status Refuse(const std::string& table, const std::string& why) {
  return MakeStatus(Reason::kWrongState, "finish " + table + ": " + why);
}

}  // namespace

void AddDrop(const MigrationPlan::Mention& mention,
             std::vector<std::string>* statements) {
  std::string drop = absl::StrCat("DROP ", absl::AsciiStrToUpper(mention.type),
                                  " ", Quote(mention.name));
  const bool is_new = std::find(statements->begin(), statements->end(), drop) ==
                      statements->end();
  if (is_new) statements->push_back(std::move(drop));
}

absl::StatusOr<std::vector<MigrationPlan::Mention>>
SqliteMigration::State::Mentions() const {
  std::vector<std::string> columns;
  for (const auto& column : map.columns) columns.push_back(column.name);
  return Mentions(columns);
}

absl::StatusOr<std::vector<MigrationPlan::Mention>>
SqliteMigration::State::Mentions(
    const std::vector<std::string>& columns) const {
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement select,
      Prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type "
              "IN ('index', 'trigger', 'view') AND sql IS NOT NULL ORDER BY "
              "type, name"));
  std::vector<MigrationPlan::Mention> mentions;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return mentions;
    const std::string name(select.Bytes(1));
    const std::string text(select.Bytes(3));
    const std::string of(select.Bytes(2));
    const bool is_about =
        absl::EqualsIgnoreCase(of, map.table) || HasWord(text, map.table);
    if (!is_about || sql.IsOurTrigger(name)) continue;
    for (const std::string& column : columns) {
      if (!HasWord(text, column)) continue;
      mentions.push_back({std::string(select.Bytes(0)), name, column});
    }
  }
}

absl::StatusOr<std::vector<std::string>>
SqliteMigration::State::DropStatements() const {
  std::vector<std::string> statements = sql.DropTriggers();
  PARCELVEIL_ASSIGN_OR_RETURN(const auto mentions, Mentions());
  for (const MigrationPlan::Mention& mention : mentions) {
    // CheckFinish refuses views.
    if (mention.type != "view") AddDrop(mention, &statements);
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const auto columns, PlaintextColumns());
  for (const std::string& column : columns) {
    statements.push_back(sql.DropColumn(column));
  }
  return statements;
}

absl::Status SqliteMigration::State::CheckFinish() const {
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, Read());
  switch (wrap.phase) {
    case MigrationPhase::kNotStarted:
      return Refuse(Name(), "nothing is sealed yet; run `parcelveil wrap run`");
    case MigrationPhase::kFilling:
      return Refuse(Name(),
                    "not every row is sealed yet; run `parcelveil wrap run` to "
                    "its end");
    case MigrationPhase::kDropped:
    case MigrationPhase::kFinished:
      return absl::OkStatus();
    case MigrationPhase::kFilled:
      break;
  }
  PARCELVEIL_RETURN_IF_ERROR(
      migrate::CheckSameMap("finish " + Name(), wrap.map, map));
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t num_listed, CountListed());
  if (num_listed > 0) {
    return Refuse(Name(), std::to_string(num_listed) +
                              " rows could not be sealed; see `parcelveil wrap "
                              "status --listed`, correct or delete them, then "
                              "run `wrap run` and `wrap verify`");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t num_to_go, CountToGo(wrap));
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t num_plain,
                              Count(sql.CountUnsealed()));
  if (num_to_go > 0 || num_plain > 0) {
    return Refuse(Name(), std::to_string(std::max(num_to_go, num_plain)) +
                              " rows were written and are not sealed yet; run "
                              "`parcelveil wrap run`");
  }
  if (!wrap.verified.has_value()) {
    return Refuse(Name(),
                  "not all of it was verified since it was filled; run "
                  "`parcelveil wrap verify`");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const auto mentions, Mentions());
  for (const MigrationPlan::Mention& mention : mentions) {
    if (mention.type != "view") continue;
    return Refuse(Name(), "the view " + Quote(mention.name) + " reads column " +
                              Quote(mention.column) +
                              "; drop or rewrite it first");
  }
  return absl::OkStatus();
}

// Only the rows that are marked: there are few of them.
absl::Status SqliteMigration::State::VerifySealedSince(
    const Keyring* keyring) const {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const int64_t num_sealed,
      Count("SELECT COUNT(*) FROM parcelveil_sealed" + sql.OfTable()));
  if (num_sealed == 0) return absl::OkStatus();
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto check,
      migrate::SinceCheck::Create(Name(), map, keyring, num_sealed));
  PARCELVEIL_ASSIGN_OR_RETURN(SqliteStatement select,
                              Prepare(sql.SelectSealedSince()));
  migrate::Row row;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return check->End();
    migrate::ReadRow(select, map, check->row_day(), &row);
    PARCELVEIL_RETURN_IF_ERROR(check->Take(row));
  }
}

absl::Status SqliteMigration::State::DropPlaintext(
    const Keyring* keyring) const {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      SqliteTransaction::Begin(db, SqliteTransaction::Kind::kExclusive));
  // Once more, now that nobody else writes.
  PARCELVEIL_RETURN_IF_ERROR(CheckFinish());
  PARCELVEIL_ASSIGN_OR_RETURN(migrate::WrapState wrap, Read());
  if (wrap.phase != MigrationPhase::kFilled) return absl::OkStatus();
  PARCELVEIL_RETURN_IF_ERROR(VerifySealedSince(keyring));
  PARCELVEIL_ASSIGN_OR_RETURN(auto statements, DropStatements());
  for (const char* ours :
       {"parcelveil_unsealed", "parcelveil_dirty", "parcelveil_sealed"}) {
    statements.push_back(absl::StrCat("DELETE FROM ", ours, sql.OfTable()));
  }
  for (const std::string& statement : statements) {
    PARCELVEIL_RETURN_IF_ERROR(db->Execute(statement, Name()));
  }
  wrap.phase = MigrationPhase::kDropped;
  PARCELVEIL_RETURN_IF_ERROR(Write(wrap));
  return transaction->Commit();
}

absl::Status SqliteMigration::State::CleanFiles() const {
  const auto checkpoint = [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const int64_t is_busy,
                                Count("PRAGMA wal_checkpoint(TRUNCATE)"));
    if (is_busy == 0) return absl::OkStatus();
    return MakeStatus(Reason::kUnavailable,
                      "finish " + Name() +
                          ": somebody else has the database open, and its -wal "
                          "file still holds plaintext; close it there, then "
                          "run the same command again");
  };
  PARCELVEIL_RETURN_IF_ERROR(checkpoint());
  // What it sorts aside holds no plaintext any more, and may be large.
  PARCELVEIL_RETURN_IF_ERROR(
      db->Execute("PRAGMA temp_store = FILE; VACUUM", Name()));
  return checkpoint();
}

absl::Status SqliteMigration::CheckFinish() { return state_->CheckFinish(); }

absl::StatusOr<std::vector<std::string>> SqliteMigration::FinishStatements() {
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, state_->Read());
  std::vector<std::string> statements = {"PRAGMA secure_delete = ON"};
  if (wrap.phase == MigrationPhase::kFinished)
    return std::vector<std::string>();
  if (wrap.phase != MigrationPhase::kDropped) {
    PARCELVEIL_ASSIGN_OR_RETURN(const auto drops, state_->DropStatements());
    statements.insert(statements.end(), drops.begin(), drops.end());
  }
  for (const char* clean : {"PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM",
                            "PRAGMA wal_checkpoint(TRUNCATE)"}) {
    statements.push_back(clean);
  }
  return statements;
}

absl::StatusOr<FinishResult> SqliteMigration::Finish(
    const FinishOptions& options) {
  PARCELVEIL_RETURN_IF_ERROR(CheckFinish());
  PARCELVEIL_ASSIGN_OR_RETURN(migrate::WrapState wrap, state_->Read());
  if (wrap.phase == MigrationPhase::kFinished) return FinishResult();
  PARCELVEIL_RETURN_IF_ERROR(state_->OverwriteDeleted());
  PARCELVEIL_RETURN_IF_ERROR(state_->DropPlaintext(options.keyring));
  PARCELVEIL_RETURN_IF_ERROR(state_->CleanFiles());
  PARCELVEIL_ASSIGN_OR_RETURN(wrap, state_->Read());
  wrap.phase = MigrationPhase::kFinished;
  PARCELVEIL_RETURN_IF_ERROR(state_->Write(wrap));
  return FinishResult();
}

absl::Status SqliteMigration::State::OverwriteDeleted() const {
  PARCELVEIL_RETURN_IF_ERROR(db->Execute("PRAGMA secure_delete = ON", Name()));
  PARCELVEIL_ASSIGN_OR_RETURN(SqliteStatement mode,
                              Prepare("PRAGMA journal_mode"));
  PARCELVEIL_RETURN_IF_ERROR(mode.Step().status());
  if (mode.Bytes(0) == "wal") return absl::OkStatus();
  mode.Reset();
  // A journal that is kept would keep the old pages.
  return db->Execute("PRAGMA journal_mode = DELETE", Name());
}

}  // namespace parcelveil
