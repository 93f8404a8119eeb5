// SPDX-License-Identifier: Apache-2.0
#include "src/cli/command.h"

#include <unistd.h>

#include <iostream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/time/civil_time.h"
#include "parcelveil/reason.h"
#include "parcelveil/secret.h"
#include "parcelveil/v1/schema.pb.h"
#include "src/base/status.h"
#include "src/cli/json.h"

namespace parcelveil::cli {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kIntegrity = 3;
constexpr int kRefused = 4;
constexpr int kTryAgain = 75;  // EX_TEMPFAIL of sysexits.h
constexpr char kUsageUrl[] = "parcelveil.usage";

std::string CodeName(const absl::Status& status) {
  return std::string(absl::StatusCodeToString(status.code()));
}

}  // namespace

void Session::OnRun(CLI::App* command, std::function<absl::Status()> action) {
  command->callback([this, action = std::move(action)] { action_ = action; });
}

int Session::Run() {
  if (allow_unlocked) AllowUnlockedMemory();
  absl::Status status = HardenProcess();
  if (status.ok()) status = action_();
  if (!status.ok()) PrintFailure(status, json);
  return ExitStatus(status);
}

void Session::Print(std::string_view text) { std::cout << text << '\n'; }

void Session::Note(std::string_view text) { std::cerr << text << '\n'; }

absl::Status Session::Confirm(std::string_view question, bool yes) {
  if (yes || isatty(STDIN_FILENO) == 0) return absl::OkStatus();
  std::cerr << question << " Type yes to go on: " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "yes") return absl::OkStatus();
  return absl::CancelledError("nothing was changed");
}

int ExitStatus(const absl::Status& status) {
  if (status.ok()) return 0;
  if (status.GetPayload(kUsageUrl).has_value()) return kUsage;
  switch (status.code()) {
    case absl::StatusCode::kDataLoss:
      return kIntegrity;
    case absl::StatusCode::kUnauthenticated:
      // A signature that does not verify is about the file, a passphrase is
      // about who is asking.
      return ReasonOf(status) == Reason::kUnauthenticated ? kIntegrity
                                                          : kRefused;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
      return kRefused;
    case absl::StatusCode::kResourceExhausted:
      return ReasonOf(status) == Reason::kQuota ? kRefused : kFailed;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kAborted:
      return kTryAgain;
    default:
      return kFailed;
  }
}

void PrintFailure(const absl::Status& status, bool json) {
  const std::string message(status.message());
  if (!json) {
    std::cerr << "parcelveil: " << message << '\n';
    return;
  }
  std::cerr << JsonObject()
                   .Add("code", CodeName(status))
                   .Add("reason", ReasonName(ReasonOf(status)))
                   .Add("message", message)
                   .Take()
            << '\n';
}

absl::Status UsageError(std::string_view text) {
  absl::Status status =
      absl::InvalidArgumentError(absl::string_view(text.data(), text.size()));
  status.SetPayload(kUsageUrl, absl::Cord());
  return status;
}

void AddKeyringFlags(CLI::App* command, KeyringFlags* flags) {
  command
      ->add_option("--keyring", flags->keyring,
                   "keyring directory, made by `keyring init`")
      ->type_name("DIR")
      ->required();
  command
      ->add_option("--passphrase-file", flags->passphrase_file,
                   "file (0600) with the passphrase of the secrets; without "
                   "it DIR/unlock opens them")
      ->type_name("FILE");
  command
      ->add_option("--state", flags->state_dir,
                   "directory for the rollback floor, where the keyring's own "
                   "cannot be written")
      ->type_name("DIR");
}

absl::StatusOr<Slot> ParseSlot(const std::string& text) {
  v1::SlotName name;
  if (v1::SlotName_Parse(text, &name) && name != v1::SLOT_UNSPECIFIED) {
    return Slot{static_cast<uint16_t>(name)};
  }
  uint32_t number = 0;
  if (absl::SimpleAtoi(text, &number) && number > 0 && number <= UINT16_MAX) {
    return Slot{static_cast<uint16_t>(number)};
  }
  return UsageError("there is no slot \"" + text +
                    "\"; pass a name of the schema (RECIPIENT_PHONE) or a "
                    "number");
}

absl::StatusOr<Role> ParseRole(const std::string& text) {
  v1::RoleName name;
  if (v1::RoleName_Parse(text, &name) && name != v1::ROLE_UNSPECIFIED) {
    return Role{static_cast<uint16_t>(name)};
  }
  uint32_t number = 0;
  if (absl::SimpleAtoi(text, &number) && number > 0 && number <= UINT16_MAX) {
    return Role{static_cast<uint16_t>(number)};
  }
  return UsageError("there is no role \"" + text +
                    "\"; pass a name (GATE) or a number from 64 on");
}

absl::StatusOr<Epoch> ParseDay(const std::string& text) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day) || DayOf(EpochOf(day)) != day) {
    return UsageError("\"" + text +
                      "\" is not a day from 2020 on; write it as 2026-11-24");
  }
  return EpochOf(day);
}

std::string NameOf(Slot slot) {
  const int number = ToInt(slot);
  return v1::SlotName_IsValid(number)
             ? v1::SlotName_Name(static_cast<v1::SlotName>(number))
             : std::to_string(number);
}

std::string NameOf(Role role) {
  const int number = ToInt(role);
  return v1::RoleName_IsValid(number)
             ? v1::RoleName_Name(static_cast<v1::RoleName>(number))
             : std::to_string(number);
}

std::string IsoTime(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%dT%H:%M%Ez", time, zone);
}

}  // namespace parcelveil::cli
