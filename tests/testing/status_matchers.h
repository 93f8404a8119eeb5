// SPDX-License-Identifier: Apache-2.0
// Matchers for absl::Status and absl::StatusOr.

#ifndef PARCELVEIL_TESTS_TESTING_STATUS_MATCHERS_H_
#define PARCELVEIL_TESTS_TESTING_STATUS_MATCHERS_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parcelveil/reason.h"

namespace parcelveil::testing {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << std::string(StatusOf(arg).ToString());
  return StatusOf(arg).ok();
}
MATCHER_P2(StatusIs, code, message, "") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << std::string(status.ToString());
  return status.code() == code &&
         ::testing::ExplainMatchResult(message, std::string(status.message()),
                                       result_listener);
}
MATCHER_P(ReasonIs, reason, "") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << std::string(status.ToString());
  return !status.ok() && ReasonOf(status) == reason;
}

}  // namespace parcelveil::testing

// Asserts that `expr` (a StatusOr) is OK and moves its value into `lhs`.
#define PARCELVEIL_ASSERT_OK_AND_ASSIGN(lhs, expr)                             \
  PARCELVEIL_ASSERT_OK_AND_ASSIGN_(PARCELVEIL_TEST_CONCAT_(result_, __LINE__), \
                                   lhs, expr)
#define PARCELVEIL_ASSERT_OK_AND_ASSIGN_(result, lhs, expr) \
  auto result = (expr);                                     \
  ASSERT_THAT(result, ::parcelveil::testing::IsOk());       \
  lhs = std::move(result).value()
#define PARCELVEIL_TEST_CONCAT_(a, b) PARCELVEIL_TEST_CONCAT_INNER_(a, b)
#define PARCELVEIL_TEST_CONCAT_INNER_(a, b) a##b

#endif  // PARCELVEIL_TESTS_TESTING_STATUS_MATCHERS_H_
