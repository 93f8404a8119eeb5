// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/postgres_gate.h"
#include "src/base/status.h"
#include "src/local_gate/gate_dir.h"

namespace parcelveil::local_gate {

absl::StatusOr<std::unique_ptr<GateStore>> CreatePostgresStore(
    const std::string& address, const std::string& origin) {
  PARCELVEIL_RETURN_IF_ERROR(PostgresGateStore::Create(address));
  return OpenPostgresStore(address, origin);
}

absl::StatusOr<std::unique_ptr<GateStore>> OpenPostgresStore(
    const std::string& address, const std::string& origin) {
  return PostgresGateStore::Open(address, origin);
}

}  // namespace parcelveil::local_gate
