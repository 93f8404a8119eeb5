// SPDX-License-Identifier: Apache-2.0
// parcelveil keyring init

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "parcelveil/keyring_admin.h"
#include "src/base/status.h"
#include "src/cli/command.h"
#include "src/cli/json.h"
#include "src/cli/keyring_log.h"
#include "src/cli/keyring_signer.h"
#include "src/keyring/calendar.h"
#include "src/keyring/publication.h"
#include "src/store/file/file_io.h"

namespace parcelveil::cli {
namespace {

constexpr size_t kUnlockKeySize = 32;

struct Flags {
  KeyringFlags common;
  uint32_t tenant = 1;
  std::string schema;
  std::string utc_offset = "+08:00";
};

absl::StatusOr<absl::Duration> ParseUtcOffset(const std::string& text) {
  absl::Time time;
  std::string error;
  // Read as the zone of some midnight, so that every ISO spelling will do.
  if (!absl::ParseTime("%Y-%m-%dT%H:%M%Ez", "2020-01-01T00:00" + text, &time,
                       &error)) {
    return UsageError("--utc-offset is not like +08:00");
  }
  return absl::FromCivil(absl::CivilDay(2020, 1, 1), absl::UTCTimeZone()) -
         time;
}

absl::Status MakeFolder(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) == 0) return absl::OkStatus();
  return store::FileError("make", path, errno);
}

// An empty folder may be a volume that was mounted for the keyring.
absl::Status CheckAbsent(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return absl::OkStatus();
  if (std::filesystem::is_directory(path, error) &&
      std::filesystem::is_empty(path, error) && !error) {
    return absl::OkStatus();
  }
  return MakeStatus(Reason::kAlreadyExists,
                    "make keyring \"" + path +
                        "\": something is there already; it is left as it is, "
                        "take another name");
}

