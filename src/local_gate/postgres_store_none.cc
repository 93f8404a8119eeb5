// SPDX-License-Identifier: Apache-2.0
// In place of postgres_store.cc, in a build without PostgreSQL.

#include "src/local_gate/gate_dir.h"

namespace parcelveil::local_gate {
namespace {

absl::Status NotBuilt() {
  return absl::UnimplementedError(
      "open gate store: this parcelveil was built without PostgreSQL; build it "
      "with PARCELVEIL_POSTGRES=ON");
}

}  // namespace

absl::StatusOr<std::unique_ptr<GateStore>> CreatePostgresStore(
    const std::string&, const std::string&) {
  return NotBuilt();
}

absl::StatusOr<std::unique_ptr<GateStore>> OpenPostgresStore(
    const std::string&, const std::string&) {
  return NotBuilt();
}

}  // namespace parcelveil::local_gate
