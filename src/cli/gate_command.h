// SPDX-License-Identifier: Apache-2.0
// parcelveil gate: what its subcommands share.

#ifndef PARCELVEIL_SRC_CLI_GATE_COMMAND_H_
#define PARCELVEIL_SRC_CLI_GATE_COMMAND_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "parcelveil/keyring.h"
#include "parcelveil/local_gate.h"
#include "parcelveil/parcels.h"
#include "parcelveil/schema.h"
#include "parcelveil/table_map.h"
#include "src/cli/command.h"
#include "src/cli/table_flags.h"

namespace parcelveil::cli {

struct GateFlags {
  std::string gate;
  std::string passphrase_file;  // of the gate's secret
  TableFlags table;
};
void AddGateFlags(CLI::App* command, GateFlags* flags);

// What --store takes: empty, or what is wrong with it.
std::string CheckStore(const std::string& address);

// A gate with all that it stands on.
class OpenedGate {
 public:
  // Errors: those of LoadTableMap, LoadKeyring, OpenParcels, LocalGate::Open.
  // Alerts go to standard error.
  static absl::StatusOr<std::unique_ptr<OpenedGate>> Open(
      const GateFlags& flags);

  Gate& gate() { return local_->gate(); }
  const TableMap& map() const { return map_; }
  const Keyring& keyring() const { return *keyring_; }

 private:
  OpenedGate() = default;

  TableMap map_;
  // Destroyed from the last to the first.
  std::unique_ptr<Keyring> keyring_;
  std::unique_ptr<Parcels> parcels_;
  std::unique_ptr<LocalGate> local_;
};

// The parcels of the table that --db names. Errors: as UsageError for another
// database than sqlite:PATH or postgresql://...; those of SqliteParcels::Create
// and PostgresParcels::Create.
absl::StatusOr<std::unique_ptr<Parcels>> OpenParcels(const std::string& db,
                                                     const TableMap& map,
                                                     const Schema& schema);
// Errors: kUnimplemented in a build without PostgreSQL.
absl::StatusOr<std::unique_ptr<Parcels>> OpenPostgresParcels(
    const std::string& address, const TableMap& map, const Schema& schema);

// One column of one row of a table in PostgreSQL, as its server reads the
// texts.
struct ColumnEdit {
  std::string column;
  std::string value;
  std::string waybill;
};
// Errors: kNotFound; kUnimplemented in a build without PostgreSQL; the
// database's.
absl::Status EditPostgresRow(const std::string& address, const TableMap& map,
                             const ColumnEdit& edit);

// A waybill number as an argument, or `-`: the first line of standard input.
absl::StatusOr<std::string> ReadWaybill(const std::string& argument);
// "deliver", "address_check" and so on. Errors: as UsageError.
absl::StatusOr<Purpose> ParsePurpose(const std::string& text);
// Slots by name, ascending, each once. Errors: as UsageError.
absl::StatusOr<std::vector<Slot>> ParseSlots(
    const std::vector<std::string>& names);

// Where opened text goes: a terminal, or a new file (0600). Nowhere else.
class PrivateOutput {
 public:
  PrivateOutput() = default;
  PrivateOutput(const PrivateOutput&) = delete;
  PrivateOutput& operator=(const PrivateOutput&) = delete;
  ~PrivateOutput();

  // An empty `path` means the terminal. Errors: kFailedPrecondition where
  // standard output is none; kAlreadyExists, kPermissionDenied for the file.
  absl::Status Open(const std::string& path);
  absl::Status Write(std::string_view text);
  // Writes opened text, fit for a terminal, in quotes for JSON; zeroes the
  // strings that it was in on the way.
  enum class Form : uint8_t { kText, kJson };
  absl::Status WriteOpened(std::string_view text, Form form);
  // Makes a file durable. Errors: kUnavailable.
  absl::Status Close();

 private:
  int file_ = -1;
  bool is_terminal_ = false;
};

// Adds the subcommands of `parcelveil gate`, a file for each group.
void AddGateCommands(CLI::App* app, Session* session);
void AddGateInit(CLI::App* gate, Session* session);
void AddGateDevices(CLI::App* gate, Session* session);
void AddGateParcels(CLI::App* gate, Session* session);
void AddGateAsk(CLI::App* gate, Session* session);
void AddGateApprove(CLI::App* gate, Session* session);
void AddGateExport(CLI::App* gate, Session* session);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_GATE_COMMAND_H_