absl::StatusOr<Unlock> MakeUnlock(const KeyringFlags& flags,
                                  const store::KeyringDir& dir) {
  if (!flags.passphrase_file.empty()) {
    return store::ReadUnlock(flags.passphrase_file, "");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(Secret key, Secret::Random(kUnlockKeySize));
  PARCELVEIL_RETURN_IF_ERROR(key.Use([&](absl::Span<const uint8_t> bytes) {
    return store::WriteFile(
        dir.UnlockFile(),
        {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, 0600);
  }));
  return Unlock{Unlock::Kind::kRawKey, std::move(key)};
}

// Writes every file of a new keyring into `dir`, which is nobody's yet.
absl::Status Fill(const store::KeyringDir& dir, const KeyringFlags& flags,
                  KeyringEditor::Created* created) {
  PARCELVEIL_ASSIGN_OR_RETURN(Unlock unlock, MakeUnlock(flags, dir));
  PARCELVEIL_RETURN_IF_ERROR(MakeFolder(dir.File("secret"), 0700));
  for (const UnsealedSecret& secret : created->secrets) {
    PARCELVEIL_RETURN_IF_ERROR(
        dir.WriteSecret(dir.SecretFile(secret.role, secret.role_scope),
                        secret.payload, unlock));
  }
  PARCELVEIL_RETURN_IF_ERROR(
      dir.WriteSecret(dir.SignerFile(), created->signer.payload, unlock));
  const SignerPublicKey signer = created->editor->signer_public_key();
  PARCELVEIL_RETURN_IF_ERROR(store::WriteFile(
      dir.SignersFile(),
      absl::BytesToHexString(std::string(signer.begin(), signer.end())) + "\n",
      0644));
  PARCELVEIL_ASSIGN_OR_RETURN(KeyringFiles files, created->editor->Sign());
  PARCELVEIL_RETURN_IF_ERROR(dir.Publish({}, files));
  PARCELVEIL_ASSIGN_OR_RETURN(
      keyring::PublicationLeaves leaves,
      keyring::LeavesOfPublication({}, files, {signer}, absl::Now()));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<KeyringLog> log,
                              KeyringLog::Open(dir, unlock));
  return log->Append(std::move(leaves.after));
}

// Made beside its place and moved there whole.
absl::Status MakeDirectory(const KeyringFlags& flags,
                           KeyringEditor::Created* created) {
  std::filesystem::path path(flags.keyring);
  if (path.filename().empty()) path = path.parent_path();
  const std::filesystem::path unfinished =
      path.parent_path() /
      ("." + path.filename().string() + "." + std::to_string(getpid()));
  PARCELVEIL_RETURN_IF_ERROR(MakeFolder(unfinished.string(), 0755));
  absl::Status status =
      Fill(store::KeyringDir(unfinished.string()), flags, created);
  if (status.ok() && rename(unfinished.c_str(), path.c_str()) != 0) {
    status = store::FileError("make", path.string(), errno);
  }
  if (!status.ok()) {
    std::error_code error;  // what cannot be removed stays beside it
    std::filesystem::remove_all(unfinished, error);
  }
  return status;
}

std::string ReadsFor(const Schema::RoleAccess& role) {
  if (role.while_sealing) return "only while a day is being sealed";
  if (role.open_days == 0) return "without end";
  const std::string days =
      std::to_string(role.open_days) + (role.open_days == 1 ? " day" : " days");
  return days + " after a row's own day";
}

std::string WhatFor(Role role) {
  switch (role) {
    case Role::kSteward:
      return "gives roles past days again";
    case Role::kConverter:
      return "seals rows";
    case Role::kGate:
      return "opens full values, one at a time";
    case Role::kList:
      return "shows masked lists";
    case Role::kTelephony:
      return "dials for couriers";
    case Role::kOutlet:
      return "shows one outlet's masked lists";
    case Role::kDispute:
      return "opens full values in a dispute";
    case Role::kAuditor:
      return "reads who opened what";
  }
  return "your own role";
}

std::string DescribeDestruction(const Schema& schema) {
  if (schema.destroy_after_days() == 0) {
    return "Nothing will be destroyed. To have old days destroyed for good, "
           "set\ndestroy_after_days in a schema.";
  }
  return "Destroyed for everybody, for good: each day, " +
         std::to_string(schema.destroy_after_days()) +
         " days after it. `keyring maintain` does it;\nits --dry-run says "
         "beforehand what, and `keyring hold` stops it for a day.";
}

std::string Introduction(const Flags& flags, const KeyringEditor& editor) {
  const std::string& kr = flags.common.keyring;
  const std::filesystem::path path(kr);
  const auto file = [&](const char* name) { return (path / name).string(); };
  std::vector<std::vector<std::string>> places = {
      {file("keyring"),
       "the keys, locked for each role; holds no secret; "
       "back it up when it changes"},
      {file("signer"), "signs the keyring once a day"},
      {file("signer.pub"), "tells every host whose signature to trust"},
      {file("secret/"),
       "one secret a role; a host gets only its own "
       "(`keyring export`)"},
      {file("log"),
       "what was published and destroyed, signed (`audit show`); "
       "log.pub checks it"}};
  if (flags.common.passphrase_file.empty()) {
    places.push_back({file("unlock"),
                      "opens signer and secrets; whoever has "
                      "it and them has all"});
  }
  std::vector<std::vector<std::string>> offline = {
      {file("secret/STEWARD"),
       "take the file off this machine; needed to grant past days"},
      {file("signer"), "leave it here, keep a copy elsewhere"}};
  if (flags.common.passphrase_file.empty()) {
    offline.push_back({file("unlock"), "the copies need a copy of it"});
  }
  std::vector<std::vector<std::string>> roles;
  for (const Schema::RoleAccess& role : editor.schema().roles()) {
    roles.push_back({NameOf(role.id), ReadsFor(role), WhatFor(role.id)});
  }
  const Epoch last =
      keyring::AddDays(editor.Today(), KeyringEditor::kDaysAhead);
  return "Made the keyring " + kr + ", with keys for today and the next " +
         std::to_string(KeyringEditor::kDaysAhead) + " days, to " +
         Describe(last) + ".\n\nWhat lies where\n" + FormatTable(places) +
         "\n\nWhat to keep offline, once the trial is over\n" +
         FormatTable(offline) + "\n\nHow long each role can read\n" +
         FormatTable(roles) + "\n\n" + DescribeDestruction(editor.schema()) +
         "\n\nFrom now on, once a day from a timer:\n"
         "  parcelveil keyring maintain --keyring " +
         kr;
}

std::string ToJson(const Flags& flags, const KeyringEditor& editor) {
  JsonList roles;
  for (const Schema::RoleAccess& role : editor.schema().roles()) {
    roles.AddRaw(JsonObject()
                     .Add("role", NameOf(role.id))
                     .Add("reads_days", role.open_days)
                     .Add("while_sealing", role.while_sealing)
                     .Take());
  }
  const Epoch last =
      keyring::AddDays(editor.Today(), KeyringEditor::kDaysAhead);
  return JsonObject()
      .Add("keyring", flags.common.keyring)
      .Add("tenant", editor.tenant())
      .Add("serial", editor.serial())
      .Add("first_day", Describe(editor.Today()))
      .Add("last_day", Describe(last))
      .AddRaw("roles", roles.Take())
      .Add("destroy_after_days", editor.schema().destroy_after_days())
      .Take();
}

absl::Status Run(const Flags& flags, Session* session) {
  PARCELVEIL_RETURN_IF_ERROR(CheckAbsent(flags.common.keyring));
  KeyringEditor::CreateOptions options;
  options.tenant = flags.tenant;
  if (!flags.schema.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(options.schema, ReadSchema(flags.schema));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(options.utc_offset,
                              ParseUtcOffset(flags.utc_offset));
  PARCELVEIL_ASSIGN_OR_RETURN(KeyringEditor::Created created,
                              KeyringEditor::Create(options));
  PARCELVEIL_RETURN_IF_ERROR(MakeDirectory(flags.common, &created));
  session->Print(session->json ? ToJson(flags, *created.editor)
                               : Introduction(flags, *created.editor));
  return absl::OkStatus();
}

}  // namespace

void AddKeyringInit(CLI::App* keyring, Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = keyring->add_subcommand(
      "init", "make a keyring directory: all that one machine needs");
  AddKeyringFlags(command, &flags->common);
  command->add_option("--tenant", flags->tenant, "number of the company")
      ->type_name("N")
      ->capture_default_str();
  command
      ->add_option("--schema", flags->schema,
                   "what is sealed, and who reads it for how long (default: "
                   "built in)")
      ->type_name("FILE");
  command
      ->add_option("--utc-offset", flags->utc_offset,
                   "days turn at this offset's midnight")
      ->type_name("+HH:MM")
      ->capture_default_str();
  session->OnRun(command, [flags, session] { return Run(*flags, session); });
}

}  // namespace parcelveil::cli
