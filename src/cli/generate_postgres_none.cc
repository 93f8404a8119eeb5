// SPDX-License-Identifier: Apache-2.0
// In place of generate_postgres.cc, in a build without PostgreSQL.

#include "src/cli/generate.h"

namespace parcelveil::cli {

absl::Status GeneratePostgres(const GenerateOptions&, const std::string&) {
  return absl::UnimplementedError(
      "open database: this parcelveil was built without PostgreSQL; build it "
      "with PARCELVEIL_POSTGRES=ON");
}

}  // namespace parcelveil::cli
