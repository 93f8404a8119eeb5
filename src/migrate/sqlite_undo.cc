// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "parcelveil/field.h"
#include "src/base/status.h"
#include "src/migrate/sqlite_state.h"

namespace parcelveil {
namespace {

using migrate::Quote;

constexpr int64_t kBatchRows = 1000;

struct SealedText {
  SqliteValue key;
  uint32_t version;
  std::string sealed;
};

absl::Status Refuse(const std::string& table, const std::string& why) {
  return MakeStatus(Reason::kWrongState, "undo " + table + ": " + why);
}

}  // namespace

// Gives rows the texts of one column back that new programs wrote sealed only.
absl::Status SqliteMigration::State::RestoreTexts(
    const Opener& opener, const TableMap::Column& column) const {
  const std::string key = Quote(map.record_id);
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement select,
      Prepare(absl::StrCat(
          "SELECT ", key, ", ", map.version.empty() ? "0" : Quote(map.version),
          ", ", Quote(column.sealed_column), " FROM ", sql.table(), " WHERE ",
          Quote(column.name), " IS NULL AND ", Quote(column.sealed_column),
          " IS NOT NULL LIMIT ", kBatchRows)));
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement update,
      Prepare(absl::StrCat("UPDATE ", sql.table(), " SET ", Quote(column.name),
                           " = ? WHERE ", key, " = ?")));
  std::vector<SealedText> found;
  do {
    found.clear();
    while (true) {
      PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
      if (!has_row) break;
      found.push_back({select.Value(0), static_cast<uint32_t>(select.Int(1)),
                       std::string(select.Bytes(2))});
    }
    select.Reset();
    for (const SealedText& row : found) {
      const std::string row_key = row.key.ToText();
      auto opened = opener.Open(
          {column.slot, map.record_prefix + row_key, row.version}, row.sealed);
      if (!opened.ok()) {
        return Annotate(opened.status(),
                        absl::StrCat("undo ", Name(), ", row ", row_key));
      }
      PARCELVEIL_RETURN_IF_ERROR(opened->Use([&](std::string_view text) {
        update.BindText(0, text);
        update.BindValue(1, row.key);
        return update.Run();
      }));
    }
  } while (!found.empty());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>>
SqliteMigration::State::UndoStatements() const {
  std::vector<std::string> statements;
  const auto added = migrate::AddedColumns(map);
  PARCELVEIL_ASSIGN_OR_RETURN(const auto mentions, Mentions(added));
  for (const MigrationPlan::Mention& mention : mentions) {
    if (mention.type == "view") {
      return Refuse(Name(), "the view " + Quote(mention.name) +
                                " reads column " + Quote(mention.column) +
                                "; drop or rewrite it first");
    }
    AddDrop(mention, &statements);
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const auto missing, MissingColumns());
  for (const std::string& column : added) {
    const bool is_there =
        std::find(missing.begin(), missing.end(), column) == missing.end();
    if (is_there) statements.push_back(sql.DropColumn(column));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const int64_t num_others,
      Count("SELECT COUNT(*) FROM parcelveil_wrap WHERE table_name <> " +
            migrate::QuoteText(map.table)));
  for (const char* ours : {"parcelveil_wrap", "parcelveil_unsealed",
                           "parcelveil_dirty", "parcelveil_sealed"}) {
    statements.push_back(num_others > 0
                             ? absl::StrCat("DELETE FROM ", ours, sql.OfTable())
                             : absl::StrCat("DROP TABLE ", ours));
  }
  return statements;
}

absl::Status SqliteMigration::Undo(const Keyring& keyring) {
  PARCELVEIL_ASSIGN_OR_RETURN(const auto opener, Opener::Create(&keyring));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      SqliteTransaction::Begin(state_->db,
                               SqliteTransaction::Kind::kExclusive));
  PARCELVEIL_ASSIGN_OR_RETURN(const migrate::WrapState wrap, state_->Read());
  if (wrap.phase == MigrationPhase::kNotStarted) return absl::OkStatus();
  if (wrap.phase == MigrationPhase::kDropped ||
      wrap.phase == MigrationPhase::kFinished) {
    return Refuse(state_->Name(),
                  "its plaintext columns are gone; restore the table from a "
                  "backup");
  }
  PARCELVEIL_RETURN_IF_ERROR(
      migrate::CheckSameMap("undo " + state_->Name(), wrap.map, state_->map));
  for (const std::string& drop : state_->sql.DropTriggers()) {
    PARCELVEIL_RETURN_IF_ERROR(state_->db->Execute(drop, state_->Name()));
  }
  for (const TableMap::Column& column : state_->map.columns) {
    PARCELVEIL_RETURN_IF_ERROR(state_->RestoreTexts(*opener, column));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const auto statements, state_->UndoStatements());
  for (const std::string& statement : statements) {
    PARCELVEIL_RETURN_IF_ERROR(state_->db->Execute(statement, state_->Name()));
  }
  return transaction->Commit();
}

}  // namespace parcelveil
