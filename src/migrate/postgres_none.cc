// SPDX-License-Identifier: Apache-2.0
// In place of the rest, in a build without PostgreSQL.

#include "parcelveil/migrate.h"
#include "src/migrate/table_database.h"

namespace parcelveil {
namespace {

absl::Status NotBuilt() {
  return absl::UnimplementedError(
      "open database: this parcelveil was built without PostgreSQL; build it "
      "with PARCELVEIL_POSTGRES=ON");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Migration>> Migration::OpenPostgres(
    const std::string&, const TableMap&, const Clock*) {
  return NotBuilt();
}

absl::StatusOr<std::unique_ptr<migrate::TableDatabase>>
migrate::OpenPostgresTable(const std::string&, const TableMap&) {
  return NotBuilt();
}

}  // namespace parcelveil
