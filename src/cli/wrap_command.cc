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
#include "src/cli/row_count.h"
#include "src/cli/wrap_step.h"
#include "src/store/file/keyring_dir.h"

namespace parcelveil::cli {
namespace {

absl::Status Plan(const WrapFlags& flags, Session* session) {
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

absl::Status Run(const WrapFlags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      Wrapped wrapped,
      OpenTable(flags.table, SqliteDatabase::Access::kReadWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto keyring,
                              LoadKeyringAs(flags.table, Role::kConverter));
  const KeyringFlags& kr = flags.table.keyring;
  RunOptions options;
  options.batch_rows = flags.batch_rows;
  options.workers = flags.workers;
  options.rows_per_second = flags.rate;
  if (flags.max_lag > 0) options.max_lag = absl::Seconds(flags.max_lag);
  options.lock_timeout = absl::Seconds(flags.lock_timeout);
  if (flags.old_rows == "seal") options.old_rows = OldRows::kSeal;
  options.follow = flags.follow;
  options.stop = CatchStopSignals();
  if (flags.follow) {
    session->Note("Seals rows as they are written, until it is stopped.");
  }
  options.make_keys = KeyMakerOf(kr, session);
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

// nullopt for a table that is not wrapped yet.
absl::StatusOr<std::optional<KeyCounts>> CountKeys(const TableFlags& flags,
                                                   const Wrapped& wrapped) {
  auto table = IsPostgres(flags.db)
                   ? WrappedTable::OpenPostgres(flags.db, wrapped.map)
                   : WrappedTable::Open(wrapped.db.get(), wrapped.map);
  if (ReasonOf(table.status()) == Reason::kWrongState) return std::nullopt;
  PARCELVEIL_RETURN_IF_ERROR(table.status());
  return (*table)->CountKeys();
}

absl::Status Status(const WrapFlags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      Wrapped wrapped,
      OpenTable(flags.table, SqliteDatabase::Access::kReadOnly));
  if (flags.listed) return PrintListed(wrapped.migration.get(), session);
  PARCELVEIL_ASSIGN_OR_RETURN(const MigrationStatus status,
                              wrapped.migration->Status());
  PARCELVEIL_ASSIGN_OR_RETURN(const std::optional<KeyCounts> counts,
                              CountKeys(flags.table, wrapped));
  const std::string verified =
      status.verified.has_value()
          ? absl::FormatTime("%Y-%m-%dT%H:%M%Ez", *status.verified,
                             absl::LocalTimeZone())
          : "not since the last run";
  if (session->json) {
    JsonObject json;
    json.Add("table", wrapped.map.table)
        .Add("phase", Describe(status.phase))
        .Add("rows", status.num_rows)
        .Add("sealed", status.num_sealed)
        .Add("to_go", status.num_to_go)
        .Add("listed", status.num_listed)
        .Add("verified", status.verified.has_value());
    if (counts.has_value()) json.AddRaw("rows_left", KeysJson(*counts));
    session->Print(json.Take());
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
  if (counts.has_value() && !counts->rows_of_key.empty()) {
    absl::StrAppend(&text, "\nRows left per key\n", KeysText(*counts));
  }
  session->Print(text);
  return absl::OkStatus();
}

// The flags outlive the parse: the action runs after it.
CLI::App* AddStep(CLI::App* wrap, Session* session, const char* name,
                  const char* help, const std::shared_ptr<WrapFlags>& flags,
                  absl::Status (*step)(const WrapFlags&, Session*)) {
  CLI::App* command = wrap->add_subcommand(name, help);
  AddTableFlags(command, &flags->table);
  session->OnRun(command,
                 [flags, session, step] { return step(*flags, session); });
  return command;
}

void AddLockTimeout(CLI::App* command, WrapFlags* flags) {
  command
      ->add_option("--lock-timeout", flags->lock_timeout,
                   "PostgreSQL: how long others may have to wait behind a "
                   "change of the table")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.001, 3600.0))
      ->capture_default_str();
}

void AddRunFlags(CLI::App* run, WrapFlags* flags) {
  run->add_option("--old-rows", flags->old_rows,
                  "rows that no role may read any more: list them, or seal "
                  "them for STEWARD alone")
      ->check(CLI::IsMember({"list", "seal"}))
      ->capture_default_str();
  run->add_flag("--follow", flags->follow,
                "stay, and seal rows as they are written, until stopped");
  run->add_option("--batch", flags->batch_rows, "rows committed together")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  run->add_option("--workers", flags->workers,
                  "PostgreSQL: threads; other machines may run beside them")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  run->add_option("--rate", flags->rate,
                  "PostgreSQL: at most so many rows a second (0: any)")
      ->type_name("ROWS")
      ->check(CLI::NonNegativeNumber);
  run->add_option("--max-lag", flags->max_lag,
                  "PostgreSQL: wait while a standby is further behind")
      ->type_name("SECONDS")
      ->check(CLI::NonNegativeNumber);
  AddLockTimeout(run, flags);
}

}  // namespace

absl::StatusOr<Wrapped> OpenTable(const TableFlags& flags,
                                  SqliteDatabase::Access access) {
  Wrapped wrapped;
  PARCELVEIL_ASSIGN_OR_RETURN(wrapped.map, LoadTableMap(flags.map));
  if (IsPostgres(flags.db)) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        wrapped.migration,
        Migration::OpenPostgres(flags.db, wrapped.map, SystemClock()));
    return wrapped;
  }
  PARCELVEIL_ASSIGN_OR_RETURN(wrapped.db, OpenDatabase(flags, access));
  PARCELVEIL_ASSIGN_OR_RETURN(
      wrapped.migration,
      Migration::Open(wrapped.db.get(), wrapped.map, SystemClock()));
  return wrapped;
}

