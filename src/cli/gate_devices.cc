// SPDX-License-Identifier: Apache-2.0
// parcelveil gate enrol, revoke

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "src/base/status.h"
#include "src/cli/device_file.h"
#include "src/cli/gate_command.h"
#include "src/cli/json.h"

namespace parcelveil::cli {
namespace {

struct Flags {
  GateFlags gate;
  uint64_t principal = 0;
  uint64_t device = 0;
  std::string role = "LIST";
  uint32_t outlet = 0;
  int days = 180;
  std::string device_file;
  std::string public_key;
};

absl::StatusOr<Ed25519PublicKey> ParsePublicKey(const std::string& hex) {
  Ed25519PublicKey key;
  const bool is_hex =
      hex.size() == 2 * key.size() &&
      hex.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (!is_hex) return UsageError("--public-key takes 64 hex digits");
  const std::string bytes = absl::HexStringToBytes(hex);
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

absl::StatusOr<Enrolment> EnrolmentOf(const Flags& flags) {
  Enrolment enrolment;
  enrolment.device = flags.device;
  PARCELVEIL_ASSIGN_OR_RETURN(const Role role, ParseRole(flags.role));
  enrolment.principal = {flags.principal, role, Scope{flags.outlet}, true};
  enrolment.expires = absl::Now() + absl::Hours(24) * flags.days;
  return enrolment;
}

void PrintEnrolled(const Enrolment& enrolment, const std::string& card_hex,
                   Session* session) {
  if (session->json) {
    JsonObject json;
    json.Add("device", enrolment.device)
        .Add("principal", enrolment.principal.id)
        .Add("expires", IsoTime(enrolment.expires, absl::UTCTimeZone()));
    if (!card_hex.empty()) json.Add("card", card_hex);
    session->Print(json.Take());
    return;
  }
  session->Print(absl::StrCat(
      "Device ", enrolment.device, " asks for principal ",
      enrolment.principal.id, " as ", NameOf(enrolment.principal.role),
      " until ", IsoTime(enrolment.expires, absl::LocalTimeZone()), "."));
  if (!card_hex.empty()) session->Print("Card for the device: " + card_hex);
}

// A device of this host: its key is made here and its card handed to it.
absl::Status EnrolFile(const Flags& flags, Enrolment enrolment, Gate* gate,
                       Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<DeviceFile> file,
                              DeviceFile::Create(flags.device_file));
  enrolment.key = file->device().public_key();
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string card, gate->Enrol(enrolment));
  PARCELVEIL_RETURN_IF_ERROR(file->device().Enrol(card));
  PARCELVEIL_RETURN_IF_ERROR(file->Store());
  PrintEnrolled(enrolment, "", session);
  return absl::OkStatus();
}

absl::Status RunEnrol(const Flags& flags, Session* session) {
  if (flags.device_file.empty() == flags.public_key.empty()) {
    return UsageError("pass either --device-file or --public-key");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(Enrolment enrolment, EnrolmentOf(flags));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<OpenedGate> opened,
                              OpenedGate::Open(flags.gate));
  if (!flags.device_file.empty()) {
    return EnrolFile(flags, enrolment, &opened->gate(), session);
  }
  PARCELVEIL_ASSIGN_OR_RETURN(enrolment.key, ParsePublicKey(flags.public_key));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string card,
                              opened->gate().Enrol(enrolment));
  PrintEnrolled(enrolment, absl::BytesToHexString(card), session);
  return absl::OkStatus();
}

absl::Status RunRevoke(const Flags& flags, Session* session) {
  if ((flags.device == 0) == (flags.principal == 0)) {
    return UsageError("pass either --device or --principal");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<OpenedGate> opened,
                              OpenedGate::Open(flags.gate));
  if (flags.device != 0) {
    PARCELVEIL_RETURN_IF_ERROR(opened->gate().Revoke(flags.device));
  } else {
    PARCELVEIL_RETURN_IF_ERROR(
        opened->gate().SetActive(flags.principal, /*active=*/false));
  }
  const std::string who = flags.device != 0
                              ? absl::StrCat("device ", flags.device)
                              : absl::StrCat("principal ", flags.principal);
  if (session->json) {
    session->Print(JsonObject().Add("revoked", who).Take());
  } else {
    session->Print("Revoked " + who + ": it is refused from now on.");
  }
  return absl::OkStatus();
}

}  // namespace

void AddGateDevices(CLI::App* gate, Session* session) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* enrol = gate->add_subcommand(
      "enrol", "a device for a principal: a courier, an agent, a service");
  AddGateFlags(enrol, &flags->gate);
  enrol->add_option("--principal", flags->principal, "whose device it is")
      ->type_name("N")
      ->required()
      ->check(CLI::PositiveNumber);
  enrol->add_option("--device", flags->device, "the device's own number")
      ->type_name("N")
      ->required()
      ->check(CLI::PositiveNumber);
  enrol->add_option("--role", flags->role, "the principal's role in the policy")
      ->type_name("NAME")
      ->capture_default_str();
  enrol->add_option("--outlet", flags->outlet, "the principal's outlet")
      ->type_name("N");
  enrol->add_option("--days", flags->days, "how long it may ask")
      ->type_name("N")
      ->check(CLI::Range(1, 3650))
      ->capture_default_str();
  enrol
      ->add_option("--device-file", flags->device_file,
                   "make the device here and keep it in this new file")
      ->type_name("FILE");
  enrol
      ->add_option("--public-key", flags->public_key,
                   "the key of a device elsewhere; prints its card")
      ->type_name("HEX");
  session->OnRun(enrol, [flags, session] { return RunEnrol(*flags, session); });

  CLI::App* revoke = gate->add_subcommand(
      "revoke", "a lost device, or everything of a principal");
  AddGateFlags(revoke, &flags->gate);
  revoke->add_option("--device", flags->device, "a device")->type_name("N");
  revoke->add_option("--principal", flags->principal, "a principal")
      ->type_name("N");
  session->OnRun(revoke,
                 [flags, session] { return RunRevoke(*flags, session); });
}

}  // namespace parcelveil::cli
