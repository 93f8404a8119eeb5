// SPDX-License-Identifier: Apache-2.0
// parcelveil gate approve, hold, release

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/cli/gate_command.h"
#include "src/cli/json.h"

namespace parcelveil::cli {
namespace {

struct Flags {
  GateFlags gate;
  uint64_t by = 0;
  std::string waybill;
  std::string export_name;
  int hours = 24;
};

void PrintDone(std::string_view text, Session* session) {
  if (session->json) {
    session->Print(JsonObject().Add("message", text).Take());
  } else {
    session->Print(text);
  }
}

absl::StatusOr<std::string> RecordId(const Flags& flags,
                                     const OpenedGate& opened) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string waybill,
                              ReadWaybill(flags.waybill));
  return opened.map().record_prefix + waybill;
}

absl::Status RunApprove(const Flags& flags, Session* session) {
  if (flags.waybill.empty() == flags.export_name.empty()) {
    return UsageError("pass either a waybill or --export");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<OpenedGate> opened,
                              OpenedGate::Open(flags.gate));
  std::string subject = flags.export_name;
  if (subject.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(subject, RecordId(flags, *opened));
  }
  PARCELVEIL_RETURN_IF_ERROR(
      opened->gate().Approve(flags.by, subject, absl::Hours(flags.hours)));
  PrintDone(absl::StrCat("Principal ", flags.by, " approved it for ",
                         flags.hours, " hours; that is on the record."),
            session);
  return absl::OkStatus();
}

absl::Status RunHold(const Flags& flags, bool hold, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<OpenedGate> opened,
                              OpenedGate::Open(flags.gate));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string record_id,
                              RecordId(flags, *opened));
  if (hold) {
    PARCELVEIL_RETURN_IF_ERROR(opened->gate().Hold(record_id));
    PrintDone("Held: it is revealed only with a second person's approval.",
              session);
    return absl::OkStatus();
  }
  PARCELVEIL_RETURN_IF_ERROR(opened->gate().Release(record_id));
  PrintDone("Released.", session);
  return absl::OkStatus();
}

void AddWaybill(CLI::App* command, Flags* flags) {
  command->add_option("waybill", flags->waybill, "a waybill number, or -")
      ->type_name("WAYBILL");
}

}  // namespace

void AddGateApprove(CLI::App* gate, Session* session) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* approve = gate->add_subcommand(
      "approve", "a second person's yes: to a held parcel, or to an export");
  AddGateFlags(approve, &flags->gate);
  AddWaybill(approve, flags.get());
  approve->add_option("--by", flags->by, "the principal who approves")
      ->type_name("N")
      ->required()
      ->check(CLI::PositiveNumber);
  approve->add_option("--export", flags->export_name, "name of an export")
      ->type_name("NAME");
  approve->add_option("--hours", flags->hours, "how long it holds")
      ->type_name("N")
      ->check(CLI::Range(1, 720))
      ->capture_default_str();
  session->OnRun(approve,
                 [flags, session] { return RunApprove(*flags, session); });

  CLI::App* hold = gate->add_subcommand(
      "hold", "a parcel, so that a second person must approve");
  AddGateFlags(hold, &flags->gate);
  AddWaybill(hold, flags.get());
  session->OnRun(hold, [flags, session] {
    return RunHold(*flags, /*hold=*/true, session);
  });

  CLI::App* release = gate->add_subcommand("release", "a held parcel");
  AddGateFlags(release, &flags->gate);
  AddWaybill(release, flags.get());
  session->OnRun(release, [flags, session] {
    return RunHold(*flags, /*hold=*/false, session);
  });
}

}  // namespace parcelveil::cli
