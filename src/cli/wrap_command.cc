// SPDX-License-Identifier: Apache-2.0

#include "src/cli/wrap_command.h"

#include <unistd.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "parcelveil/file.h"
#include "src/base/status.h"
#include "src/cli/json.h"
#include "src/cli/keyring_signer.h"
#include "src/cli/progress.h"
#include "src/cli/table_flags.h"
#include "src/store/file/keyring_dir.h"

namespace parcelveil::cli {
namespace {

struct Flags {
  TableFlags table;
  int64_t batch_rows = RunOptions().batch_rows;
  std::string role;
  bool listed = false;
  bool yes = false;
  bool dry_run = false;
};

// A table that was opened, ready for a step.
struct Wrapped {
  TableMap map;
  std::unique_ptr<SqliteDatabase> db;
  std::unique_ptr<Migration> migration;
};

absl::StatusOr<Wrapped> OpenTable(const TableFlags& flags,
                                  SqliteDatabase::Access access) {
  Wrapped wrapped;
  PARCELVEIL_ASSIGN_OR_RETURN(wrapped.map, LoadTableMap(flags.map));
  PARCELVEIL_ASSIGN_OR_RETURN(wrapped.db, OpenDatabase(flags, access));
  PARCELVEIL_ASSIGN_OR_RETURN(
      wrapped.migration,
      Migration::Open(wrapped.db.get(), wrapped.map, SystemClock()));
  return wrapped;
}

std::string Rows(int64_t count) {
  return absl::StrCat(FormatCount(count), count == 1 ? " row" : " rows");
}

absl::Status Plan(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      Wrapped wrapped,
      OpenTable(flags.table, SqliteDatabase::Access::kReadOnly));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto keyring,
                              LoadKeyringAs(flags.table, Role::kConverter));
  PARCELVEIL_ASSIGN_OR_RETURN(const MigrationPlan plan,
                              wrapped.migration->Plan(*keyring));
  session->Print(session->json ? PlanJson(wrapped.map, plan)
                               : PlanText(wrapped.map, plan));
  return absl::OkStatus();
}

// Makes and publishes keys for past days, as `keyring maintain --since` does.
absl::Status MakeKeys(const KeyringFlags& flags, absl::CivilDay since,
                      Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const auto signer, KeyringSigner::Open(flags));
  PARCELVEIL_RETURN_IF_ERROR(
      signer->editor().Backfill(EpochOf(since)).status());
  PARCELVEIL_RETURN_IF_ERROR(signer->Publish().status());
  session->Note("Made keys for the past days from " +
                absl::FormatCivilTime(since) + " on; copy " +
                signer->dir().KeyringFile(Scope::kNational) +
                " to where it is used.");
  return absl::OkStatus();
}

void PrintRun(const TableMap& map, const RunResult& result,
              const MigrationStatus& status, const Progress& progress,
              Session* session) {
  if (session->json) {
    session->Print(JsonObject()
                       .Add("table", map.table)
                       .Add("sealed", result.num_sealed)
                       .Add("listed", result.num_listed)
                       .Add("to_go", status.num_to_go)
                       .Add("stopped", result.was_stopped)
                       .Take());
    return;
  }
  const bool is_idle = result.num_sealed == 0 && result.num_listed == 0;
  session->Print(is_idle && !result.was_stopped
                     ? absl::StrCat("Nothing to do in table ", map.table, ": ",
                                    FormatCount(status.num_sealed), " of ",
                                    Rows(status.num_rows), " are sealed.")
                     : absl::StrCat("Sealed ", Rows(result.num_sealed),
                                    " of table ", map.table, ", ",
                                    progress.Rate(result.num_sealed), "."));
  if (status.num_listed > 0) {
    session->Print(absl::StrCat(
        Rows(status.num_listed),
        " could not be sealed and stay as they were; see `parcelveil wrap "
        "status --listed`."));
  }
}

absl::Status Run(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      Wrapped wrapped,
      OpenTable(flags.table, SqliteDatabase::Access::kReadWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto keyring,
                              LoadKeyringAs(flags.table, Role::kConverter));
  const KeyringFlags& kr = flags.table.keyring;
  RunOptions options;
  options.batch_rows = flags.batch_rows;
  options.stop = CatchStopSignals();
  if (access(store::KeyringDir(kr.keyring).SignerFile().c_str(), R_OK) == 0) {
    options.make_keys = [&kr, session](absl::CivilDay since) {
      return MakeKeys(kr, since, session);
    };
  }
  RunResult result;
  Progress progress("sealed");
  options.progress = [&](int64_t done, int64_t total) {
    progress.Show(done, total);
  };
  PARCELVEIL_ASSIGN_OR_RETURN(result,
                              wrapped.migration->Run(*keyring, options));
  PARCELVEIL_ASSIGN_OR_RETURN(const MigrationStatus status,
                              wrapped.migration->Status());
  PrintRun(wrapped.map, result, status, progress, session);
  if (!result.was_stopped) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "wrap table \"", wrapped.map.table, "\": stopped, ",
      Rows(status.num_to_go), " to go; run the same command again to go on"));
}

