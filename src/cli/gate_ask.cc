// SPDX-License-Identifier: Apache-2.0
// parcelveil gate reveal, dial, sheet: a handheld's part, played by this host.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "parcelveil/device.h"
#include "src/base/status.h"
#include "src/cli/columns.h"
#include "src/cli/device_file.h"
#include "src/cli/gate_command.h"
#include "src/cli/json.h"

namespace parcelveil::cli {
namespace {

struct Flags {
  GateFlags gate;
  std::string device_file;
  std::vector<std::string> waybills;
  std::vector<std::string> slots;
  std::string purpose = "deliver";
  std::string ticket;
  std::string out;
};

// A device that asks, and the gate that answers it.
struct Asking {
  std::unique_ptr<OpenedGate> gate;
  std::unique_ptr<DeviceFile> device_file;
  Purpose purpose{};
  std::vector<std::string> record_ids;  // with the map's prefix
  std::vector<Slot> slots;
  PrivateOutput out;

  Device& device() { return device_file->device(); }
  std::string Answer(const Ask& ask) {
    return gate->gate().Handle(ask.bytes());
  }
};

absl::Status Begin(const Flags& flags, Asking* asking) {
  PARCELVEIL_ASSIGN_OR_RETURN(asking->purpose, ParsePurpose(flags.purpose));
  PARCELVEIL_ASSIGN_OR_RETURN(asking->slots, ParseSlots(flags.slots));
  PARCELVEIL_ASSIGN_OR_RETURN(asking->gate, OpenedGate::Open(flags.gate));
  PARCELVEIL_ASSIGN_OR_RETURN(asking->device_file,
                              DeviceFile::Load(flags.device_file));
  for (const std::string& argument : flags.waybills) {
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string waybill,
                                ReadWaybill(argument));
    asking->record_ids.push_back(asking->gate->map().record_prefix + waybill);
  }
  return absl::OkStatus();
}

// Prints the fields that `shown` has, one a line.
absl::Status Print(const std::vector<Slot>& slots, Shown* shown, bool json,
                   PrivateOutput* out) {
  using Form = PrivateOutput::Form;
  for (Slot slot : slots) {
    PARCELVEIL_RETURN_IF_ERROR(
        out->Write(json ? "{\"slot\":\"" + NameOf(slot) + "\",\"text\":"
                        : NameOf(slot) + "  "));
    PARCELVEIL_RETURN_IF_ERROR((*shown)[slot].Use([&](std::string_view text) {
      return out->WriteOpened(text, json ? Form::kJson : Form::kText);
    }));
    PARCELVEIL_RETURN_IF_ERROR(out->Write(json ? "}\n" : "\n"));
  }
  return absl::OkStatus();
}

absl::Status RunReveal(const Flags& flags, Session* session) {
  Asking asking;
  PARCELVEIL_RETURN_IF_ERROR(asking.out.Open(flags.out));
  PARCELVEIL_RETURN_IF_ERROR(Begin(flags, &asking));
  PARCELVEIL_ASSIGN_OR_RETURN(
      Ask ask, asking.device().Reveal(asking.record_ids.front(), asking.slots,
                                      asking.purpose, flags.ticket));
  const std::string reply = asking.Answer(ask);
  auto shown = asking.device().Open(std::move(ask), reply);
  PARCELVEIL_RETURN_IF_ERROR(asking.device_file->Store());
  PARCELVEIL_RETURN_IF_ERROR(shown.status());
  PARCELVEIL_RETURN_IF_ERROR(
      Print(asking.slots, &*shown, session->json, &asking.out));
  PARCELVEIL_RETURN_IF_ERROR(asking.out.Close());
  session->Note("This look-up is on the record.");
  return absl::OkStatus();
}

absl::Status RunDial(const Flags& flags, Session* session) {
  Asking asking;
  PARCELVEIL_RETURN_IF_ERROR(Begin(flags, &asking));
  PARCELVEIL_ASSIGN_OR_RETURN(
      Ask ask, asking.device().Dial(asking.record_ids.front(),
                                    asking.slots.empty() ? Slot::kRecipientPhone
                                                         : asking.slots.front(),
                                    asking.purpose));
  const std::string reply = asking.Answer(ask);
  const auto token = asking.device().OpenDial(std::move(ask), reply);
  PARCELVEIL_RETURN_IF_ERROR(asking.device_file->Store());
  PARCELVEIL_RETURN_IF_ERROR(token.status());
  if (session->json) {
    session->Print(JsonObject().Add("token", *token).Take());
    return absl::OkStatus();
  }
  session->Print(*token);
  session->Note(
      "Telephony dials this; the number is not in it for anybody "
      "else. The call is on the record.");
  return absl::OkStatus();
}

absl::Status PrintSheet(const Asking& asking, RouteSheet* sheet, bool json,
                        PrivateOutput* out) {
  for (const std::string& waybill : sheet->waybills()) {
    PARCELVEIL_ASSIGN_OR_RETURN(Shown * entry, sheet->Entry(waybill));
    const std::string head =
        json ? JsonObject().Add("waybill", Printable(waybill)).Take()
             : Printable(waybill);
    PARCELVEIL_RETURN_IF_ERROR(out->Write(head + "\n"));
    PARCELVEIL_RETURN_IF_ERROR(Print(asking.slots, entry, json, out));
  }
  return out->Close();
}

absl::Status RunSheet(const Flags& flags, Session* session) {
  Asking asking;
  PARCELVEIL_RETURN_IF_ERROR(asking.out.Open(flags.out));
  PARCELVEIL_RETURN_IF_ERROR(Begin(flags, &asking));
  PARCELVEIL_ASSIGN_OR_RETURN(
      Ask ask,
      asking.device().Sheet(asking.record_ids, asking.slots, asking.purpose));
  const std::string reply = asking.Answer(ask);
  auto sheet = asking.device().OpenSheet(std::move(ask), reply);
  PARCELVEIL_RETURN_IF_ERROR(asking.device_file->Store());
  PARCELVEIL_RETURN_IF_ERROR(sheet.status());
  session->Note(absl::StrCat(
      sheet->waybills().size(), " parcels, until ",
      IsoTime(sheet->deadline(), asking.gate->keyring().time_zone()),
      ". Each is on the record."));
  return PrintSheet(asking, &*sheet, session->json, &asking.out);
}

void AddAskFlags(CLI::App* command, Flags* flags) {
  AddGateFlags(command, &flags->gate);
  command
      ->add_option("--device-file", flags->device_file,
                   "the device that asks, made by `gate enrol`")
      ->type_name("FILE")
      ->required();
  command->add_option("--purpose", flags->purpose, "why it is asked")
      ->type_name("NAME")
      ->capture_default_str();
}

}  // namespace