std::function<absl::Status(absl::CivilDay)> KeyMakerOf(
    const KeyringFlags& flags, Session* session) {
  if (access(store::KeyringDir(flags.keyring).SignerFile().c_str(), R_OK) !=
      0) {
    return nullptr;
  }
  return [&flags, session](absl::CivilDay since) {
    return MakeKeys(flags, since, session);
  };
}

std::string Rows(int64_t count) {
  return absl::StrCat(FormatCount(count), count == 1 ? " row" : " rows");
}

void AddWrapCommands(CLI::App* app, Session* session) {
  CLI::App* wrap = app->add_subcommand(
      "wrap", "move a table with plaintext columns over to sealed ones");
  wrap->require_subcommand(1);
  const auto flags = std::make_shared<WrapFlags>();
  AddStep(wrap, session, "plan",
          "say what wrapping the table will do; changes nothing", flags, Plan);
  AddRunFlags(AddStep(wrap, session, "run",
                      "seal every row beside its plaintext; stop it and run it "
                      "again at will",
                      flags, Run),
              flags.get());
  AddStep(wrap, session, "status", "how far the table has come", flags, Status)
      ->add_flag("--listed", flags->listed,
                 "the rows that could not be sealed, and why");
  AddStep(wrap, session, "verify",
          "open every row and compare it with the plaintext", flags, WrapVerify)
      ->add_option("--role", flags->role, "who opens (default: GATE)")
      ->type_name("NAME");
  CLI::App* finish =
      AddStep(wrap, session, "finish",
              "remove the plaintext; there is no way back", flags, WrapFinish);
  finish->add_flag("--yes", flags->yes, "do not ask");
  finish->add_flag("--dry-run", flags->dry_run,
                   "print the statements and change nothing");
  finish
      ->add_option("--rewrite", flags->rewrite,
                   "PostgreSQL: rewrite the table now (full), or leave its old "
                   "pages until later")
      ->check(CLI::IsMember({"full", "later"}))
      ->capture_default_str();
  AddLockTimeout(finish, flags.get());
  AddResealAndPrune(wrap, session);
  AddStep(wrap, session, "undo", "take away what runs added; not after finish",
          flags, WrapUndo)
      ->add_flag("--yes", flags->yes, "do not ask");
}

}  // namespace parcelveil::cli