absl::Status PrintListed(Migration* migration, Session* session) {
  return migration->ForEachListed([session](const UnsealedRow& row) {
    session->Print(session->json
                       ? JsonObject()
                             .Add("row", row.row_key)
                             .Add("column", row.column)
                             .Add("reason", row.reason)
                             .Take()
                       : absl::StrCat("row ", row.row_key, ", column ",
                                      row.column, ": ", row.reason));
  });
}

absl::Status Status(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      Wrapped wrapped,
      OpenTable(flags.table, SqliteDatabase::Access::kReadOnly));
  if (flags.listed) return PrintListed(wrapped.migration.get(), session);
  PARCELVEIL_ASSIGN_OR_RETURN(const MigrationStatus status,
                              wrapped.migration->Status());
  const std::string verified =
      status.verified.has_value()
          ? absl::FormatTime("%Y-%m-%dT%H:%M%Ez", *status.verified,
                             absl::LocalTimeZone())
          : "not since the last run";
  if (session->json) {
    session->Print(JsonObject()
                       .Add("table", wrapped.map.table)
                       .Add("phase", Describe(status.phase))
                       .Add("rows", status.num_rows)
                       .Add("sealed", status.num_sealed)
                       .Add("to_go", status.num_to_go)
                       .Add("listed", status.num_listed)
                       .Add("verified", status.verified.has_value())
                       .Take());
    return absl::OkStatus();
  }
  std::string text = absl::StrCat(
      "Table ", wrapped.map.table, ": ", std::string(Describe(status.phase)),
      "\n  rows:      ", FormatCount(status.num_rows),
      "\n  sealed:    ", FormatCount(status.num_sealed),
      "\n  to go:     ", FormatCount(status.num_to_go),
      "\n  listed:    ", FormatCount(status.num_listed));
  if (status.phase == MigrationPhase::kFilling ||
      status.phase == MigrationPhase::kFilled) {
    absl::StrAppend(&text, "\n  verified:  ", verified);
  }
  session->Print(text);
  return absl::OkStatus();
}

void PrintVerify(const TableMap& map, const std::string& role,
                 const VerifyResult& result, Session* session) {
  if (session->json) {
    session->Print(JsonObject()
                       .Add("table", map.table)
                       .Add("rows", result.num_rows)
                       .Add("fields", result.num_fields)
                       .Add("views", result.num_views)
                       .Add("indexes", result.num_indexes)
                       .Add("listed", result.num_listed)
                       .Add("to_go", result.num_to_go)
                       .Add("closed", result.num_closed)
                       .Add("mismatches", result.num_mismatches)
                       .Add("counts", result.counts)
                       .Take());
    return;
  }
  for (const VerifyResult::Mismatch& mismatch : result.mismatches) {
    session->Print(absl::StrCat("row ", mismatch.row_key, ", column ",
                                mismatch.column, ": ", mismatch.what));
  }
  session->Print(
      absl::StrCat("Opened ", FormatCount(result.num_fields), " fields and ",
                   FormatCount(result.num_views), " views of ",
                   Rows(result.num_rows), " as ", role, " and computed ",
                   FormatCount(result.num_indexes), " look-up values again: ",
                   result.num_mismatches == 0
                       ? std::string("all of them agree with the plaintext.")
                       : absl::StrCat(FormatCount(result.num_mismatches),
                                      " do not agree.")));
  if (result.counts) {
    session->Print(
        "This was all of it: `parcelveil wrap finish` may remove the "
        "plaintext.");
  }
  if (result.num_listed > 0) {
    session->Print(absl::StrCat(Rows(result.num_listed),
                                " could not be sealed; see `parcelveil wrap "
                                "status --listed`."));
  }
}

absl::Status JudgeVerify(const TableMap& map, const std::string& role,
                         const VerifyResult& result) {
  const std::string what = absl::StrCat("verify table \"", map.table, "\": ");
  if (result.num_mismatches > 0) {
    return absl::DataLossError(
        absl::StrCat(what, FormatCount(result.num_mismatches),
                     " sealed values are not what the plaintext says; do not "
                     "finish, find out who wrote them"));
  }
  if (result.was_stopped) {
    return absl::UnavailableError(
        absl::StrCat(what, "stopped after ", Rows(result.num_rows),
                     "; it starts from the beginning when run again"));
  }
  if (result.num_closed > 0) {
    return MakeStatus(
        Reason::kForbidden,
        absl::StrCat(what, role, " may not open ", Rows(result.num_closed),
                     " any more; verify with --role CONVERTER in the days "
                     "after the run"));
  }
  if (result.num_to_go > 0 || !result.counts) {
    return MakeStatus(Reason::kWrongState,
                      absl::StrCat(what, Rows(result.num_to_go),
                                   " were written meanwhile or are still to "
                                   "go; run `parcelveil wrap run`, then verify "
                                   "again"));
  }
  return absl::OkStatus();
}