void AddGateAsk(CLI::App* gate, Session* session) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* reveal = gate->add_subcommand(
      "reveal", "fields of one parcel, to a terminal or a private file");
  AddAskFlags(reveal, flags.get());
  reveal->add_option("waybill", flags->waybills, "a waybill number, or -")
      ->type_name("WAYBILL")
      ->required()
      ->expected(1);
  reveal->add_option("--slot", flags->slots, "which: RECIPIENT_ADDRESS")
      ->type_name("SLOT")
      ->allow_extra_args(false)
      ->required();
  reveal
      ->add_option("--ticket", flags->ticket,
                   "a search's ticket, for a parcel that is not assigned")
      ->type_name("TICKET");
  reveal->add_option("--out", flags->out, "a new file (0600)")
      ->type_name("FILE");
  session->OnRun(reveal,
                 [flags, session] { return RunReveal(*flags, session); });

  CLI::App* dial = gate->add_subcommand(
      "dial", "a token that telephony dials; no digits are seen");
  AddAskFlags(dial, flags.get());
  dial->add_option("waybill", flags->waybills, "a waybill number, or -")
      ->type_name("WAYBILL")
      ->required()
      ->expected(1);
  dial->add_option("--slot", flags->slots, "which phone (RECIPIENT_PHONE)")
      ->type_name("SLOT")
      ->expected(1);
  session->OnRun(dial, [flags, session] { return RunDial(*flags, session); });

  CLI::App* sheet = gate->add_subcommand(
      "sheet", "a route sheet of parcels flagged as without coverage");
  AddAskFlags(sheet, flags.get());
  sheet->add_option("waybills", flags->waybills, "1 to 64 waybill numbers")
      ->type_name("WAYBILL...")
      ->required();
  sheet->add_option("--slot", flags->slots, "which: RECIPIENT_ADDRESS")
      ->type_name("SLOT")
      ->allow_extra_args(false)
      ->required();
  sheet->add_option("--out", flags->out, "a new file (0600)")
      ->type_name("FILE");
  session->OnRun(sheet, [flags, session] { return RunSheet(*flags, session); });
}

}  // namespace parcelveil::cli
