// SPDX-License-Identifier: Apache-2.0
// A log that --log names, wherever it lies.

#ifndef PARCELVEIL_SRC_CLI_OPENED_LOG_H_
#define PARCELVEIL_SRC_CLI_OPENED_LOG_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/audit.h"
#include "parcelveil/gate_store.h"

namespace parcelveil::cli {

// Of a gate's store, a keyring's log, or exported tiles.
struct OpenedLog {
  std::unique_ptr<GateStore> store;  // of a gate or a dial desk
  std::unique_ptr<LogReader> file;   // of the others

  LogReader* reader() const {
    return store != nullptr ? static_cast<LogReader*>(store.get()) : file.get();
  }
};
// Errors: kNotFound; LOG_LOCKED; those of the files and the store.
absl::StatusOr<OpenedLog> OpenLog(const std::string& path);

// The key that verifies the log at `path`: the one of its checkpoint's origin
// among the files of `keys` and log.pub beside it; empty where there is none.
// Errors: those of the files.
absl::StatusOr<std::string> FindVerifierKey(
    const std::string& path, const std::vector<std::string>& keys,
    LogReader* log);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_OPENED_LOG_H_