absl::Status Verify(const Flags& flags, Session* session) {
  Role role = Role::kGate;
  if (!flags.role.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(role, ParseRole(flags.role));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      Wrapped wrapped,
      OpenTable(flags.table, SqliteDatabase::Access::kReadWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto keyring,
                              LoadKeyringAs(flags.table, role));
  VerifyOptions options;
  options.stop = CatchStopSignals();
  VerifyResult result;
  {
    Progress progress("verified");
    options.progress = [&](int64_t done, int64_t total) {
      progress.Show(done, total);
    };
    PARCELVEIL_ASSIGN_OR_RETURN(result,
                                wrapped.migration->Verify(*keyring, options));
  }
  PrintVerify(wrapped.map, NameOf(role), result, session);
  return JudgeVerify(wrapped.map, NameOf(role), result);
}

constexpr char kStillThere[] =
    R"(What may still hold old bytes, and is not in reach of this command:
  - backups and copies of the database, snapshots of the disk, replicas;
  - other tables that hold the same values, and logs of your programs;
  - blocks of the disk that the file gave up, and worn cells of an SSD:
    the disk's own encryption or erasure is what helps there.)";

absl::Status Finish(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      Wrapped wrapped,
      OpenTable(flags.table, SqliteDatabase::Access::kReadWrite));
  PARCELVEIL_RETURN_IF_ERROR(wrapped.migration->CheckFinish());
  PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<std::string> statements,
                              wrapped.migration->FinishStatements());
  if (flags.dry_run) {
    JsonList list;
    for (const std::string& statement : statements) {
      if (!session->json) session->Print(statement + ";");
      list.Add(statement);
    }
    if (session->json) {
      session->Print(JsonObject().AddRaw("statements", list.Take()).Take());
    }
    return absl::OkStatus();
  }
  if (statements.empty()) {
    session->Print("Nothing to do: table " + wrapped.map.table +
                   " holds no plaintext.");
    return absl::OkStatus();
  }
  PARCELVEIL_RETURN_IF_ERROR(session->Confirm(
      "This removes the plaintext of table " + wrapped.map.table +
          " for good; only the keyring opens its fields after that.",
      flags.yes));
  PARCELVEIL_RETURN_IF_ERROR(wrapped.migration->Finish());
  if (session->json) {
    session->Print(JsonObject()
                       .Add("table", wrapped.map.table)
                       .Add("finished", true)
                       .Take());
    return absl::OkStatus();
  }
  session->Print("Removed the plaintext of table " + wrapped.map.table +
                 " from the database, its journal and its free pages.");
  session->Print(kStillThere);
  return absl::OkStatus();
}

// The flags outlive the parse: the action runs after it.
CLI::App* AddStep(CLI::App* wrap, Session* session, const char* name,
                  const char* help, const std::shared_ptr<Flags>& flags,
                  absl::Status (*step)(const Flags&, Session*)) {
  CLI::App* command = wrap->add_subcommand(name, help);
  AddTableFlags(command, &flags->table);
  session->OnRun(command,
                 [flags, session, step] { return step(*flags, session); });
  return command;
}

}  // namespace

void AddWrapCommands(CLI::App* app, Session* session) {
  CLI::App* wrap = app->add_subcommand(
      "wrap", "move a table with plaintext columns over to sealed ones");
  wrap->require_subcommand(1);
  const auto flags = std::make_shared<Flags>();
  AddStep(wrap, session, "plan",
          "say what wrapping the table will do; changes nothing", flags, Plan);
  AddStep(wrap, session, "run",
          "seal every row beside its plaintext; stop it and run it again at "
          "will",
          flags, Run)
      ->add_option("--batch", flags->batch_rows, "rows committed together")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  AddStep(wrap, session, "status", "how far the table has come", flags, Status)
      ->add_flag("--listed", flags->listed,
                 "the rows that could not be sealed, and why");
  AddStep(wrap, session, "verify",
          "open every row and compare it with the plaintext", flags, Verify)
      ->add_option("--role", flags->role, "who opens (default: GATE)")
      ->type_name("NAME");
  CLI::App* finish =
      AddStep(wrap, session, "finish",
              "remove the plaintext; there is no way back", flags, Finish);
  finish->add_flag("--yes", flags->yes, "do not ask");
  finish->add_flag("--dry-run", flags->dry_run,
                   "print the statements and change nothing");
}

}  // namespace parcelveil::cli
