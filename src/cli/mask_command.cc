// SPDX-License-Identifier: Apache-2.0
// parcelveil mask

#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include "parcelveil/mask.h"
#include "src/cli/command.h"
#include "src/cli/json.h"

namespace parcelveil::cli {
namespace {

struct Flags {
  std::string kind;
  std::string preset = "handheld";
  bool is_virtual = false;
  bool null = false;
};

MaskPreset PresetOf(const std::string& preset) {
  if (preset == "label") return MaskPreset::kLabel;
  return preset == "region" ? MaskPreset::kRegion : MaskPreset::kHandheld;
}

Masked MaskValue(const Flags& flags, std::string_view value) {
  const MaskPreset preset = PresetOf(flags.preset);
  if (flags.kind == "record") return MaskLine(preset, value);
  if (flags.kind == "phone") {
    const NumberOwner owner =
        flags.is_virtual ? NumberOwner::kVirtual : NumberOwner::kUnknown;
    return MaskPhoneOf(owner, preset, value);
  }
  const FieldKind kind =
      flags.kind == "name" ? FieldKind::kName : FieldKind::kAddress;
  return Mask(RuleFor(kind, preset), value);
}

absl::Status Run(const Flags& flags, Session* session) {
  const char end = flags.null ? '\0' : '\n';
  std::string value;
  while (std::getline(std::cin, value, end)) {
    const Masked mask = MaskValue(flags, value);
    if (session->json) {
      session->Print(JsonObject().Add("mask", mask.text()).Take());
    } else {
      std::cout << mask.text() << end;
    }
  }
  std::cout.flush();
  if (std::cin.bad() || !std::cout) {
    return absl::UnavailableError(
        "mask: standard input or output failed; try again");
  }
  return absl::OkStatus();
}

}  // namespace

void AddMaskCommand(CLI::App* app, Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app->add_subcommand(
      "mask", "mask values: one a line from standard input");
  command
      ->add_option("--kind", flags->kind,
                   "what the values are; record: one line with name, phone and "
                   "address in it, in any order")
      ->check(CLI::IsMember({"name", "phone", "address", "record"}))
      ->required();
  command->add_option("--preset", flags->preset, "how much to show")
      ->check(CLI::IsMember({"handheld", "label", "region"}))
      ->capture_default_str();
  command->add_flag("--virtual", flags->is_virtual,
                    "phones are privacy numbers: a label shows them whole");
  command->add_flag("--null", flags->null,
                    "values end with a NUL byte, not a line end");
  session->OnRun(command, [flags, session] { return Run(*flags, session); });
}

}  // namespace parcelveil::cli
