// SPDX-License-Identifier: Apache-2.0

#include "src/cli/progress.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "absl/time/clock.h"
#include "src/cli/table_flags.h"

namespace parcelveil::cli {
namespace {

constexpr int kBarWidth = 30;

std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "used in a handler");

void RequestStop(int /*signal*/) { stop_requested = true; }

// "1 min 20 s".
std::string TimeLeft(absl::Duration left) {
  const int64_t seconds = std::max<int64_t>(absl::ToInt64Seconds(left), 0);
  if (seconds < 60) return std::to_string(seconds) + " s";
  return FormatCount(seconds / 60) + " min " + std::to_string(seconds % 60) +
         " s";
}

}  // namespace

Progress::Progress(std::string verb)
    : verb_(std::move(verb)),
      is_terminal_(isatty(STDERR_FILENO) == 1),
      start_(absl::Now()),
      shown_(start_) {}

Progress::~Progress() {
  if (has_bar_) std::cerr << '\n';
}

absl::Duration Progress::elapsed() const { return absl::Now() - start_; }

std::string Progress::Rate(int64_t done) const {
  const double seconds = std::max(absl::ToDoubleSeconds(elapsed()), 0.001);
  return FormatCount(
             static_cast<int64_t>(static_cast<double>(done) / seconds)) +
         " rows/s";
}

void Progress::Show(int64_t done, int64_t total) {
  const absl::Time now = absl::Now();
  const absl::Duration every =
      is_terminal_ ? absl::Milliseconds(200) : absl::Seconds(5);
  const bool is_last = is_terminal_ && done >= total;
  if (now - shown_ < every && !is_last) return;
  shown_ = now;
  const double share =
      total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 1;
  const absl::Duration left =
      share > 0 ? (now - start_) * ((1 - share) / share) : absl::ZeroDuration();
  std::string line = FormatCount(done) + " of " + FormatCount(total) +
                     " rows " + verb_ + ", " + Rate(done) + ", " +
                     TimeLeft(left) + " left";
  if (!is_terminal_) {
    std::cerr << line << std::endl;
    return;
  }
  const int filled = std::min(static_cast<int>(share * kBarWidth), kBarWidth);
  std::cerr << "\r\x1b[K[" << std::string(filled, '#')
            << std::string(kBarWidth - filled, '.') << "] " << line
            << std::flush;
  has_bar_ = true;
}

const std::atomic<bool>* CatchStopSignals() {
  struct sigaction action {};
  action.sa_handler = RequestStop;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // the second one kills
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return &stop_requested;
}

}  // namespace parcelveil::cli
