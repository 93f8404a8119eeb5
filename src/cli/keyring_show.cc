// SPDX-License-Identifier: Apache-2.0
// parcelveil keyring show

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "src/base/status.h"
#include "src/cli/command.h"
#include "src/cli/json.h"
#include "src/cli/keyring_signer.h"
#include "src/cli/keyring_view.h"
#include "src/cli/row_count.h"
#include "src/cli/table_flags.h"

namespace parcelveil::cli {
namespace {

using RowCounts = std::optional<KeyCounts>;

struct Flags {
  KeyringFlags common;
  CountFlags tables;
  bool check = false;
  int days = KeyringEditor::kDaysAhead / 2;
  uint32_t outlet = 0;
};

std::string UntilText(const RoleDays& role, absl::TimeZone zone) {
  if (!role.ends.has_value()) return "without end";
  return "until " + IsoTime(*role.ends, zone);
}

std::string RolesText(const KeyringView& view) {
  std::vector<std::vector<std::string>> rows;
  for (const RoleDays& role : view.roles) {
    if (!role.first.has_value()) {
      rows.push_back({NameOf(role.role), "opens no day", ""});
      continue;
    }
    rows.push_back({NameOf(role.role),
                    Describe(*role.first) + " to " + Describe(*role.last),
                    "the oldest " + UntilText(role, view.zone)});
  }
  return FormatTable(rows);
}

std::string DaysText(const KeyringView& view) {
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < view.days.size();) {
    const DayView& first = view.days[i];
    std::vector<Epoch> run;
    for (; i < view.days.size() && view.days[i].state == first.state &&
           view.days[i].num_keys == first.num_keys;
         ++i) {
      run.push_back(view.days[i].day);
    }
    rows.push_back({FormatDays(run), first.state,
                    std::to_string(first.num_keys) + " keys"});
  }
  return FormatTable(rows);
}

std::string RowsText(const RowCounts& counts) {
  if (!counts.has_value()) {
    return "Rows were not counted; pass --db and --map to count them.";
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& [day, num_rows] : counts->rows_of_day) {
    rows.push_back({Describe(day), FormatCount(num_rows)});
  }
  return "Rows sealed on each day\n" + FormatTable(rows) +
         "\n\nRows left per key\n" + KeysText(*counts);
}

std::string ToText(const Flags& flags, const KeyringView& view,
                   const RowCounts& counts) {
  std::string slots;
  for (Slot slot : view.schema.KeyedSlots()) {
    if (!slots.empty()) slots += ' ';
    slots += NameOf(slot);
  }
  return "Keyring " + flags.common.keyring + ": tenant " +
         std::to_string(view.tenant) + ", serial " +
         std::to_string(view.serial) + ", made " +
         IsoTime(view.created, view.zone) + "\nRows can be sealed until " +
         IsoTime(view.sealing_stops, view.zone) + "\nSlots: " + slots +
         "\n\nDays that each role may open\n" + RolesText(view) + "\n\nDays\n" +
         DaysText(view) + "\n\n" + RowsText(counts);
}

std::string ToJson(const KeyringView& view, const RowCounts& counts) {
  JsonList roles, days;
  for (const RoleDays& role : view.roles) {
    JsonObject object;
    object.Add("role", NameOf(role.role));
    if (role.first.has_value()) {
      object.Add("first_day", Describe(*role.first))
          .Add("last_day", Describe(*role.last));
    }
    if (role.ends.has_value()) {
      object.Add("oldest_until", IsoTime(*role.ends, view.zone));
    }
    roles.AddRaw(object.Take());
  }
  for (const DayView& day : view.days) {
    JsonObject object;
    object.Add("day", Describe(day.day))
        .Add("state", day.state)
        .Add("keys", day.num_keys);
    if (counts.has_value()) {
      const auto found = counts->rows_of_day.find(day.day);
      object.Add("rows",
                 found == counts->rows_of_day.end() ? 0 : found->second);
    }
    days.AddRaw(object.Take());
  }
  JsonObject json;
  json.Add("tenant", view.tenant)
      .Add("serial", view.serial)
      .Add("created", IsoTime(view.created, view.zone))
      .Add("sealing_stops", IsoTime(view.sealing_stops, view.zone))
      .AddRaw("roles", roles.Take())
      .AddRaw("days", days.Take());
  if (counts.has_value()) json.AddRaw("rows_left", KeysJson(*counts));
  return json.Take();
}

// On the signer's machine every role's secret lies, but STEWARD's, which should
// not; another host has its own.
std::vector<std::string> MissingSecrets(const Flags& flags,
                                        const KeyringView& view) {
  const store::KeyringDir dir(flags.common.keyring);
  std::vector<std::string> missing;
  size_t num_there = 0;
  for (const Schema::RoleAccess& role : view.schema.roles()) {
    if (role.scoped || role.id == Role::kSteward) continue;
    std::error_code error;
    if (std::filesystem::exists(dir.SecretFile(role.id, Scope::kNational),
                                error)) {
      ++num_there;
      continue;
    }
    missing.push_back("the secret " + NameOf(role.id) + " is not there");
  }
  const bool is_one_roles_host = num_there == 1;
  return is_one_roles_host ? std::vector<std::string>() : missing;
}

absl::Status Check(const Flags& flags, const KeyringView& view,
                   Session* session) {
  std::vector<std::string> problems =
      FindProblems(view, absl::Now(), flags.days);
  if (flags.outlet == 0) {
    for (std::string& text : MissingSecrets(flags, view)) {
      problems.push_back(std::move(text));
    }
  }
  if (problems.empty()) {
    session->Print(session->json ? JsonObject().Add("ok", true).Take()
                                 : "All is well.");
    return absl::OkStatus();
  }
  std::string text;
  JsonList list;
  for (const std::string& problem : problems) {
    text += (text.empty() ? "" : "; ") + problem;
    list.Add(problem);
  }
  if (session->json) {
    session->Print(
        JsonObject().Add("ok", false).AddRaw("problems", list.Take()).Take());
  }
  // Unknown is no reason of the design and ends with 1.
  return absl::UnknownError("check keyring: " + text);
}

absl::Status Run(const Flags& flags, Session* session) {
  const store::KeyringDir dir(flags.common.keyring);
  PARCELVEIL_ASSIGN_OR_RETURN(KeyringFiles files, dir.ReadFiles());
  PARCELVEIL_ASSIGN_OR_RETURN(std::vector<SignerPublicKey> signers,
                              dir.ReadSigners());
  const Scope scope{flags.outlet};
  if (scope != Scope::kNational && files.shards.count(scope) == 0) {
    return UsageError("there is no outlet " + std::to_string(flags.outlet));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      KeyringView view,
      ViewKeyring(
          scope == Scope::kNational ? files.main : files.shards.at(scope),
          signers, absl::Now()));
  if (flags.check) return Check(flags, view, session);
  PARCELVEIL_ASSIGN_OR_RETURN(RowCounts counts, CountRows(flags.tables));
  session->Print(session->json ? ToJson(view, counts)
                               : ToText(flags, view, counts));
  return absl::OkStatus();
}

}  // namespace

void AddKeyringShow(CLI::App* keyring, Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = keyring->add_subcommand(
      "show", "roles, days, and who may open what until when");
  AddKeyringFlags(command, &flags->common);
  AddCountFlags(command, &flags->tables);
  command->add_flag("--check", flags->check,
                    "for monitoring: ends with 1 where something needs care");
  command
      ->add_option("--days", flags->days,
                   "with --check: keys must reach this many days ahead")
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--scope", flags->outlet, "show this outlet's keyring")
      ->type_name("N");
  session->OnRun(command, [flags, session] { return Run(*flags, session); });
}

}  // namespace parcelveil::cli
