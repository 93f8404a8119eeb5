// SPDX-License-Identifier: Apache-2.0
// Progress of long work, on standard error; and the wish to stop it.

#ifndef PARCELVEIL_SRC_CLI_PROGRESS_H_
#define PARCELVEIL_SRC_CLI_PROGRESS_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace parcelveil::cli {

// A bar with rate and time left on a terminal, otherwise a line every few
// seconds.
class Progress {
 public:
  // `verb` is what the rows are: "sealed".
  explicit Progress(std::string verb);
  ~Progress();  // ends the bar's line

  void Show(int64_t done, int64_t total);
  absl::Duration elapsed() const;
  // "16,000 rows/s".
  std::string Rate(int64_t done) const;

 private:
  const std::string verb_;
  const bool is_terminal_;
  const absl::Time start_;
  absl::Time shown_;
  bool has_bar_ = false;
};

// From now on SIGINT and SIGTERM set what is returned instead of ending the
// process; a second one ends it.
const std::atomic<bool>* CatchStopSignals();

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_PROGRESS_H_
