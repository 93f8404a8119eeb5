// SPDX-License-Identifier: Apache-2.0
// The command `parcelveil`.

#include <cstring>

#include "CLI/CLI.hpp"
#include "parcelveil/version.h"
#include "src/cli/command.h"
#include "src/cli/find_command.h"
#include "src/cli/gate_command.h"
#include "src/cli/list_command.h"
#include "src/cli/trace_command.h"
#include "src/cli/wrap_command.h"

namespace parcelveil::cli {
namespace {

bool HasJsonFlag(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (strcmp(argv[i], "--json") == 0) return true;
  }
  return false;
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Seals names, phones and addresses of waybills under keys of their own "
      "for each role, and shows masked lists.",
      "parcelveil");
  Session session;
  app.require_subcommand(1);
  app.fallthrough();  // global flags may stand anywhere
  app.set_version_flag("--version", PARCELVEIL_VERSION);
  app.add_flag("--json", session.json, "print results as JSON");
  app.add_flag("--allow-unlocked", session.allow_unlocked,
               "go on where memory for keys cannot be locked");
  AddKeyringCommands(&app, &session);
  AddMaskCommand(&app, &session);
  AddGenerateCommand(&app, &session);
  AddWrapCommands(&app, &session);
  AddListCommand(&app, &session);
  AddFindCommand(&app, &session);
  AddGateCommands(&app, &session);
  AddTelephonyCommands(&app, &session);
  AddAuditCommands(&app, &session);
  AddTraceCommand(&app, &session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& shown) {  // --help, --version
    return app.exit(shown);
  } catch (const CLI::ParseError& error) {
    const absl::Status status = UsageError(error.what());
    if (!HasJsonFlag(argc, argv)) {
      app.exit(error);
    } else {
      PrintFailure(status, /*json=*/true);
    }
    return ExitStatus(status);
  }
  return session.Run();
}

}  // namespace
}  // namespace parcelveil::cli

int main(int argc, char** argv) { return parcelveil::cli::Main(argc, argv); }
