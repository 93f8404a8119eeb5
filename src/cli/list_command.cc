// SPDX-License-Identifier: Apache-2.0

#include "src/cli/list_command.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "parcelveil/wrapped_table.h"
#include "src/base/status.h"
#include "src/cli/columns.h"
#include "src/cli/opened_table.h"
#include "src/cli/table_flags.h"

namespace parcelveil::cli {
namespace {

struct Flags {
  TableFlags table;
  std::vector<std::string> where;
  ListRows list;
};

absl::Status List(const Flags& flags, Session* session) {
  ListRows list = flags.list;
  for (const std::string& text : flags.where) {
    const size_t at = text.find('=');
    if (at == std::string::npos || at == 0) {
      return UsageError("--where takes COLUMN=VALUE");
    }
    list.where.push_back({text.substr(0, at), text.substr(at + 1)});
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const OpenedTable opened,
      OpenWrappedTable(flags.table, SqliteDatabase::Access::kReadOnly));
  for (const ListRows::Condition& condition : list.where) {
    if (opened.table->HasColumn(condition.column)) continue;
    return UsageError("--where: table \"" + opened.map.table +
                      "\" has no column \"" + Printable(condition.column) +
                      "\"");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const auto keyring,
                              LoadKeyringAs(flags.table, Role::kList));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<MaskedRow> rows,
                              opened.table->List(*keyring, list));
  PrintRows(opened.map, keyring->schema(), Role::kList, rows, session);
  return absl::OkStatus();
}

}  // namespace

void AddListCommand(CLI::App* app, Session* session) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app->add_subcommand("list", "masked rows, as a handheld shows them");
  AddTableFlags(command, &flags->table);
  command
      ->add_option("--where", flags->where,
                   "only rows with this value in a column that is not sealed")
      ->type_name("COLUMN=VALUE");
  command->add_option("--limit", flags->list.limit, "at most so many rows")
      ->type_name("N")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  session->OnRun(command, [flags, session] { return List(*flags, session); });
}

}  // namespace parcelveil::cli
