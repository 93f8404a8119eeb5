// SPDX-License-Identifier: Apache-2.0

#include "src/cli/find_command.h"

#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "parcelveil/finder.h"
#include "parcelveil/wrapped_table.h"
#include "src/base/status.h"
#include "src/base/wiped_string.h"
#include "src/cli/opened_table.h"
#include "src/cli/table_flags.h"

namespace parcelveil::cli {
namespace {

constexpr size_t kMaxValueSize = 256;

struct Flags {
  TableFlags table;
  std::string by;
  std::optional<uint32_t> outlet;
  int days = Finder::kMaxDays;
  std::string role;
};

// Reads one line from standard input into `value`, which is never copied.
absl::Status ReadValue(base::WipedString* value) {
  std::string* const text = value->get();
  text->resize(kMaxValueSize);
  size_t size = 0;
  while (size < text->size()) {
    const ssize_t n =
        read(STDIN_FILENO, text->data() + size, text->size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    size += static_cast<size_t>(n);
    if (isatty(STDIN_FILENO) != 0) break;  // a line at a time
  }
  if (size == text->size()) {
    return UsageError("standard input is too long for a phone number");
  }
  while (size > 0 && ((*text)[size - 1] == '\n' || (*text)[size - 1] == '\r')) {
    --size;
  }
  text->resize(size);
  if (size == 0) {
    return UsageError("give the number on standard input, not as an argument");
  }
  if (text->find('\n') == std::string::npos) return absl::OkStatus();
  return UsageError("give one number on standard input, not several lines");
}

// Notes what the rows alone do not tell.
void NoteRest(const FoundMaskedRows& found, Role role, Session* session) {
  const int64_t num_rows = static_cast<int64_t>(found.rows.size());
  if (found.num_matches > num_rows) {
    session->Note(absl::StrCat("These are the newest ", num_rows, " of ",
                               FormatCount(found.num_matches),
                               " rows; narrow the search with --days or "
                               "--scope."));
  }
  if (found.num_closed > 0) {
    session->Note(absl::StrCat(FormatCount(found.num_closed),
                               found.num_closed == 1 ? " row that may hold it "
                                                       "does"
                                                     : " rows that may hold it "
                                                       "do",
                               " not open as ", NameOf(role), "."));
  }
}

absl::Status Find(const Flags& flags, Session* session) {
  FindRows find;
  find.by = flags.by == "phone" ? IndexRule::kPhone : IndexRule::kLast4;
  find.back = absl::Hours(24) * flags.days;
  find.limit = WrappedTable::kMaxRowsFound;
  if (flags.outlet.has_value()) find.scope = Scope{*flags.outlet};
  Role role = Role::kGate;
  if (!flags.role.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(role, ParseRole(flags.role));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const OpenedTable opened,
      OpenWrappedTable(flags.table, SqliteDatabase::Access::kReadOnly));
  if (find.by == IndexRule::kLast4 && !opened.map.scope.empty() &&
      !find.scope.has_value()) {
    return UsageError(
        "four digits are looked for in one outlet; name it with --scope");
  }
  base::WipedString value(kMaxValueSize);
  PARCELVEIL_RETURN_IF_ERROR(ReadValue(&value));
  find.text = value.view();
  const bool has_outlets = role == Role::kOutlet;
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto keyring,
      LoadKeyringAs(flags.table, role,
                    has_outlets ? find.scope.value_or(Scope::kNational)
                                : Scope::kNational));
  PARCELVEIL_ASSIGN_OR_RETURN(const FoundMaskedRows found,
                              opened.table->Find(*keyring, find));
  PrintRows(opened.map, keyring->schema(), role, found.rows, session);
  NoteRest(found, role, session);
  return absl::OkStatus();
}

}  // namespace

void AddFindCommand(CLI::App* app, Session* session) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = app->add_subcommand(
      "find",
      "masked rows that hold a phone number; the number comes on standard "
      "input");
  AddTableFlags(command, &flags->table);
  command->add_option("--by", flags->by, "what is looked for")
      ->check(CLI::IsMember({"phone", "last4"}))
      ->required();
  command
      ->add_option("--scope", flags->outlet,
                   "only this outlet's rows; last4 needs it")
      ->type_name("N");
  command
      ->add_option("--days", flags->days,
                   "only rows sealed in the last N days (default: as far back "
                   "as the role may open)")
      ->type_name("N")
      ->check(CLI::Range(0, Finder::kMaxDays));
  command
      ->add_option("--role", flags->role,
                   "whose secret is loaded: GATE, or OUTLET for last4")
      ->type_name("NAME");
  session->OnRun(command, [flags, session] { return Find(*flags, session); });
}

}  // namespace parcelveil::cli
