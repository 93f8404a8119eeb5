// SPDX-License-Identifier: Apache-2.0
// parcelveil keyring grant, revoke

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/base/status.h"
#include "src/cli/command.h"
#include "src/cli/json.h"
#include "src/cli/keyring_signer.h"

namespace parcelveil::cli {
namespace {

struct Flags {
  KeyringFlags common;
  std::string role;
  std::vector<std::string> slots;
  std::string since;
  uint32_t outlet = 0;
  bool yes = false;
  bool dry_run = false;
};

// One grant after the other: the schema has to allow each.
absl::StatusOr<GrantReport> GrantAll(const Flags& flags, Role role,
                                     const Secret* steward,
                                     KeyringEditor* editor) {
  std::optional<Epoch> since;
  if (!flags.since.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(since, ParseDay(flags.since));
  }
  GrantReport report;
  if (flags.outlet != 0) {
    return editor->AddScope({Scope{flags.outlet}, since, steward});
  }
  for (const std::string& text : flags.slots) {
    PARCELVEIL_ASSIGN_OR_RETURN(Slot slot, ParseSlot(text));
    PARCELVEIL_ASSIGN_OR_RETURN(report,
                                editor->Grant({role, slot, since, steward}));
  }
  return report;
}

std::string ToText(const GrantReport& report, const std::string& who) {
  std::string text;
  for (const UnsealedSecret& secret : report.new_secrets) {
    text += "Made the secret " +
            store::SecretFileName(secret.role, secret.role_scope) +
            "; take it to its host with `keyring export`.\n";
  }
  if (report.reached_existing_days) {
    return text + "Granted to " + who + ": " + std::to_string(report.num_days) +
           " days can be read, and every day to come.";
  }
  return text + "Granted to " + who + " for rows from " +
         Describe(report.first_new_day) +
         " on. Earlier days have keys already; to include them put the file "
         "secret/STEWARD back for one run.";
}

absl::Status RunGrant(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(Role role, ParseRole(flags.role));
  if (flags.slots.empty() == (flags.outlet == 0)) {
    return UsageError(
        "pass either --slot, or --scope to add an outlet of a scoped role");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<KeyringSigner> signer,
                              KeyringSigner::OpenLocked(flags.common));
  const Schema::RoleAccess* access = signer->editor().schema().FindRole(role);
  if (flags.outlet != 0 && (access == nullptr || !access->scoped)) {
    return UsageError(NameOf(role) + " is not a role with outlets");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(std::optional<Secret> steward,
                              signer->ReadSteward());
  PARCELVEIL_ASSIGN_OR_RETURN(
      GrantReport report,
      GrantAll(flags, role, steward.has_value() ? &*steward : nullptr,
               &signer->editor()));
  PARCELVEIL_RETURN_IF_ERROR(signer->WriteSecrets(report.new_secrets));
  PARCELVEIL_RETURN_IF_ERROR(signer->Publish().status());
  const std::string who = store::SecretFileName(role, Scope{flags.outlet});
  session->Print(session->json
                     ? JsonObject()
                           .Add("role", who)
                           .Add("days", report.num_days)
                           .Add("existing_days", report.reached_existing_days)
                           .Add("first_new_day", Describe(report.first_new_day))
                           .Add("serial", signer->editor().serial())
                           .Take()
                     : ToText(report, who));
  return absl::OkStatus();
}

absl::Status RunRevoke(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(Role role, ParseRole(flags.role));
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<KeyringSigner> signer,
                              KeyringSigner::Open(flags.common));
  KeyringEditor& editor = signer->editor();
  if (flags.slots.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(editor.Revoke(role, std::nullopt));
  }
  for (const std::string& text : flags.slots) {
    PARCELVEIL_ASSIGN_OR_RETURN(Slot slot, ParseSlot(text));
    PARCELVEIL_RETURN_IF_ERROR(editor.Revoke(role, slot));
  }
  const std::string what =
      NameOf(role) + (flags.slots.empty() ? " opens nothing any more"
                                          : " no longer opens that");
  if (!flags.dry_run) {
    PARCELVEIL_RETURN_IF_ERROR(session->Confirm(
        "After this " + what +
            ", on past days too; only the file secret/STEWARD can bring past "
            "days back.",
        flags.yes));
    PARCELVEIL_RETURN_IF_ERROR(signer->Publish().status());
  }
  if (session->json) {
    session->Print(JsonObject()
                       .Add("role", NameOf(role))
                       .Add("dry_run", flags.dry_run)
                       .Add("serial", editor.serial())
                       .Take());
    return absl::OkStatus();
  }
  session->Print(
      (flags.dry_run ? "Nothing was changed. A run would mean: " : "Done: ") +
      what +
      ".\nIf its secret may have been copied, `keyring rotate` the "
      "slots as well: revoking cannot\ntake back keys that somebody "
      "has.");
  return absl::OkStatus();
}

void AddCommonFlags(CLI::App* command, Flags* flags) {
  AddKeyringFlags(command, &flags->common);
  command->add_option("--role", flags->role, "GATE, LIST, ... or a number")
      ->type_name("ROLE")
      ->required();
  command
      ->add_option("--slot", flags->slots,
                   "RECIPIENT_PHONE, ... or a number; may be repeated")
      ->type_name("SLOT");
}

}  // namespace

void AddKeyringAccess(CLI::App* keyring, Session* session) {
  auto grant = std::make_shared<Flags>();
  CLI::App* command =
      keyring->add_subcommand("grant", "let a role open a slot");
  AddCommonFlags(command, grant.get());
  command
      ->add_option("--since", grant->since,
                   "past days from this one on too (default: from today)")
      ->type_name("DAY");
  command
      ->add_option("--scope", grant->outlet,
                   "add this outlet for a role with outlets")
      ->type_name("N");
  session->OnRun(command,
                 [grant, session] { return RunGrant(*grant, session); });

  auto revoke = std::make_shared<Flags>();
  command = keyring->add_subcommand("revoke",
                                    "take a slot, or everything, from a role");
  AddCommonFlags(command, revoke.get());
  command->add_flag("--yes", revoke->yes, "do not ask");
  command->add_flag("--dry-run", revoke->dry_run,
                    "say what would happen, change nothing");
  session->OnRun(command,
                 [revoke, session] { return RunRevoke(*revoke, session); });
}

}  // namespace parcelveil::cli
