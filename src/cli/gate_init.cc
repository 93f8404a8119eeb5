// SPDX-License-Identifier: Apache-2.0
// parcelveil gate init

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "parcelveil/local_gate.h"
#include "src/base/status.h"
#include "src/cli/gate_command.h"
#include "src/cli/json.h"
#include "src/store/file/file_io.h"

namespace parcelveil::cli {
namespace {

struct Flags {
  std::string gate;
  std::string passphrase_file;
  std::string origin;
  std::string store;
};

absl::Status RunInit(const Flags& flags, Session* session) {
  CreateLocalGateOptions options;
  options.passphrase_file = flags.passphrase_file;
  // Logs of one company must not share a name.
  options.origin = flags.origin.empty()
                       ? "gate.local/audit/" + store::RandomSuffix()
                       : flags.origin;
  options.store = flags.store;
  PARCELVEIL_RETURN_IF_ERROR(CreateLocalGate(flags.gate, options));
  if (session->json) {
    session->Print(JsonObject()
                       .Add("gate", flags.gate)
                       .Add("origin", options.origin)
                       .Take());
    return absl::OkStatus();
  }
  std::string text = absl::StrCat(
      "Made the gate ", flags.gate, ", whose log is ", options.origin, ".\n",
      "  policy.textproto  who may ask for what, in which state, how often: "
      "edit it\n",
      flags.store.empty()
          ? "  store.db          devices, quotas and the audit log: back it "
            "up\n"
          : "  store             names the database with devices, quotas and "
            "the audit log\n",
      "  secret            its keys, sealed\n");
  if (flags.passphrase_file.empty()) {
    absl::StrAppend(&text,
                    "  unlock            opens the secret: whoever has both is "
                    "the gate\n");
  }
  absl::StrAppend(&text,
                  "  log.pub           checks the log: give it to auditors");
  session->Print(text);
  return absl::OkStatus();
}

}  // namespace

void AddGateInit(CLI::App* gate, Session* session) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      gate->add_subcommand("init", "a new gate: policy, store, keys and log");
  command->add_option("--gate", flags->gate, "directory to make")
      ->type_name("DIR")
      ->required();
  command
      ->add_option("--gate-passphrase-file", flags->passphrase_file,
                   "file (0600) with a passphrase for the gate's secret")
      ->type_name("FILE");
  command
      ->add_option("--origin", flags->origin,
                   "name of its log: a host name of yours and a path "
                   "(courier.example/audit/7/gate-1)")
      ->type_name("NAME");
  command
      ->add_option("--store", flags->store,
                   "keep devices, quotas and the log in this database, which "
                   "gates share: postgresql://...; without it in DIR/store.db")
      ->type_name("DB")
      ->check(CheckStore);
  session->OnRun(command,
                 [flags, session] { return RunInit(*flags, session); });
}

}  // namespace parcelveil::cli
