// SPDX-License-Identifier: Apache-2.0
// parcelveil keyring rotate, hold, release, destroy

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "src/base/status.h"
#include "src/cli/command.h"
#include "src/cli/json.h"
#include "src/cli/keyring_signer.h"
#include "src/cli/row_count.h"
#include "src/cli/table_flags.h"

namespace parcelveil::cli {
namespace {

struct Flags {
  KeyringFlags common;
  CountFlags tables;
  std::string slot;
  std::string day;
  std::string role;
  std::string before;
  bool accept_loss = false;
  bool yes = false;
  bool dry_run = false;
};

void PrintDone(const std::string& text, const KeyringEditor& editor,
               bool dry_run, Session* session) {
  if (session->json) {
    session->Print(JsonObject()
                       .Add("serial", editor.serial())
                       .Add("dry_run", dry_run)
                       .Add("message", text)
                       .Take());
    return;
  }
  session->Print(dry_run ? "Nothing was changed. A run would mean: " + text
                         : text);
}

absl::Status RunRotate(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(Slot slot, ParseSlot(flags.slot));
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<KeyringSigner> signer,
                              KeyringSigner::Open(flags.common));
  PARCELVEIL_ASSIGN_OR_RETURN(int num_days, signer->editor().Rotate(slot));
  PARCELVEIL_RETURN_IF_ERROR(signer->Publish().status());
  PrintDone("New keys for " + Describe(slot) + ", today and " +
                std::to_string(num_days - 1) +
                " days ahead. Rows sealed before keep their key.",
            signer->editor(), /*dry_run=*/false, session);
  return absl::OkStatus();
}

absl::Status RunHold(const Flags& flags, bool hold, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(Epoch day, ParseDay(flags.day));
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<KeyringSigner> signer,
                              KeyringSigner::Open(flags.common));
  PARCELVEIL_RETURN_IF_ERROR(hold ? signer->editor().Hold(day)
                                  : signer->editor().Release(day));
  PARCELVEIL_RETURN_IF_ERROR(signer->Publish().status());
  PrintDone(hold ? "Held " + Describe(day) +
                       ": nothing of it is destroyed, and once the day is "
                       "over only DISPUTE opens it."
                 : "Released " + Describe(day) + ".",
            signer->editor(), /*dry_run=*/false, session);
  return absl::OkStatus();
}

// Does what the flags ask for, in the editor only, and says what it means.
absl::StatusOr<std::string> DestroyInEditor(const Flags& flags,
                                            KeyringEditor* editor) {
  if (!flags.day.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(Epoch day, ParseDay(flags.day));
    PARCELVEIL_RETURN_IF_ERROR(editor->DestroyDay(day).status());
    return "Rows sealed on " + Describe(day) +
           " can never be opened again, by anybody.";
  }
  PARCELVEIL_ASSIGN_OR_RETURN(Role role, ParseRole(flags.role));
  PARCELVEIL_ASSIGN_OR_RETURN(Epoch before, ParseDay(flags.before));
  const int num_days = editor->EndAccess(role, before);
  return NameOf(role) + " can no longer open rows from before " +
         Describe(before) + " (" + std::to_string(num_days) + " days).";
}

// How many rows would be lost; nullopt where no table was given.
absl::StatusOr<std::optional<int64_t>> CountLostRows(const Flags& flags) {
  PARCELVEIL_ASSIGN_OR_RETURN(auto counts, CountRows(flags.tables));
  if (!counts.has_value()) return std::nullopt;
  PARCELVEIL_ASSIGN_OR_RETURN(
      Epoch day, ParseDay(flags.day.empty() ? flags.before : flags.day));
  int64_t num_rows = 0;
  for (const auto& [sealed_on, num] : counts->rows_of_day) {
    if (flags.day.empty() ? sealed_on < day : sealed_on == day) num_rows += num;
  }
  return num_rows;
}

absl::Status RunDestroy(const Flags& flags, Session* session) {
  const bool by_role = !flags.role.empty() && !flags.before.empty();
  if (flags.day.empty() != by_role ||
      flags.role.empty() != flags.before.empty()) {
    return UsageError("pass either --epoch, or --role and --before");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<KeyringSigner> signer,
                              KeyringSigner::Open(flags.common));
  PARCELVEIL_ASSIGN_OR_RETURN(std::string meaning,
                              DestroyInEditor(flags, &signer->editor()));
  PARCELVEIL_ASSIGN_OR_RETURN(std::optional<int64_t> num_rows,
                              CountLostRows(flags));
  session->Note(num_rows.has_value()
                    ? FormatCount(*num_rows) + " rows need these keys."
                    : std::string("Rows were not counted."));
  if (!flags.dry_run) {
    if (!flags.accept_loss && num_rows != 0) {
      return MakeStatus(
          Reason::kWrongState,
          num_rows.has_value()
              ? "destroy keys: " + FormatCount(*num_rows) +
                    " rows still need them; if their loss is meant, say "
                    "--accept-loss"
              : "destroy keys: rows that still need them were not counted; "
                "pass --db and --map, or say --accept-loss if their loss is "
                "meant");
    }
    PARCELVEIL_RETURN_IF_ERROR(
        session->Confirm(meaning + " This cannot be undone.", flags.yes));
    PARCELVEIL_RETURN_IF_ERROR(signer->Publish().status());
  }
  PrintDone(meaning, signer->editor(), flags.dry_run, session);
  return absl::OkStatus();
}

void AddDayFlag(CLI::App* command, Flags* flags) {
  command->add_option("--epoch", flags->day, "which day, as 2026-11-24")
      ->type_name("DAY");
}

void AddHoldAndRelease(CLI::App* keyring, Session* session) {
  for (const bool hold : {true, false}) {
    auto flags = std::make_shared<Flags>();
    CLI::App* command = keyring->add_subcommand(
        hold ? "hold" : "release",
        hold ? "keep a day from being destroyed" : "end the hold of a day");
    AddKeyringFlags(command, &flags->common);
    AddDayFlag(command, flags.get());
    command->get_option("--epoch")->required();
    session->OnRun(command, [flags, hold, session] {
      return RunHold(*flags, hold, session);
    });
  }
}

void AddDestroy(CLI::App* keyring, Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = keyring->add_subcommand(
      "destroy", "destroy a day's keys, or end a role's access, for good");
  AddKeyringFlags(command, &flags->common);
  AddCountFlags(command, &flags->tables);
  AddDayFlag(command, flags.get());
  command->add_option("--role", flags->role, "only this role's access")
      ->type_name("ROLE");
  command->add_option("--before", flags->before, "to days before this one")
      ->type_name("DAY");
  command->add_flag("--accept-loss", flags->accept_loss,
                    "go on although rows need these keys or were not counted");
  command->add_flag("--yes", flags->yes, "do not ask");
  command->add_flag("--dry-run", flags->dry_run,
                    "say what would happen, change nothing");
  session->OnRun(command,
                 [flags, session] { return RunDestroy(*flags, session); });
}

}  // namespace

void AddKeyringDay(CLI::App* keyring, Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      keyring->add_subcommand("rotate", "new keys for a slot, from today on");
  AddKeyringFlags(command, &flags->common);
  command->add_option("--slot", flags->slot, "RECIPIENT_PHONE, ... or a number")
      ->type_name("SLOT")
      ->required();
  session->OnRun(command,
                 [flags, session] { return RunRotate(*flags, session); });
  AddHoldAndRelease(keyring, session);
  AddDestroy(keyring, session);
}

}  // namespace parcelveil::cli
