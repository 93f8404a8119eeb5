// SPDX-License-Identifier: Apache-2.0
// parcelveil keyring maintain

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "src/base/status.h"
#include "src/cli/command.h"
#include "src/cli/json.h"
#include "src/cli/keyring_signer.h"
#include "src/cli/row_count.h"
#include "src/cli/table_flags.h"
#include "src/crypto/hash.h"
#include "src/store/file/file_io.h"

namespace parcelveil::cli {
namespace {

constexpr size_t kMaxKeyringSize = (64u << 20) + 4096;
constexpr size_t kMaxRoleKeysSize = 1u << 20;

struct Flags {
  KeyringFlags common;
  CountFlags tables;
  std::string schema;
  std::string since;
  std::string role;
  uint32_t outlet = 0;
  std::string role_keys;
  bool clock_is_right = false;
  bool dry_run = false;
};

// What two people compare on the telephone: whoever could swap the file on its
// way would be given keys for every day to come.
std::string FingerprintOf(std::string_view role_keys) {
  const crypto::Sha256Hash hash = crypto::Sha256(role_keys);
  const std::string_view first(reinterpret_cast<const char*>(hash.data()), 8);
  return absl::BytesToHexString(absl::string_view(first.data(), first.size()));
}

// What a run did, as it is printed.
struct Summary {
  MaintainReport report;
  std::vector<Epoch> past_days;
  std::vector<std::string> renewed;     // secrets
  std::vector<std::string> unreadable;  // secrets
  std::optional<KeyCounts> counts;      // nullopt: rows were not counted
  bool is_dry_run;
};

// How many rows of `days` a role could open: of all outlets, or its own.
int64_t RowsOf(const KeyCounts& counts, const std::vector<Epoch>& days,
               Scope outlet) {
  int64_t num_rows = 0;
  for (Epoch day : days) {
    if (outlet == Scope::kNational) {
      const auto found = counts.rows_of_day.find(day);
      if (found != counts.rows_of_day.end()) num_rows += found->second;
    } else {
      const auto found = counts.rows_of_outlet.find({day, outlet});
      if (found != counts.rows_of_outlet.end()) num_rows += found->second;
    }
  }
  return num_rows;
}

// "1,234 rows of 2026-11-20"; without the number where none were counted.
std::string RowsText(const Summary& summary, const std::vector<Epoch>& days,
                     Scope outlet) {
  const std::string of_days = "rows of " + FormatDays(days);
  if (!summary.counts.has_value()) return of_days;
  return FormatCount(RowsOf(*summary.counts, days, outlet)) + " " + of_days;
}

std::string NameOf(Role role, Scope scope) {
  return store::SecretFileName(role, scope);
}

// Ended access, a line for each role and whether it can be given back.
std::vector<std::string> EndedLines(const Summary& summary) {
  std::map<std::tuple<Role, Scope, bool>, std::vector<Epoch>> days;
  for (const MaintainReport::Ended& ended : summary.report.ended) {
    days[{ended.role, ended.role_scope, ended.can_be_granted_again}].push_back(
        ended.epoch);
  }
  std::vector<std::string> lines;
  for (const auto& [key, epochs] : days) {
    const auto& [role, scope, can_return] = key;
    lines.push_back("Ended: " + NameOf(role, scope) + " can no longer open " +
                    RowsText(summary, epochs, scope) +
                    (can_return ? "; `keyring grant` can give them back."
                                : "; nothing can give them back."));
  }
  return lines;
}

std::string ToText(const Summary& summary, const KeyringEditor& editor) {
  const MaintainReport& report = summary.report;
  std::vector<std::string> lines;
  if (summary.is_dry_run) lines.push_back("Nothing was changed. A run would:");
  if (!report.days_made.empty()) {
    lines.push_back("Made keys for " + FormatDays(report.days_made) + ".");
  }
  if (!summary.past_days.empty()) {
    lines.push_back("Rows can be sealed for the past days " +
                    FormatDays(summary.past_days) + ", for the next 35 days.");
  }
  for (std::string& line : EndedLines(summary))
    lines.push_back(std::move(line));
  if (!report.destroyed.empty()) {
    lines.push_back("Destroyed for everybody, for good: " +
                    RowsText(summary, report.destroyed, Scope::kNational) +
                    ".");
  }
  for (const MaintainReport::MissingPair& pair : report.missing_pairs) {
    lines.push_back(NameOf(pair.role, pair.role_scope) +
                    " got none of the new keys: its secret is out of date. "
                    "Renew it (`keyring maintain --role`).");
  }
  for (const std::string& name : summary.renewed) {
    lines.push_back("Renewed the secret " + name +
                    "; hosts that use it need the new file.");
  }
  for (const std::string& name : summary.unreadable) {
    lines.push_back("Left the secret " + name +
                    " as it is: it does not open here.");
  }
  if (lines.empty()) lines.push_back("Nothing to do.");
  if (!summary.counts.has_value() &&
      !(report.ended.empty() && report.destroyed.empty())) {
    lines.push_back(
        "Rows were not counted; pass --db and --map to count them.");
  }
  if (report.next_due.has_value()) {
    lines.push_back("Next to be destroyed: at " +
                    IsoTime(*report.next_due, editor.time_zone()) + ".");
  }
  std::string text;
  for (const std::string& line : lines) {
    if (!text.empty()) text += '\n';
    text += line;
  }
  return text;
}

std::string DaysJson(const std::vector<Epoch>& days) {
  JsonList list;
  for (Epoch day : days) list.Add(Describe(day));
  return list.Take();
}

std::string ToJson(const Summary& summary, const KeyringEditor& editor) {
  JsonList ended;
  for (const MaintainReport::Ended& one : summary.report.ended) {
    JsonObject object;
    object.Add("role", NameOf(one.role, one.role_scope))
        .Add("day", Describe(one.epoch))
        .Add("can_be_granted_again", one.can_be_granted_again);
    if (summary.counts.has_value()) {
      object.Add("rows", RowsOf(*summary.counts, {one.epoch}, one.role_scope));
    }
    ended.AddRaw(object.Take());
  }
  JsonList missing;
  for (const MaintainReport::MissingPair& pair : summary.report.missing_pairs) {
    missing.Add(NameOf(pair.role, pair.role_scope));
  }
  JsonList renewed;
  for (const std::string& name : summary.renewed) renewed.Add(name);
  JsonObject object;
  object.Add("serial", editor.serial())
      .Add("dry_run", summary.is_dry_run)
      .AddRaw("days_made", DaysJson(summary.report.days_made))
      .AddRaw("past_days", DaysJson(summary.past_days))
      .AddRaw("ended", ended.Take())
      .AddRaw("destroyed", DaysJson(summary.report.destroyed))
      .AddRaw("roles_without_key_pair", missing.Take())
      .AddRaw("renewed_secrets", renewed.Take());
  if (summary.counts.has_value()) {
    object.Add(
        "destroyed_rows",
        RowsOf(*summary.counts, summary.report.destroyed, Scope::kNational));
  }
  if (summary.report.next_due.has_value()) {
    object.Add("next_destruction",
               IsoTime(*summary.report.next_due, editor.time_zone()));
  }
  return object.Take();
}

// Brings the secrets that lie here up to date. They are written before the
// keyring is published: a secret may know more than the keyring, never less.
absl::Status RenewSecrets(KeyringSigner* signer, Summary* summary) {
  for (const auto& [role, scope] : signer->SecretsHere()) {
    const std::string file = signer->dir().SecretFile(role, scope);
    const absl::StatusOr<Secret> secret =
        signer->dir().ReadSecret(file, signer->unlock());
    if (!secret.ok()) {
      summary->unreadable.push_back(NameOf(role, scope));
      continue;
    }
    if (signer->editor().schema().FindRole(role) == nullptr) continue;
    PARCELVEIL_ASSIGN_OR_RETURN(std::optional<Secret> renewed,
                                signer->editor().RenewSecret(*secret));
    if (!renewed.has_value()) continue;
    summary->renewed.push_back(NameOf(role, scope));
    if (summary->is_dry_run) continue;
    PARCELVEIL_RETURN_IF_ERROR(
        signer->dir().WriteSecret(file, *renewed, signer->unlock()));
  }
  return absl::OkStatus();
}

// On a host with one role's secret and no signer.
absl::Status RunAlone(const Flags& flags, Session* session) {
  const store::KeyringDir dir(flags.common.keyring);
  PARCELVEIL_ASSIGN_OR_RETURN(Role role, ParseRole(flags.role));
  const Scope scope{flags.outlet};
  PARCELVEIL_ASSIGN_OR_RETURN(store::Fd lock, dir.Lock());
  PARCELVEIL_ASSIGN_OR_RETURN(
      std::string file,
      store::ReadWholeFile(dir.KeyringFile(scope), kMaxKeyringSize));
  PARCELVEIL_ASSIGN_OR_RETURN(std::vector<SignerPublicKey> signers,
                              dir.ReadSigners());
  PARCELVEIL_ASSIGN_OR_RETURN(
      Unlock unlock,
      store::ReadUnlock(flags.common.passphrase_file, dir.UnlockFile()));
  const std::string secret_file = dir.SecretFile(role, scope);
  PARCELVEIL_ASSIGN_OR_RETURN(Secret secret,
                              dir.ReadSecret(secret_file, unlock));
  PARCELVEIL_ASSIGN_OR_RETURN(RenewedAlone renewed,
                              RenewAlone(file, signers, secret, absl::Now()));
  const std::string name = NameOf(role, scope);
  const std::string keys_file = dir.File("role-keys-" + name);
  if (!flags.dry_run) {
    if (renewed.secret.has_value()) {
      PARCELVEIL_RETURN_IF_ERROR(
          dir.WriteSecret(secret_file, *renewed.secret, unlock));
    }
    PARCELVEIL_RETURN_IF_ERROR(
        store::WriteFile(keys_file, renewed.role_keys, 0644));
  }
  if (session->json) {
    session->Print(JsonObject()
                       .Add("renewed", renewed.secret.has_value())
                       .Add("role_keys", keys_file)
                       .Add("fingerprint", FingerprintOf(renewed.role_keys))
                       .Take());
    return absl::OkStatus();
  }
  session->Print(
      (renewed.secret.has_value() ? "Renewed the secret " + name + "."
                                  : "The secret " + name + " is up to date.") +
      " Hand this file (nothing in it is secret) to whoever signs, "
      "for\n`keyring maintain --role-keys`:\n  " +
      keys_file + "\nIts fingerprint, to be compared by telephone: " +
      FingerprintOf(renewed.role_keys));
  return absl::OkStatus();
}

absl::Status Run(const Flags& flags, Session* session) {
  if (!flags.role.empty()) return RunAlone(flags, session);
  Summary summary;
  PARCELVEIL_ASSIGN_OR_RETURN(summary.counts, CountRows(flags.tables));
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<KeyringSigner> signer,
                              flags.dry_run
                                  ? KeyringSigner::Open(flags.common)
                                  : KeyringSigner::OpenLocked(flags.common));
  KeyringEditor& editor = signer->editor();
  summary.is_dry_run = flags.dry_run;
  KeyringEditor::MaintainOptions options;
  options.clock_is_right = flags.clock_is_right;
  if (!flags.schema.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(options.schema, ReadSchema(flags.schema));
  }
  if (!flags.role_keys.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        std::string role_keys,
        store::ReadWholeFile(flags.role_keys, kMaxRoleKeysSize));
    session->Note("Fingerprint of " + flags.role_keys + ": " +
                  FingerprintOf(role_keys) +
                  "; it must be what `maintain --role` printed.");
    PARCELVEIL_RETURN_IF_ERROR(editor.AddRoleKeys(role_keys));
  }
  PARCELVEIL_RETURN_IF_ERROR(RenewSecrets(signer.get(), &summary));
  PARCELVEIL_ASSIGN_OR_RETURN(summary.report, editor.Maintain(options));
  if (!flags.since.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(Epoch since, ParseDay(flags.since));
    PARCELVEIL_ASSIGN_OR_RETURN(MaintainReport past, editor.Backfill(since));
    summary.past_days = past.days_made;
  }
  if (!flags.dry_run) {
    PARCELVEIL_RETURN_IF_ERROR(
        signer->WriteSecrets(summary.report.new_secrets));
    PARCELVEIL_RETURN_IF_ERROR(signer->Publish().status());
  }
  session->Print(session->json ? ToJson(summary, editor)
                               : ToText(summary, editor));
  return absl::OkStatus();
}

}  // namespace

void AddKeyringMaintain(CLI::App* keyring, Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = keyring->add_subcommand(
      "maintain",
      "run once a day: makes keys for the days ahead, ends access that is due");
  AddKeyringFlags(command, &flags->common);
  AddCountFlags(command, &flags->tables);
  command->add_option("--schema", flags->schema, "take up a changed schema")
      ->type_name("FILE");
  command
      ->add_option("--since", flags->since,
                   "also make keys for past days, for a migration")
      ->type_name("DAY");
  command
      ->add_option("--role", flags->role,
                   "renew this role's secret, on a host that does not sign")
      ->type_name("ROLE");
  command->add_option("--scope", flags->outlet, "with --role: which outlet")
      ->type_name("N");
  command
      ->add_option("--role-keys", flags->role_keys,
                   "take in what `maintain --role` made on another host")
      ->type_name("FILE");
  command->add_flag("--clock-is-right", flags->clock_is_right,
                    "go on although no run was made for more than 35 days");
  command->add_flag("--dry-run", flags->dry_run,
                    "say what would happen, change nothing");
  session->OnRun(command, [flags, session] { return Run(*flags, session); });
}

}  // namespace parcelveil::cli
