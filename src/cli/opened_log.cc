// SPDX-License-Identifier: Apache-2.0
#include "src/cli/opened_log.h"

#include <filesystem>
#include <optional>
#include <system_error>

#include "absl/strings/ascii.h"
#include "parcelveil/file.h"
#include "src/base/status.h"
#include "src/local_gate/gate_dir.h"
#include "src/store/file/file_io.h"

namespace parcelveil::cli {
namespace {

constexpr size_t kMaxKeySize = 4096;

bool Exists(const std::filesystem::path& path) {
  std::error_code ignored;  // what cannot be looked at is not there
  return std::filesystem::exists(path, ignored);
}

}  // namespace

absl::StatusOr<OpenedLog> OpenLog(const std::string& path) {
  const std::filesystem::path dir(path);
  OpenedLog opened;
  if (local_gate::HasStore(path)) {
    PARCELVEIL_ASSIGN_OR_RETURN(opened.store, local_gate::OpenStoreOf(path));
    return opened;
  }
  if (Exists(dir / "log")) {
    PARCELVEIL_ASSIGN_OR_RETURN(opened.file,
                                ReadLogFile((dir / "log").string()));
    return opened;
  }
  if (Exists(dir / "checkpoint")) {
    PARCELVEIL_ASSIGN_OR_RETURN(opened.file, OpenExportedLog(path));
    return opened;
  }
  return absl::NotFoundError("open log \"" + path +
                             "\": it is neither a gate's directory, nor a "
                             "keyring's with a log, nor exported tiles");
}

absl::StatusOr<std::string> FindVerifierKey(
    const std::string& path, const std::vector<std::string>& keys,
    LogReader* log) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::optional<std::string> checkpoint,
                              log->ReadCheckpoint());
  const std::string note = checkpoint.value_or("");
  const std::string origin = note.substr(0, note.find('\n')) + "+";
  std::vector<std::string> files = keys;
  const std::filesystem::path beside = std::filesystem::path(path) / "log.pub";
  if (Exists(beside)) files.push_back(beside.string());
  for (const std::string& file : files) {
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string text,
                                store::ReadWholeFile(file, kMaxKeySize));
    const std::string key(absl::StripAsciiWhitespace(text));
    if (key.compare(0, origin.size(), origin) == 0) return key;
  }
  return std::string();
}

}  // namespace parcelveil::cli
