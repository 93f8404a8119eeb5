// SPDX-License-Identifier: Apache-2.0
// parcelveil telephony init, bind: the platform that turns dial tokens into
// calls, played by this host.

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "parcelveil/file.h"
#include "parcelveil/local_gate.h"
#include "src/base/status.h"
#include "src/cli/command.h"
#include "src/cli/gate_command.h"
#include "src/cli/json.h"
#include "src/cli/table_flags.h"
#include "src/store/file/file_io.h"

namespace parcelveil::cli {
namespace {

struct Flags {
  std::string desk;
  std::string desk_passphrase_file;
  std::string origin;
  std::string store;
  KeyringFlags keyring;
  uint64_t caller = 0;
  std::string out;
};

absl::Status RunInit(const Flags& flags, Session* session) {
  CreateLocalGateOptions options;
  options.passphrase_file = flags.desk_passphrase_file;
  options.store = flags.store;
  // Logs of one company must not share a name.
  options.origin = flags.origin.empty()
                       ? "telephony.local/audit/" + store::RandomSuffix()
                       : flags.origin;
  PARCELVEIL_RETURN_IF_ERROR(CreateLocalDialDesk(flags.desk, options));
  session->Print(session->json
                     ? JsonObject()
                           .Add("desk", flags.desk)
                           .Add("origin", options.origin)
                           .Take()
                     : absl::StrCat("Made the dial desk ", flags.desk,
                                    ", whose log is ", options.origin,
                                    ": it counts the uses of tokens."));
  return absl::OkStatus();
}

absl::Status PrintBinding(const DialBinding& binding, bool json,
                          absl::TimeZone zone, PrivateOutput* out) {
  const auto form =
      json ? PrivateOutput::Form::kJson : PrivateOutput::Form::kText;
  const auto write = [&](std::string_view text) {
    return out->WriteOpened(text, form);
  };
  PARCELVEIL_RETURN_IF_ERROR(out->Write(json ? "{\"number\":" : "number     "));
  PARCELVEIL_RETURN_IF_ERROR(binding.number.Use(write));
  PARCELVEIL_RETURN_IF_ERROR(
      out->Write(json ? ",\"extension\":" : "\nextension  "));
  PARCELVEIL_RETURN_IF_ERROR(binding.extension.Use(write));
  const std::string until = IsoTime(binding.expires, zone);
  return out->Write(json ? absl::StrCat(",\"expires\":", JsonString(until),
                                        ",\"uses_left\":", binding.uses_left,
                                        "}\n")
                         : absl::StrCat("\nuntil      ", until, "\nuses left  ",
                                        binding.uses_left, "\n"));
}

absl::Status RunBind(const Flags& flags, Session* session) {
  PrivateOutput out;
  PARCELVEIL_RETURN_IF_ERROR(out.Open(flags.out));
  std::string token;
  if (!std::getline(std::cin, token)) {
    return UsageError("there is no token on standard input");
  }
  TableFlags table;
  table.keyring = flags.keyring;
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<Keyring> keyring,
                              LoadKeyringAs(table, Role::kTelephony));
  LocalDialDeskOptions options;
  options.keyring = keyring.get();
  options.passphrase_file = flags.desk_passphrase_file;
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<LocalDialDesk> opened,
                              LocalDialDesk::Open(flags.desk, options));
  PARCELVEIL_ASSIGN_OR_RETURN(const DialBinding binding,
                              opened->desk().Bind(token, flags.caller));
  PARCELVEIL_RETURN_IF_ERROR(
      PrintBinding(binding, session->json, keyring->time_zone(), &out));
  PARCELVEIL_RETURN_IF_ERROR(out.Close());
  session->Note(
      "This is B of the A-X-B binding: bind it, and show both lines X alone. "
      "The use is on the record.");
  return absl::OkStatus();
}

void AddDeskFlags(CLI::App* command, Flags* flags) {
  command->add_option("--desk", flags->desk, "directory of the dial desk")
      ->type_name("DIR")
      ->required();
  command
      ->add_option("--desk-passphrase-file", flags->desk_passphrase_file,
                   "file (0600) with the passphrase of the desk's secret; "
                   "without it DIR/unlock opens it")
      ->type_name("FILE");
}

}  // namespace

void AddTelephonyCommands(CLI::App* app, Session* session) {
  CLI::App* telephony = app->add_subcommand(
      "telephony", "from a dial token to a call that shows no number");
  telephony->require_subcommand(1);
  const auto flags = std::make_shared<Flags>();

  CLI::App* init =
      telephony->add_subcommand("init", "a new dial desk: store, key and log");
  AddDeskFlags(init, flags.get());
  init->add_option("--origin", flags->origin,
                   "name of its log: courier.example/audit/7/telephony")
      ->type_name("NAME");
  init->add_option("--store", flags->store,
                   "count uses in this database: postgresql://...")
      ->type_name("DB")
      ->check(CheckStore);
  session->OnRun(init, [flags, session] { return RunInit(*flags, session); });

  CLI::App* bind = telephony->add_subcommand(
      "bind", "use the token on standard input; shows the number to bind");
  AddDeskFlags(bind, flags.get());
  AddKeyringFlags(bind, &flags->keyring);
  bind->add_option("--caller", flags->caller,
                   "the principal whose line is calling")
      ->type_name("N")
      ->required()
      ->check(CLI::PositiveNumber);
  bind->add_option("--out", flags->out, "a new file (0600)")->type_name("FILE");
  session->OnRun(bind, [flags, session] { return RunBind(*flags, session); });
}

}  // namespace parcelveil::cli
