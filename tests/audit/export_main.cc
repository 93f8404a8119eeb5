// SPDX-License-Identifier: Apache-2.0
// Exports a log of some leaves and prints its verifier key:
//   audit_export FOLDER NUM_LEAVES

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "parcelveil/file.h"
#include "tests/audit/log_fixture.h"

namespace parcelveil::audit {
namespace {

constexpr uint64_t kBatch = 10000;

absl::Status Export(const std::string& dir, uint64_t size) {
  testing::MemoryLogStore store;
  AuditLogOptions options;
  options.origin = kOrigin;
  options.signing_seed = LogSeed();
  options.store = &store;
  auto log = AuditLog::Open(std::move(options));
  if (!log.ok()) return log.status();
  for (uint64_t first = 0; first < size; first += kBatch) {
    std::vector<Leaf> leaves;
    for (uint64_t i = first; i < std::min(size, first + kBatch); ++i) {
      leaves.push_back(GrantLeaf(i));
    }
    const absl::Status status = (*log)->Append(std::move(leaves));
    if (!status.ok()) return status;
  }
  if (const auto note = (*log)->Checkpoint(); !note.ok()) return note.status();
  std::cout << (*log)->verifier_key() << "\n";
  return ExportLogFiles(&store, dir);
}

}  // namespace
}  // namespace parcelveil::audit

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const absl::Status status =
      parcelveil::audit::Export(argv[1], std::strtoull(argv[2], nullptr, 10));
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
