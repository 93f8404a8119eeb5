// SPDX-License-Identifier: Apache-2.0
// What all commands share: global flags, output, exit statuses.

#ifndef PARCELVEIL_SRC_CLI_COMMAND_H_
#define PARCELVEIL_SRC_CLI_COMMAND_H_

#include <functional>
#include <string>
#include <string_view>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/ids.h"

namespace parcelveil::cli {

// One run of the command.
class Session {
 public:
  // --json: results for scripts.
  bool json = false;
  bool allow_unlocked = false;

  // Runs `action` if `command` is the one that was given.
  void OnRun(CLI::App* command, std::function<absl::Status()> action);
  // Runs what was given and prints its failure. Returns the exit status.
  int Run();

  // Results, to standard output: text, or one JSON object a line.
  void Print(std::string_view text);
  // Messages, to standard error.
  void Note(std::string_view text);
  // Asks before something that cannot be taken back, on a terminal only.
  // Errors: kCancelled where the answer is not "yes".
  absl::Status Confirm(std::string_view question, bool yes);

 private:
  std::function<absl::Status()> action_;
};

// The exit status that belongs to a failure (or 0): 1 failed, 2 wrong usage,
// 3 integrity, 4 refused, 75 try again later.
int ExitStatus(const absl::Status& status);
// Prints a failure as the last thing on standard error.
void PrintFailure(const absl::Status& status, bool json);
// Makes a status that ends the command with 2.
absl::Status UsageError(std::string_view text);

// Flags of every command that works on a keyring directory.
struct KeyringFlags {
  std::string keyring;
  std::string passphrase_file;
  std::string state_dir;
};
void AddKeyringFlags(CLI::App* command, KeyringFlags* flags);

// "RECIPIENT_PHONE" or a number; "GATE" or a number; "2026-11-24".
// Errors: as UsageError.
absl::StatusOr<Slot> ParseSlot(const std::string& text);
absl::StatusOr<Role> ParseRole(const std::string& text);
absl::StatusOr<Epoch> ParseDay(const std::string& text);
// The names that ParseSlot and ParseRole take.
std::string NameOf(Slot slot);
std::string NameOf(Role role);
// "2026-11-24T00:00+08:00".
std::string IsoTime(absl::Time time, absl::TimeZone zone);

// Each adds its commands to `app`; `session` must outlive it.
void AddKeyringCommands(CLI::App* app, Session* session);
void AddMaskCommand(CLI::App* app, Session* session);
void AddGenerateCommand(CLI::App* app, Session* session);
void AddTelephonyCommands(CLI::App* app, Session* session);
void AddAuditCommands(CLI::App* app, Session* session);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_COMMAND_H_
