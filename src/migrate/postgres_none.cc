// SPDX-License-Identifier: Apache-2.0
// In place of the rest, in a build without PostgreSQL.

#include "parcelveil/migrate.h"

namespace parcelveil {

absl::StatusOr<std::unique_ptr<Migration>> Migration::OpenPostgres(
    const std::string&, const TableMap&, const Clock*) {
  return absl::UnimplementedError(
      "open database: this parcelveil was built without PostgreSQL; build it "
      "with PARCELVEIL_POSTGRES=ON");
}

}  // namespace parcelveil
