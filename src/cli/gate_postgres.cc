// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/postgres.h"
#include "parcelveil/postgres_gate.h"
#include "src/base/status.h"
#include "src/cli/gate_command.h"

namespace parcelveil::cli {

absl::StatusOr<std::unique_ptr<Parcels>> OpenPostgresParcels(
    const std::string& address, const TableMap& map, const Schema& schema) {
  return PostgresParcels::Create(address, map, schema);
}

absl::Status EditPostgresRow(const std::string& address, const TableMap& map,
                             const ColumnEdit& edit) {
  const std::string what = "table \"" + map.table + "\"";
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string table,
                              QuotePostgresTable(map.table));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto db, PostgresConnection::Open(address));
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement update,
      db->Prepare("UPDATE " + table + " SET " + QuotePostgresName(edit.column) +
                      " = $1 WHERE " + QuotePostgresName(map.record_id) +
                      " = $2 RETURNING 1",
                  what));
  update.BindText(0, edit.value);
  update.BindText(1, edit.waybill);
  PARCELVEIL_ASSIGN_OR_RETURN(const bool is_there, update.Step());
  if (is_there) return absl::OkStatus();
  return absl::NotFoundError("change " + what +
                             ": it has no such waybill; check the number");
}

}  // namespace parcelveil::cli
