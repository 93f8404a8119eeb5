// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/migrate/postgres_state.h"
#include "src/migrate/sql_name.h"
#include "src/migrate/wrap_state.h"

namespace parcelveil {
namespace {

absl::Status Refuse(const std::string& table, const std::string& why) {
  return MakeStatus(Reason::kWrongState, "finish " + table + ": " + why);
}

// Dropping a column would have to drop it, too.
bool KeepsColumn(const MigrationPlan::Mention& mention) {
  return mention.column != "*" &&
         (mention.type == "view" || mention.type == "policy" ||
          mention.type == "publication" || mention.type == "generated column");
}

}  // namespace

absl::Status PostgresMigration::State::CheckFinish() const {
  PARCELVEIL_ASSIGN_OR_RETURN(const Wrap wrap, Read());
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
  PARCELVEIL_ASSIGN_OR_RETURN(
      const int64_t num_listed,
      Count("SELECT count(*) FROM " + sql.Ours("parcelveil_unsealed") +
            sql.OfTable()));
  if (num_listed > 0) {
    return Refuse(Name(), absl::StrCat(num_listed,
                                       " rows could not be sealed; see "
                                       "`parcelveil wrap status --listed`, "
                                       "correct or delete them, then run `wrap "
                                       "run` and `wrap verify`"));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const int64_t num_to_go,
                              CountMarks(migrate::kMarksToSeal));
  PARCELVEIL_ASSIGN_OR_RETURN(PostgresStatement count,
                              Prepare(sql.CountRows()));
  PARCELVEIL_RETURN_IF_ERROR(count.Step().status());
  const int64_t num_plain = count.Int(1);
  if (num_to_go > 0 || num_plain > 0) {
    return Refuse(Name(), absl::StrCat(std::max(num_to_go, num_plain),
                                       " rows were written and are not sealed "
                                       "yet; run `parcelveil wrap run`"));
  }
  if (!wrap.verified.has_value()) {
    return Refuse(Name(),
                  "not all of it was verified since it was filled; run "
                  "`parcelveil wrap verify`");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const auto mentions, Mentions());
  for (const MigrationPlan::Mention& mention : mentions) {
    if (!KeepsColumn(mention)) continue;
    return Refuse(Name(),
                  absl::StrCat("the ", mention.type, " ", mention.name,
                               " reads column ", migrate::Quote(mention.column),
                               "; drop or rewrite it first"));
  }
  return absl::OkStatus();
}

absl::Status PostgresMigration::State::DropPlaintext(
    const FinishOptions& options) {
  PARCELVEIL_RETURN_IF_ERROR(ReadTable());
  return Change(options.lock_timeout, /*stop=*/nullptr, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(
        Execute("LOCK TABLE " + sql.table() + " IN ACCESS EXCLUSIVE MODE"));
    // Once more, now that nobody else writes.
    PARCELVEIL_RETURN_IF_ERROR(CheckFinish());
    PARCELVEIL_ASSIGN_OR_RETURN(const Wrap wrap, Read());
    if (wrap.phase != MigrationPhase::kFilled) return absl::OkStatus();
    PARCELVEIL_RETURN_IF_ERROR(VerifySealedSince(options));
    PARCELVEIL_ASSIGN_OR_RETURN(const auto statements, DropStatements());
    for (const std::string& statement : statements) {
      PARCELVEIL_RETURN_IF_ERROR(Execute(statement));
    }
    for (const std::string& statement : sql.ForgetTable()) {
      PARCELVEIL_RETURN_IF_ERROR(Execute(statement));
    }
    return SetPhase(MigrationPhase::kDropped);
  });
}

absl::Status PostgresMigration::State::Rewrite() const {
  for (const auto& part : table.parts) {
    if (!part.is_leaf) continue;
    PARCELVEIL_RETURN_IF_ERROR(Execute("VACUUM (FULL, ANALYZE) " + part.sql));
  }
  // The planner's statistics held the commonest texts. Left out, with a notice
  // only, for whoever is not a superuser.
  PARCELVEIL_RETURN_IF_ERROR(
      Execute("VACUUM FULL pg_catalog.pg_statistic, "
              "pg_catalog.pg_statistic_ext_data"));
  // Our own tables held row keys only.
  return SetPhase(MigrationPhase::kFinished);
}

absl::Status PostgresMigration::CheckFinish() { return state_->CheckFinish(); }

absl::StatusOr<std::vector<std::string>> PostgresMigration::FinishStatements() {
  PARCELVEIL_ASSIGN_OR_RETURN(const State::Wrap wrap, state_->Read());
  PARCELVEIL_RETURN_IF_ERROR(state_->ReadTable());
  std::vector<std::string> statements;
  if (wrap.phase == MigrationPhase::kFinished) return statements;
  if (wrap.phase != MigrationPhase::kDropped) {
    PARCELVEIL_ASSIGN_OR_RETURN(statements, state_->DropStatements());
  }
  for (const auto& part : state_->table.parts) {
    if (!part.is_leaf) continue;
    statements.push_back("VACUUM (FULL, ANALYZE) " + part.sql);
  }
  return statements;
}

absl::StatusOr<FinishResult> PostgresMigration::Finish(
    const FinishOptions& options) {
  PARCELVEIL_RETURN_IF_ERROR(CheckFinish());
  PARCELVEIL_ASSIGN_OR_RETURN(State::Wrap wrap, state_->Read());
  FinishResult result;
  if (wrap.phase == MigrationPhase::kFinished) return result;
  if (wrap.phase != MigrationPhase::kDropped) {
    PARCELVEIL_RETURN_IF_ERROR(state_->DropPlaintext(options));
  }
  if (options.rewrite) PARCELVEIL_RETURN_IF_ERROR(state_->Rewrite());
  PARCELVEIL_ASSIGN_OR_RETURN(result.remains, state_->Remains(options.rewrite));
  return result;
}

}  // namespace parcelveil
