// SPDX-License-Identifier: Apache-2.0
// parcelveil gate assign, state
//
// Both write the embedder's own table, which is where the gate looks; a
// dispatch system does the same with its own UPDATE.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "parcelveil/file.h"
#include "src/base/status.h"
#include "src/cli/gate_command.h"
#include "src/cli/json.h"
#include "src/migrate/sqlite_text.h"

namespace parcelveil::cli {
namespace {

using migrate::Quote;

struct Flags {
  TableFlags table;
  std::string waybill;
  uint64_t to = 0;
  std::string state;
};

// Sets one column of the waybill's row.
absl::Status SetColumn(const Flags& flags, const TableMap& map,
                       const std::string& column, const SqliteValue& value) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string waybill,
                              ReadWaybill(flags.waybill));
  if (IsPostgres(flags.table.db)) {
    const bool is_number = value.type == SqliteValue::Type::kInteger;
    return EditPostgresRow(
        flags.table.db, map,
        {column, is_number ? std::to_string(value.integer) : value.bytes,
         waybill});
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto db,
      OpenDatabase(flags.table, SqliteDatabase::Access::kReadWrite));
  const std::string what = "table \"" + map.table + "\"";
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement update,
      db->Prepare("UPDATE " + Quote(map.table) + " SET " + Quote(column) +
                      " = ? WHERE " + Quote(map.record_id) + " = ?",
                  what));
  update.BindValue(0, value);
  update.BindText(1, waybill);
  PARCELVEIL_RETURN_IF_ERROR(update.Run());
  if (db->Changes() == 1) return absl::OkStatus();
  return absl::NotFoundError("change " + what +
                             ": it has no such waybill; check the number");
}

void PrintDone(std::string_view text, Session* session) {
  if (session->json) {
    session->Print(JsonObject().Add("message", text).Take());
  } else {
    session->Print(text);
  }
}

absl::Status RunAssign(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const TableMap map,
                              LoadTableMap(flags.table.map));
  if (map.assigned_to.empty()) {
    return MakeStatus(Reason::kMalformed,
                      "assign a parcel: the table map names no `assigned_to` "
                      "column; add it");
  }
  SqliteValue principal;
  principal.type = SqliteValue::Type::kInteger;
  principal.integer = static_cast<int64_t>(flags.to);
  PARCELVEIL_RETURN_IF_ERROR(SetColumn(flags, map, map.assigned_to, principal));
  PrintDone(absl::StrCat("Assigned to principal ", flags.to, "."), session);
  return absl::OkStatus();
}

absl::Status RunState(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const TableMap map,
                              LoadTableMap(flags.table.map));
  const auto found = std::find_if(
      map.state_values.begin(), map.state_values.end(),
      [&](const auto& value) { return value.state == flags.state; });
  if (found == map.state_values.end()) {
    return UsageError("the table map names no state \"" + flags.state + "\"");
  }
  SqliteValue text;
  text.type = SqliteValue::Type::kText;
  text.bytes = found->text;
  PARCELVEIL_RETURN_IF_ERROR(SetColumn(flags, map, map.state, text));
  PrintDone("The parcel is now " + flags.state + ".", session);
  return absl::OkStatus();
}

}  // namespace

void AddGateParcels(CLI::App* gate, Session* session) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* assign =
      gate->add_subcommand("assign", "a parcel to a principal, in the table");
  AddTableFlags(assign, &flags->table);
  assign->add_option("waybill", flags->waybill, "a waybill number, or -")
      ->type_name("WAYBILL")
      ->required();
  assign->add_option("--to", flags->to, "the principal")
      ->type_name("N")
      ->required()
      ->check(CLI::PositiveNumber);
  session->OnRun(assign,
                 [flags, session] { return RunAssign(*flags, session); });

  CLI::App* state =
      gate->add_subcommand("state", "where a parcel stands, in the table");
  AddTableFlags(state, &flags->table);
  state->add_option("waybill", flags->waybill, "a waybill number, or -")
      ->type_name("WAYBILL")
      ->required();
  state
      ->add_option("--is", flags->state,
                   "a state that the map names: OUT_FOR_DELIVERY")
      ->type_name("STATE")
      ->required();
  session->OnRun(state, [flags, session] { return RunState(*flags, session); });
}

}  // namespace parcelveil::cli
