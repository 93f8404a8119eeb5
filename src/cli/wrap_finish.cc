// SPDX-License-Identifier: Apache-2.0
// parcelveil wrap finish and undo: the two ways out.

#include <string>
#include <vector>

#include "src/base/status.h"
#include "src/cli/json.h"
#include "src/cli/wrap_step.h"

namespace parcelveil::cli {
namespace {

constexpr char kStillThere[] =
    R"(What may still hold old bytes, and is not in reach of this command:
  - backups and copies of the database, snapshots of the disk, replicas;
  - other tables that hold the same values, and logs of your programs;
  - blocks of the disk that the file gave up, and worn cells of an SSD:
    the disk's own encryption or erasure is what helps there.)";

}  // namespace

absl::Status WrapFinish(const WrapFlags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      Wrapped wrapped,
      OpenTable(flags.table, SqliteDatabase::Access::kReadWrite));
  PARCELVEIL_RETURN_IF_ERROR(wrapped.migration->CheckFinish());
  PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<std::string> statements,
                              wrapped.migration->FinishStatements());
  if (flags.dry_run) {
    JsonList list;
    for (const std::string& statement : statements) {
      if (!session->json) session->Print(statement + ";");
      list.Add(statement);
    }
    if (session->json) {
      session->Print(JsonObject().AddRaw("statements", list.Take()).Take());
    }
    return absl::OkStatus();
  }
  if (statements.empty()) {
    session->Print("Nothing to do: table " + wrapped.map.table +
                   " holds no plaintext.");
    return absl::OkStatus();
  }
  PARCELVEIL_RETURN_IF_ERROR(session->Confirm(
      "This removes the plaintext of table " + wrapped.map.table +
          " for good; only the keyring opens its fields after that.",
      flags.yes));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto keyring,
                              LoadKeyringAs(flags.table, Role::kGate));
  FinishOptions options;
  options.keyring = keyring.get();
  options.rewrite = flags.rewrite == "full";
  options.lock_timeout = absl::Seconds(flags.lock_timeout);
  PARCELVEIL_ASSIGN_OR_RETURN(const FinishResult result,
                              wrapped.migration->Finish(options));
  if (session->json) {
    JsonList remains;
    for (const std::string& what : result.remains) remains.Add(what);
    session->Print(JsonObject()
                       .Add("table", wrapped.map.table)
                       .Add("finished", true)
                       .AddRaw("remains", remains.Take())
                       .Take());
    return absl::OkStatus();
  }
  if (wrapped.db == nullptr) {
    session->Print("Removed the plaintext columns of table " +
                   wrapped.map.table + ". What still holds old bytes:");
    for (const std::string& what : result.remains) {
      session->Print("  - " + what);
    }
    return absl::OkStatus();
  }
  session->Print("Removed the plaintext of table " + wrapped.map.table +
                 " from the database, its journal and its free pages.");
  session->Print(kStillThere);
  return absl::OkStatus();
}

absl::Status WrapUndo(const WrapFlags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      Wrapped wrapped,
      OpenTable(flags.table, SqliteDatabase::Access::kReadWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto keyring,
                              LoadKeyringAs(flags.table, Role::kGate));
  PARCELVEIL_RETURN_IF_ERROR(session->Confirm(
      "This drops what was sealed of table " + wrapped.map.table +
          "; its plaintext columns stay as they are.",
      flags.yes));
  PARCELVEIL_RETURN_IF_ERROR(wrapped.migration->Undo(*keyring));
  session->Print("Table " + wrapped.map.table + " is as it was before.");
  return absl::OkStatus();
}

}  // namespace parcelveil::cli
