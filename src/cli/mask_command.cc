// SPDX-License-Identifier: Apache-2.0
// parcelveil mask

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "parcelveil/mask.h"
#include "src/cli/command.h"
#include "src/cli/json.h"

namespace parcelveil::cli {
namespace {

struct Flags {
  std::string kind;
  std::string preset = "handheld";
  bool null = false;
};

// One kind; for a record the three, separated by tabs.
std::vector<FieldKind> KindsOf(const std::string& kind) {
  if (kind == "name") return {FieldKind::kName};
  if (kind == "phone") return {FieldKind::kPhone};
  if (kind == "address") return {FieldKind::kAddress};
  return {FieldKind::kName, FieldKind::kPhone, FieldKind::kAddress};
}

MaskPreset PresetOf(const std::string& preset) {
  if (preset == "label") return MaskPreset::kLabel;
  return preset == "region" ? MaskPreset::kRegion : MaskPreset::kHandheld;
}

std::string MaskLine(const std::string& line,
                     const std::vector<FieldKind>& kinds, MaskPreset preset) {
  const std::vector<std::string> parts = absl::StrSplit(line, '\t');
  std::string masked;
  for (size_t i = 0; i < parts.size(); ++i) {
    // A part too many is of no known kind: hidden.
    const FieldKind kind = i < kinds.size() ? kinds[i] : FieldKind::kText;
    if (i > 0) masked += '\t';
    masked += Mask(RuleFor(kind, preset), parts[i]).text();
  }
  return masked;
}

absl::Status Run(const Flags& flags, Session* session) {
  const char end = flags.null ? '\0' : '\n';
  const std::vector<FieldKind> kinds = KindsOf(flags.kind);
  const MaskPreset preset = PresetOf(flags.preset);
  std::string line;
  while (std::getline(std::cin, line, end)) {
    const std::string masked =
        kinds.size() == 1 ? Mask(RuleFor(kinds[0], preset), line).text()
                          : MaskLine(line, kinds, preset);
    if (session->json) {
      session->Print(JsonObject().Add("mask", masked).Take());
    } else {
      std::cout << masked << end;
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
                   "what the values are; record: name, phone and address "
                   "separated by tabs")
      ->check(CLI::IsMember({"name", "phone", "address", "record"}))
      ->required();
  command->add_option("--preset", flags->preset, "how much to show")
      ->check(CLI::IsMember({"handheld", "label", "region"}))
      ->capture_default_str();
  command->add_flag("--null", flags->null,
                    "values end with a NUL byte, not a line end");
  session->OnRun(command, [flags, session] { return Run(*flags, session); });
}

}  // namespace parcelveil::cli
