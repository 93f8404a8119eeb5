// SPDX-License-Identifier: Apache-2.0
// parcelveil gate export, erase

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/cli/columns.h"
#include "src/cli/gate_command.h"
#include "src/cli/json.h"
#include "src/store/file/file_io.h"

namespace parcelveil::cli {
namespace {

constexpr size_t kMaxRecordsSize = 64u << 20;

struct Flags {
  GateFlags gate;
  uint64_t by = 0;
  std::string name;
  std::string records;
  std::string waybill;
  std::vector<std::string> slots;
  std::string purpose = "lawful_request";
  std::string out;
  bool yes = false;
  bool dry_run = false;
};

// One waybill number a line.
absl::StatusOr<std::vector<std::string>> ReadRecords(
    const std::string& path, const std::string& prefix) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string text,
                              store::ReadWholeFile(path, kMaxRecordsSize));
  std::vector<std::string> records;
  size_t at = 0;
  while (at < text.size()) {
    size_t end = text.find('\n', at);
    if (end == std::string::npos) end = text.size();
    std::string line = text.substr(at, end - at);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) records.push_back(prefix + line);
    at = end + 1;
  }
  return records;
}

// One record as one JSON line.
absl::Status WriteRecord(const ExportedRecord& record, PrivateOutput* out) {
  PARCELVEIL_RETURN_IF_ERROR(
      out->Write("{\"waybill\":" + JsonString(Printable(record.record_id))));
  for (const ExportedRecord::Field& field : record.fields) {
    PARCELVEIL_RETURN_IF_ERROR(out->Write(",\"" + NameOf(field.slot) + "\":"));
    PARCELVEIL_RETURN_IF_ERROR(field.text.Use([&](std::string_view text) {
      return out->WriteOpened(text, PrivateOutput::Form::kJson);
    }));
  }
  return out->Write("}\n");
}

absl::Status RunExport(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<OpenedGate> opened,
                              OpenedGate::Open(flags.gate));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<Keyring> dispute,
                              LoadKeyringAs(flags.gate.table, Role::kDispute));
  ExportOrder order;
  order.name = flags.name;
  order.by = flags.by;
  order.keyring = dispute.get();
  PARCELVEIL_ASSIGN_OR_RETURN(order.purpose, ParsePurpose(flags.purpose));
  PARCELVEIL_ASSIGN_OR_RETURN(order.slots, ParseSlots(flags.slots));
  PARCELVEIL_ASSIGN_OR_RETURN(
      order.record_ids,
      ReadRecords(flags.records, opened->map().record_prefix));
  PrivateOutput out;
  PARCELVEIL_RETURN_IF_ERROR(out.Open(flags.out));
  size_t num_written = 0;
  const absl::Status status =
      opened->gate().Export(order, [&](const ExportedRecord& record) {
        ++num_written;
        return WriteRecord(record, &out);
      });
  PARCELVEIL_RETURN_IF_ERROR(out.Close());
  session->Note(absl::StrCat("Exported ", num_written, " of ",
                             order.record_ids.size(),
                             " records; each is on the record."));
  return status;
}

absl::Status RunErase(const Flags& flags, Session* session) {
  ErasureOrder order;
  order.by = flags.by;
  PARCELVEIL_ASSIGN_OR_RETURN(order.slots, ParseSlots(flags.slots));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string waybill,
                              ReadWaybill(flags.waybill));
  if (flags.dry_run) {
    session->Print(
        "Nothing was changed. A run would erase these cells, their "
        "views and index values, for good.");
    return absl::OkStatus();
  }
  PARCELVEIL_RETURN_IF_ERROR(session->Confirm(
      "These cells of the parcel are erased for good.", flags.yes));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<OpenedGate> opened,
                              OpenedGate::Open(flags.gate));
  order.record_id = opened->map().record_prefix + waybill;
  PARCELVEIL_RETURN_IF_ERROR(opened->gate().Erase(order));
  session->Print(session->json
                     ? JsonObject().Add("erased", true).Take()
                     : std::string("Erased; that is on the record. Backups and "
                                   "standbys still have the sealed cells."));
  return absl::OkStatus();
}

}  // namespace

void AddGateExport(CLI::App* gate, Session* session) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* exports = gate->add_subcommand(
      "export",
      "records for an authority or the person themselves, after two "
      "approvals (`gate approve --export NAME`)");
  AddGateFlags(exports, &flags->gate);
  exports->add_option("--name", flags->name, "the case; what was approved")
      ->type_name("NAME")
      ->required();
  exports->add_option("--by", flags->by, "the principal who asks")
      ->type_name("N")
      ->required()
      ->check(CLI::PositiveNumber);
  exports->add_option("--records", flags->records, "one waybill number a line")
      ->type_name("FILE")
      ->required();
  exports->add_option("--slot", flags->slots, "which fields")
      ->type_name("SLOT")
      ->allow_extra_args(false)
      ->required();
  exports->add_option("--purpose", flags->purpose, "why it is asked")
      ->type_name("NAME")
      ->capture_default_str();
  exports->add_option("--out", flags->out, "a new file (0600)")
      ->type_name("FILE");
  session->OnRun(exports,
                 [flags, session] { return RunExport(*flags, session); });

  CLI::App* erase = gate->add_subcommand(
      "erase", "one person's cells of one parcel, for good");
  AddGateFlags(erase, &flags->gate);
  erase->add_option("waybill", flags->waybill, "a waybill number, or -")
      ->type_name("WAYBILL")
      ->required();
  erase->add_option("--by", flags->by, "the principal who asks")
      ->type_name("N")
      ->required()
      ->check(CLI::PositiveNumber);
  erase->add_option("--slot", flags->slots, "which fields and views")
      ->type_name("SLOT")
      ->allow_extra_args(false)
      ->required();
  erase->add_flag("--yes", flags->yes, "do not ask");
  erase->add_flag("--dry-run", flags->dry_run,
                  "say what it means, change "
                  "nothing");
  session->OnRun(erase, [flags, session] { return RunErase(*flags, session); });
}

}  // namespace parcelveil::cli
