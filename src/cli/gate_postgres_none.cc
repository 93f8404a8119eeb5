// SPDX-License-Identifier: Apache-2.0
// In place of gate_postgres.cc, in a build without PostgreSQL.

#include "src/cli/gate_command.h"

namespace parcelveil::cli {
namespace {

absl::Status NotBuilt() {
  return absl::UnimplementedError(
      "open database: this parcelveil was built without PostgreSQL; build it "
      "with PARCELVEIL_POSTGRES=ON");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Parcels>> OpenPostgresParcels(const std::string&,
                                                             const TableMap&,
                                                             const Schema&) {
  return NotBuilt();
}

absl::Status EditPostgresRow(const std::string&, const TableMap&,
                             const ColumnEdit&) {
  return NotBuilt();
}

}  // namespace parcelveil::cli
