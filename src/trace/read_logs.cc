// SPDX-License-Identifier: Apache-2.0
#include "src/trace/read_logs.h"

#include <string>
#include <utility>

#include "parcelveil/audit_verify.h"
#include "src/base/status.h"

namespace parcelveil::trace {
namespace {

absl::Status Stopped() {
  return absl::UnavailableError("trace leak: stopped; run it again");
}

// Progress over all logs: each is verified, then read.
class LogProgress {
 public:
  explicit LogProgress(const TraceOptions& options) : options_(options) {}

  absl::Status Start() {
    for (const TraceLog& log : options_.logs) {
      PARCELVEIL_ASSIGN_OR_RETURN(const uint64_t size, log.reader->NumLeaves());
      total_ += log.verifier_key.empty() ? size : 2 * size;
    }
    return absl::OkStatus();
  }
  absl::Status Show(uint64_t done) const {
    if (options_.stop != nullptr && *options_.stop) return Stopped();
    if (options_.progress) options_.progress(before_ + done, total_);
    return absl::OkStatus();
  }
  void Finish(uint64_t size) { before_ += size; }

 private:
  const TraceOptions& options_;
  uint64_t before_ = 0;
  uint64_t total_ = 0;
};

// Sets how far the log may be believed. Returns how many leaves count.
absl::StatusOr<uint64_t> Verify(const TraceLog& log,
                                const TraceOptions& options,
                                LogProgress* progress, TraceLogReport* report) {
  PARCELVEIL_ASSIGN_OR_RETURN(const uint64_t size, log.reader->NumLeaves());
  if (log.verifier_key.empty()) {
    if (options.accept_unverified) return size;
    return absl::FailedPreconditionError(
        "trace leak: log \"" + log.name +
        "\" cannot be verified without its key; pass the key, or accept the "
        "log unverified");
  }
  LogVerifyOptions verify;
  verify.verifier_key = log.verifier_key;
  verify.stop = options.stop;
  verify.progress = [&](uint64_t done, uint64_t) {
    progress->Show(done).IgnoreError();  // VerifyLog looks at `stop` itself
  };
  const absl::StatusOr<LogReport> verified = VerifyLog(log.reader, verify);
  if (!verified.ok()) return verified.status();
  if (verified->was_stopped) return Stopped();
  progress->Finish(size);
  if (!verified->problem.has_value()) {
    report->state = LogState::kVerified;
    report->unsigned_leaves = verified->num_unsigned;
    return verified->head.size;
  }
  report->state = LogState::kIncomplete;
  report->problem = verified->problem->what;
  if (options.accept_unverified) return size;
  return absl::DataLossError("trace leak: log \"" + log.name +
                             "\" does not verify: " + report->problem +
                             "; find out why, or accept the log unverified");
}

}  // namespace

absl::Status ReadLogs(const TraceOptions& options, AccessLog* accesses,
                      std::vector<TraceLogReport>* reports) {
  LogProgress progress(options);
  PARCELVEIL_RETURN_IF_ERROR(progress.Start());
  for (size_t i = 0; i < options.logs.size(); ++i) {
    const TraceLog& log = options.logs[i];
    TraceLogReport& report = reports->emplace_back();
    report.name = log.name;
    PARCELVEIL_ASSIGN_OR_RETURN(const uint64_t size,
                                Verify(log, options, &progress, &report));
    AccessLog::Options read;
    read.log = i;
    read.size = size;
    read.accept_damage = options.accept_unverified;
    read.progress = [&](uint64_t done) { return progress.Show(done); };
    PARCELVEIL_RETURN_IF_ERROR(accesses->Read(log.reader, read, &report));
    progress.Finish(size);
  }
  return absl::OkStatus();
}

}  // namespace parcelveil::trace
