// SPDX-License-Identifier: Apache-2.0
#include "src/cli/gate_command.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <utility>

#include "parcelveil/file.h"
#include "parcelveil/sqlite_gate.h"
#include "src/base/status.h"
#include "src/base/wipe.h"
#include "src/cli/columns.h"
#include "src/cli/json.h"
#include "src/store/file/file_io.h"

namespace parcelveil::cli {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

constexpr std::pair<const char*, Purpose> kPurposes[] = {
    {"deliver", Purpose::kDeliver},
    {"address_check", Purpose::kAddressCheck},
    {"return", Purpose::kReturn},
    {"complaint", Purpose::kComplaint},
    {"dispute", Purpose::kDispute},
    {"customs", Purpose::kCustoms},
    {"lawful_request", Purpose::kLawfulRequest},
};

}  // namespace

void AddGateFlags(CLI::App* command, GateFlags* flags) {
  command
      ->add_option("--gate", flags->gate, "gate directory, made by `gate init`")
      ->type_name("DIR")
      ->required();
  command
      ->add_option("--gate-passphrase-file", flags->passphrase_file,
                   "file (0600) with the passphrase of the gate's secret; "
                   "without it DIR/unlock opens it")
      ->type_name("FILE");
  AddTableFlags(command, &flags->table);
}

std::string CheckStore(const std::string& address) {
  return IsPostgres(address) ? "" : "--store takes postgresql://...";
}

absl::StatusOr<std::unique_ptr<OpenedGate>> OpenedGate::Open(
    const GateFlags& flags) {
  std::unique_ptr<OpenedGate> opened(new OpenedGate());
  PARCELVEIL_ASSIGN_OR_RETURN(opened->map_, LoadTableMap(flags.table.map));
  PARCELVEIL_ASSIGN_OR_RETURN(opened->keyring_,
                              LoadKeyringAs(flags.table, Role::kGate));
  PARCELVEIL_ASSIGN_OR_RETURN(
      opened->parcels_,
      OpenParcels(flags.table.db, opened->map_, opened->keyring_->schema()));
  LocalGateOptions options;
  options.keyring = opened->keyring_.get();
  options.parcels = opened->parcels_.get();
  options.passphrase_file = flags.passphrase_file;
  options.alert = [](const GateAlert& alert) {
    std::cerr << "alert: " << alert.text << '\n';
  };
  PARCELVEIL_ASSIGN_OR_RETURN(opened->local_,
                              LocalGate::Open(flags.gate, std::move(options)));
  return opened;
}

absl::StatusOr<std::unique_ptr<Parcels>> OpenParcels(const std::string& db,
                                                     const TableMap& map,
                                                     const Schema& schema) {
  if (IsPostgres(db)) return OpenPostgresParcels(db, map, schema);
  if (db.compare(0, kSqlite.size(), kSqlite) != 0) {
    return UsageError("--db takes sqlite:PATH or postgresql://...");
  }
  return SqliteParcels::Create(db.substr(kSqlite.size()), map, schema);
}

absl::StatusOr<std::string> ReadWaybill(const std::string& argument) {
  if (argument != "-") return argument;
  std::string line;
  if (std::getline(std::cin, line) && !line.empty()) return line;
  return UsageError("there is no waybill number on standard input");
}

absl::StatusOr<Purpose> ParsePurpose(const std::string& text) {
  std::string names;
  for (const auto& [name, purpose] : kPurposes) {
    if (text == name) return purpose;
    names.append(names.empty() ? "" : ", ").append(name);
  }
  return UsageError("there is no purpose \"" + text + "\"; pass one of " +
                    names);
}

absl::StatusOr<std::vector<Slot>> ParseSlots(
    const std::vector<std::string>& names) {
  std::vector<Slot> slots;
  for (const std::string& name : names) {
    PARCELVEIL_ASSIGN_OR_RETURN(const Slot slot, ParseSlot(name));
    slots.push_back(slot);
  }
  std::sort(slots.begin(), slots.end());
  if (std::adjacent_find(slots.begin(), slots.end()) != slots.end()) {
    return UsageError("--slot names a slot twice");
  }
  return slots;
}

PrivateOutput::~PrivateOutput() {
  if (file_ >= 0) close(file_);
}

absl::Status PrivateOutput::Open(const std::string& path) {
  if (path.empty()) {
    is_terminal_ = isatty(STDOUT_FILENO) == 1;
    if (is_terminal_) return absl::OkStatus();
    return absl::FailedPreconditionError(
        "show opened text: standard output is no terminal, and opened text "
        "goes to a terminal or into a private file only; pass --out FILE");
  }
  file_ = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file_ >= 0) return absl::OkStatus();
  if (errno == EEXIST) {
    return MakeStatus(Reason::kAlreadyExists,
                      "write \"" + path + "\": it exists; name a new file");
  }
  return store::FileError("write", path, errno);
}

absl::Status PrivateOutput::Write(std::string_view text) {
  const int file = is_terminal_ ? STDOUT_FILENO : file_;
  while (!text.empty()) {
    const ssize_t size = write(file, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return store::FileError("write", "--out", errno);
    text.remove_prefix(static_cast<size_t>(size));
  }
  return absl::OkStatus();
}

absl::Status PrivateOutput::WriteOpened(std::string_view text, Form form) {
  std::string printable = Printable(text);
  const base::WipeOnExit wipe_printable(
      {reinterpret_cast<uint8_t*>(printable.data()), printable.size()});
  if (form == Form::kText) return Write(printable);
  std::string quoted = JsonString(printable);
  const base::WipeOnExit wipe_quoted(
      {reinterpret_cast<uint8_t*>(quoted.data()), quoted.size()});
  return Write(quoted);
}

absl::Status PrivateOutput::Close() {
  if (file_ < 0 || fsync(file_) == 0) return absl::OkStatus();
  return store::FileError("write", "--out", errno);
}

void AddGateCommands(CLI::App* app, Session* session) {
  CLI::App* gate = app->add_subcommand(
      "gate", "the only way from a masked view to a full value");
  gate->require_subcommand(1);
  AddGateInit(gate, session);
  AddGateDevices(gate, session);
  AddGateParcels(gate, session);
  AddGateAsk(gate, session);
  AddGateApprove(gate, session);
  AddGateExport(gate, session);
}

}  // namespace parcelveil::cli
