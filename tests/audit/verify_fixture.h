// SPDX-License-Identifier: Apache-2.0
// A log to be verified.

#ifndef PARCELVEIL_TESTS_AUDIT_VERIFY_FIXTURE_H_
#define PARCELVEIL_TESTS_AUDIT_VERIFY_FIXTURE_H_

#include <string>

#include "gtest/gtest.h"
#include "parcelveil/audit_verify.h"
#include "tests/audit/log_fixture.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::audit {

class VerifyTest : public LogTest {
 protected:
  // Verifies the store with `options_`; the key is the log's own.
  LogReport Verify() {
    options_.verifier_key = verifier_key_;
    const auto report = VerifyLog(&store_, options_);
    if (!report.ok()) {
      ADD_FAILURE() << report.status();
      return {};
    }
    return *report;
  }
  // The first problem: "<index>: <what>", "-: <what>", "" where there is none.
  std::string Problem() {
    const LogReport report = Verify();
    if (!report.problem.has_value()) return "";
    const auto& [index, what] = *report.problem;
    return (index.has_value() ? std::to_string(*index) : "-") + ": " + what;
  }
  void GrowAndSign(uint64_t size) {
    const auto log = Grow(size);
    ASSERT_THAT(log->Checkpoint(), testing::IsOk());
    verifier_key_ = log->verifier_key();
  }

  std::string verifier_key_;
  LogVerifyOptions options_;
};

}  // namespace parcelveil::audit

#endif  // PARCELVEIL_TESTS_AUDIT_VERIFY_FIXTURE_H_
