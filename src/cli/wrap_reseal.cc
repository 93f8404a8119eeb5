// SPDX-License-Identifier: Apache-2.0
// parcelveil wrap reseal, wrap prune

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "src/base/status.h"
#include "src/cli/json.h"
#include "src/cli/keyring_signer.h"
#include "src/cli/keyring_view.h"
#include "src/cli/opened_table.h"
#include "src/cli/progress.h"
#include "src/cli/row_count.h"
#include "src/cli/wrap_step.h"
#include "src/store/file/keyring_dir.h"

namespace parcelveil::cli {
namespace {

// "2026-11-24.0": a day and a generation.
absl::StatusOr<ResealOptions::FromKey> ParseKey(const std::string& text) {
  const size_t dot = text.rfind('.');
  uint32_t gen = 0;
  if (dot == std::string::npos ||
      !absl::SimpleAtoi(text.substr(dot + 1), &gen) || gen > UINT8_MAX) {
    return UsageError("\"" + text +
                      "\" is no key; `wrap status` lists those that rows need "
                      "(2026-11-24.0)");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const Epoch day, ParseDay(text.substr(0, dot)));
  return ResealOptions::FromKey{DayOf(day), static_cast<uint8_t>(gen)};
}

std::string ResultJson(const TableMap& map, const ResealResult& result,
                       const KeyCounts& counts) {
  JsonList closed;
  for (const ResealResult::Closed& row : result.closed) {
    closed.AddRaw(
        JsonObject().Add("row", row.row_key).Add("reason", row.reason).Take());
  }
  return JsonObject()
      .Add("table", map.table)
      .Add("resealed", result.num_resealed)
      .Add("moved", result.num_moved)
      .Add("signed_off", result.num_signed_off)
      .Add("without_key", result.num_keyless)
      .Add("closed", result.num_closed)
      .AddRaw("closed_examples", closed.Take())
      .Add("stopped", result.was_stopped)
      .AddRaw("rows_left", KeysJson(counts))
      .Take();
}

std::string ResultText(const TableMap& map, const ResealResult& result,
                       const KeyCounts& counts) {
  std::string text = absl::StrCat("Resealed ", Rows(result.num_resealed),
                                  " of table ", map.table, " within their day");
  if (result.num_moved > 0) {
    absl::StrAppend(&text, "; moved ", Rows(result.num_moved),
                    " to their outlet, whose time to read them counts from "
                    "today");
  }
  absl::StrAppend(&text, ".\n");
  if (result.num_signed_off > 0) {
    absl::StrAppend(&text, Rows(result.num_signed_off),
                    " of another outlet are signed off and stay where they "
                    "are.\n");
  }
  if (result.num_keyless > 0) {
    absl::StrAppend(
        &text, Rows(result.num_keyless),
        " found no newer key of their day to be sealed under; make keys with "
        "`parcelveil keyring maintain --since ",
        absl::FormatCivilTime(*result.first_keyless),
        "`, for today with `keyring rotate`.\n");
  }
  for (const ResealResult::Closed& row : result.closed) {
    absl::StrAppend(&text, "row ", row.row_key, " does not open (", row.reason,
                    ")\n");
  }
  if (result.num_closed > 0) {
    absl::StrAppend(&text, Rows(result.num_closed),
                    " did not open and stay as they are.\n");
  }
  return absl::StrCat(text, "Rows left per key\n", KeysText(counts));
}

absl::Status Reseal(const ResealFlags& flags, Session* session) {
  ResealOptions options;
  options.views = flags.views;
  if (!flags.from_key.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(options.from_key, ParseKey(flags.from_key));
  }
  options.batch_rows = flags.batch_rows;
  PARCELVEIL_ASSIGN_OR_RETURN(
      const OpenedTable opened,
      OpenWrappedTable(flags.table, SqliteDatabase::Access::kReadWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto keyring,
                              LoadKeyringAs(flags.table, Role::kGate));
  options.stop = CatchStopSignals();
  options.make_keys = KeyMakerOf(flags.table.keyring, session);
  ResealResult result;
  {
    Progress progress("resealed");
    options.progress = [&](int64_t done, int64_t total) {
      progress.Show(done, total);
    };
    PARCELVEIL_ASSIGN_OR_RETURN(result,
                                opened.table->Reseal(*keyring, options));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const KeyCounts counts,
                              opened.table->CountKeys());
  session->Print(session->json ? ResultJson(opened.map, result, counts)
                               : ResultText(opened.map, result, counts));
  if (!result.was_stopped) return absl::OkStatus();
  return absl::UnavailableError("reseal table \"" + opened.map.table +
                                "\": stopped; run the same command again to go "
                                "on");
}

absl::Status Prune(const WrapFlags& flags, Session* session) {
  const store::KeyringDir dir(flags.table.keyring.keyring);
  PARCELVEIL_ASSIGN_OR_RETURN(const KeyringFiles files, dir.ReadFiles());
  PARCELVEIL_ASSIGN_OR_RETURN(const auto signers, dir.ReadSigners());
  PARCELVEIL_ASSIGN_OR_RETURN(const KeyringView view,
                              ViewKeyring(files.main, signers, absl::Now()));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const OpenedTable opened,
      OpenWrappedTable(flags.table, flags.dry_run
                                        ? SqliteDatabase::Access::kReadOnly
                                        : SqliteDatabase::Access::kReadWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(const KeyCounts counts,
                              opened.table->CountKeys());
  std::vector<Epoch> days;
  int64_t num_rows = 0;
  for (const DayView& day : view.days) {
    const auto found = counts.rows_of_day.find(day.day);
    if (day.state != "destroyed" || found == counts.rows_of_day.end()) continue;
    days.push_back(day.day);
    num_rows += found->second;
  }
  const std::string of_days = days.empty() ? "" : " of " + FormatDays(days);
  if (!flags.dry_run && !days.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(session->Confirm(
        absl::StrCat("What is sealed in ", Rows(num_rows), of_days,
                     ", which nobody can open any more, will be removed. This "
                     "cannot be undone."),
        flags.yes));
    PARCELVEIL_ASSIGN_OR_RETURN(num_rows, opened.table->Prune(days));
  }
  if (session->json) {
    JsonList list;
    for (Epoch day : days) list.Add(Describe(day));
    session->Print(JsonObject()
                       .Add("table", opened.map.table)
                       .Add("rows", num_rows)
                       .AddRaw("days", list.Take())
                       .Add("dry_run", flags.dry_run)
                       .Take());
    return absl::OkStatus();
  }
  session->Print(absl::StrCat(
      flags.dry_run ? "Nothing was changed. A run would remove" : "Removed",
      " what was sealed in ", Rows(num_rows), of_days,
      "; every other column of theirs stays."));
  return absl::OkStatus();
}

}  // namespace

void AddResealAndPrune(CLI::App* wrap, Session* session) {
  const auto flags = std::make_shared<ResealFlags>();
  CLI::App* reseal = wrap->add_subcommand(
      "reseal",
      "seal rows anew: under newer keys of their day, in their outlet, with "
      "new masks; stop it and run it again at will");
  AddTableFlags(reseal, &flags->table);
  reseal
      ->add_option("--from-key", flags->from_key,
                   "only rows that need this key, as `wrap status` names it")
      ->type_name("KEY");
  reseal->add_flag("--views", flags->views,
                   "only rows whose views are not what the masks now make");
  reseal->add_option("--batch", flags->batch_rows, "rows committed together")
      ->check(CLI::Range(1, 5000))
      ->capture_default_str();
  session->OnRun(reseal, [flags, session] { return Reseal(*flags, session); });
  const auto prune_flags = std::make_shared<WrapFlags>();
  CLI::App* prune = wrap->add_subcommand(
      "prune", "remove what nobody can open any more: rows of destroyed days");
  AddTableFlags(prune, &prune_flags->table);
  prune->add_flag("--yes", prune_flags->yes, "do not ask");
  prune->add_flag("--dry-run", prune_flags->dry_run,
                  "say what would happen, change nothing");
  session->OnRun(
      prune, [prune_flags, session] { return Prune(*prune_flags, session); });
}

}  // namespace parcelveil::cli
