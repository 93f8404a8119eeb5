// SPDX-License-Identifier: Apache-2.0
// parcelveil audit show --unusual

#ifndef PARCELVEIL_SRC_CLI_AUDIT_UNUSUAL_H_
#define PARCELVEIL_SRC_CLI_AUDIT_UNUSUAL_H_

#include "absl/status/status.h"
#include "parcelveil/audit.h"
#include "src/cli/command.h"

namespace parcelveil::cli {

struct UnusualFlags {
  double false_alarms = 0.01;
  int days = 30;
  double utc_offset = 8;  // hours: a tenant's days begin at its midnight
};
void AddUnusualFlags(CLI::App* show, CLI::Option* unusual, UnusualFlags* flags);

// Days of accounts that differ from what is usual for them; reads the whole
// log. Errors: the log's; MALFORMED for a leaf that is none; kUnavailable where
// it was stopped.
absl::Status ShowUnusual(LogReader* log, const UnusualFlags& flags,
                         Session* session);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_AUDIT_UNUSUAL_H_
