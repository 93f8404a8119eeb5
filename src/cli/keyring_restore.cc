// SPDX-License-Identifier: Apache-2.0
// parcelveil keyring restore

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "src/base/status.h"
#include "src/cli/command.h"
#include "src/cli/json.h"
#include "src/cli/keyring_log.h"
#include "src/cli/keyring_signer.h"
#include "src/crypto/hash.h"
#include "src/keyring/publication.h"
#include "src/store/file/file_io.h"

namespace parcelveil::cli {
namespace {

constexpr size_t kMaxSize = (64u << 20) + 4096;

struct Flags {
  KeyringFlags common;
  std::string from;
  uint32_t outlet = 0;
  bool yes = false;
  bool dry_run = false;
};

absl::StatusOr<Restored> Restore(const Flags& flags,
                                 const store::KeyringDir& dir,
                                 const std::string& copy,
                                 const std::optional<std::string>& newest) {
  RestoreOptions options;
  options.copy = copy;
  if (newest.has_value()) options.newest = *newest;
  PARCELVEIL_ASSIGN_OR_RETURN(options.signers, dir.ReadSigners());
  PARCELVEIL_ASSIGN_OR_RETURN(
      Unlock unlock,
      store::ReadUnlock(flags.common.passphrase_file, dir.UnlockFile()));
  PARCELVEIL_ASSIGN_OR_RETURN(options.signer,
                              dir.ReadSecret(dir.SignerFile(), unlock));
  PARCELVEIL_ASSIGN_OR_RETURN(
      options.floor, OpenFloor(dir, flags.common, Scope{flags.outlet}).Read());
  return RestoreKeyring(std::move(options));
}

std::vector<Epoch> DaysOf(const std::vector<KeyName>& keys) {
  std::set<Epoch> days;
  for (const KeyName& key : keys) days.insert(key.epoch);
  return {days.begin(), days.end()};
}

std::string ToText(const Flags& flags, const Restored& restored) {
  std::string text = flags.dry_run ? "Nothing was changed. A run would mean:\n"
                                   : "Restored.\n";
  text += "Keys reach to " + Describe(restored.last_day) +
          "; run `keyring maintain` next.\n";
  if (!restored.is_compared) {
    return text +
           "The newest file cannot be read, so what the copy lacks cannot be "
           "listed.";
  }
  if (!restored.kept.empty()) {
    text +=
        "Kept from the newest file: " + std::to_string(restored.kept.size()) +
        " keys of " + FormatDays(DaysOf(restored.kept)) +
        " stay destroyed, held or taken from a role.\n";
  }
  if (restored.lacks.empty()) return text + "The copy lacks nothing.";
  return text + "The copy lacks " + std::to_string(restored.lacks.size()) +
         " keys, of " + FormatDays(DaysOf(restored.lacks)) +
         ": rows sealed under them cannot be opened.";
}

std::string KeysJson(const std::vector<KeyName>& keys) {
  JsonList list;
  for (const KeyName& key : keys) {
    list.AddRaw(JsonObject()
                    .Add("slot", NameOf(key.slot))
                    .Add("day", Describe(key.epoch))
                    .Add("gen", key.gen)
                    .Take());
  }
  return list.Take();
}

std::string ToJson(const Restored& restored) {
  return JsonObject()
      .Add("last_day", Describe(restored.last_day))
      .Add("compared", restored.is_compared)
      .AddRaw("kept", KeysJson(restored.kept))
      .AddRaw("lacks", KeysJson(restored.lacks))
      .Take();
}

absl::StatusOr<std::optional<std::string>> ReadIfThere(
    const std::string& path) {
  absl::StatusOr<std::string> bytes = store::ReadWholeFile(path, kMaxSize);
  if (absl::IsNotFound(bytes.status())) return std::nullopt;
  if (!bytes.ok()) return bytes.status();
  return std::optional<std::string>(*std::move(bytes));
}

absl::Status Publish(const store::KeyringDir& dir,
                     const std::optional<std::string>& newest,
                     const Restored& restored) {
  KeyringFiles previous, next;
  if (restored.scope == Scope::kNational) {
    previous.main = newest.value_or("");
    next.main = restored.file;
    return dir.Publish(previous, next);
  }
  PARCELVEIL_ASSIGN_OR_RETURN(std::optional<std::string> main,
                              ReadIfThere(dir.KeyringFile(Scope::kNational)));
  previous.main = main.value_or("");
  if (newest.has_value()) previous.shards[restored.scope] = *newest;
  next.shards[restored.scope] = restored.file;
  return dir.Publish(previous, next);
}

// The restored serial, on record.
absl::Status Log(const Flags& flags, const store::KeyringDir& dir,
                 const Restored& restored) {
  if (restored.scope != Scope::kNational) return absl::OkStatus();
  PARCELVEIL_ASSIGN_OR_RETURN(
      const Unlock unlock,
      store::ReadUnlock(flags.common.passphrase_file, dir.UnlockFile()));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<SignerPublicKey> signers,
                              dir.ReadSigners());
  KeyringFiles next;
  next.main = restored.file;
  PARCELVEIL_ASSIGN_OR_RETURN(
      keyring::PublicationLeaves leaves,
      keyring::LeavesOfPublication({}, next, signers, absl::Now()));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<KeyringLog> log,
                              KeyringLog::Open(dir, unlock));
  return log->Append(std::move(leaves.after));
}

absl::Status Run(const Flags& flags, Session* session) {
  const store::KeyringDir dir(flags.common.keyring);
  const Scope scope{flags.outlet};
  PARCELVEIL_ASSIGN_OR_RETURN(std::string copy,
                              store::ReadWholeFile(flags.from, kMaxSize));
  PARCELVEIL_ASSIGN_OR_RETURN(std::optional<std::string> newest,
                              ReadIfThere(dir.KeyringFile(scope)));
  PARCELVEIL_ASSIGN_OR_RETURN(Restored restored,
                              Restore(flags, dir, copy, newest));
  if (restored.scope != scope) {
    return UsageError("the copy is that of outlet " +
                      std::to_string(ToInt(restored.scope)) +
                      "; pass --scope with that number (0: leave it out)");
  }
  if (!flags.dry_run) {
    PARCELVEIL_RETURN_IF_ERROR(session->Confirm(
        "The copy takes the place of the newest keyring.", flags.yes));
    PARCELVEIL_RETURN_IF_ERROR(Publish(dir, newest, restored));
    PARCELVEIL_RETURN_IF_ERROR(
        OpenFloor(dir, flags.common, scope)
            .Write({restored.serial, crypto::Sha256(restored.file)}));
    PARCELVEIL_RETURN_IF_ERROR(Log(flags, dir, restored));
  }
  session->Print(session->json ? ToJson(restored) : ToText(flags, restored));
  return absl::OkStatus();
}

}  // namespace

void AddKeyringRestore(CLI::App* keyring, Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = keyring->add_subcommand(
      "restore", "put an older copy of the keyring in the newest one's place");
  AddKeyringFlags(command, &flags->common);
  command->add_option("--from", flags->from, "the copy")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--scope", flags->outlet, "the outlet whose keyring it is")
      ->type_name("N");
  command->add_flag("--yes", flags->yes, "do not ask");
  command->add_flag("--dry-run", flags->dry_run,
                    "say what would happen, change nothing");
  session->OnRun(command, [flags, session] { return Run(*flags, session); });
}

}  // namespace parcelveil::cli
