// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/reason.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/base/status.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;

struct ReasonRow {
  int number;
  const char* name;
  absl::StatusCode code;
};

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr absl::StatusCode kPrecondition =
    absl::StatusCode::kFailedPrecondition;
constexpr absl::StatusCode kDenied = absl::StatusCode::kPermissionDenied;
constexpr absl::StatusCode kExhausted = absl::StatusCode::kResourceExhausted;

// Numbers of the reply codes and of the header, codes of the design.
constexpr ReasonRow kReasons[] = {
    {0, "NONE", absl::StatusCode::kInternal},
    {1, "MALFORMED", kInvalid},
    {2, "WRONG_GATE", kInvalid},
    {3, "RATE_LIMITED", kExhausted},
    {4, "UNAUTHENTICATED", absl::StatusCode::kUnauthenticated},
    {5, "SUSPENDED", kDenied},
    {6, "STALE", kPrecondition},
    {7, "REPLAY", absl::StatusCode::kAlreadyExists},
    {8, "FORBIDDEN", kDenied},
    {9, "NOT_ASSIGNED", kDenied},
    {10, "WRONG_STATE", kPrecondition},
    {11, "NEEDS_APPROVAL", kPrecondition},
    {12, "QUOTA", kExhausted},
    {13, "AUDIT_UNAVAILABLE", absl::StatusCode::kUnavailable},
    {14, "UNAVAILABLE", absl::StatusCode::kUnavailable},
    {32, "DECRYPT_FAILED", absl::StatusCode::kDataLoss},
    {33, "KEY_MISMATCH", absl::StatusCode::kDataLoss},
    {34, "KEYRING_FORK", absl::StatusCode::kDataLoss},
    {35, "KEYRING_ROLLED_BACK", absl::StatusCode::kDataLoss},
    {36, "LOG_ROLLED_BACK", absl::StatusCode::kDataLoss},
    {37, "KEY_UNKNOWN", absl::StatusCode::kNotFound},
    {38, "KEY_DESTROYED", kPrecondition},
    {39, "NO_ACTIVE_KEY", kPrecondition},
    {40, "NO_SAFE_LENGTH", kPrecondition},
    {41, "KEYRING_STALE", kPrecondition},
    {42, "LOG_LOCKED", kPrecondition},
    {43, "WRONG_PASSPHRASE", absl::StatusCode::kUnauthenticated},
    {44, "ALREADY_EXISTS", absl::StatusCode::kAlreadyExists},
    {45, "CONFLICT", absl::StatusCode::kAborted},
    {46, "KEY_UNAVAILABLE", absl::StatusCode::kUnavailable},
    {47, "LOCKED_MEMORY", kExhausted},
    {48, "ALREADY_MASKED", kInvalid},
};

TEST(ReasonTest, EveryReasonHasItsNumberNameAndCode) {
  for (const ReasonRow& row : kReasons) {
    SCOPED_TRACE(row.name);
    const auto reason = static_cast<Reason>(row.number);
    EXPECT_EQ(ReasonName(reason), row.name);
    const absl::Status status = MakeStatus(reason, "open slot 5: broken; mend");
    EXPECT_THAT(status, StatusIs(row.code, "open slot 5: broken; mend"));
    EXPECT_EQ(ReasonOf(status), reason);
  }
}

TEST(ReasonTest, NoOtherNumberHasAName) {
  std::set<int> known;
  for (const ReasonRow& row : kReasons) known.insert(row.number);
  for (int number = 0; number <= 65535; ++number) {
    EXPECT_EQ(ReasonName(static_cast<Reason>(number)) != "UNKNOWN",
              known.count(number) == 1)
        << number;
  }
}

TEST(ReasonOfTest, IsNoneWhereAStatusCarriesNone) {
  EXPECT_EQ(ReasonOf(absl::OkStatus()), Reason::kNone);
  EXPECT_EQ(ReasonOf(absl::NotFoundError("not ours")), Reason::kNone);
  absl::Status foreign = absl::InternalError("not ours");
  foreign.SetPayload("parcelveil.reason", absl::Cord("seven"));
  EXPECT_EQ(ReasonOf(foreign), Reason::kNone);
}

TEST(AnnotateTest, PutsTextInFrontAndKeepsCodeAndReason) {
  const absl::Status annotated = Annotate(
      MakeStatus(Reason::kDecryptFailed, "open message: damaged; restore"),
      "row 17");
  EXPECT_THAT(annotated, StatusIs(absl::StatusCode::kDataLoss,
                                  "row 17: open message: damaged; restore"));
  EXPECT_THAT(annotated, ReasonIs(Reason::kDecryptFailed));
  EXPECT_THAT(Annotate(absl::OkStatus(), "row 17"), IsOk());
}

absl::StatusOr<int> Half(int number) {
  if (number % 2 != 0) return MakeStatus(Reason::kMalformed, "odd");
  return number / 2;
}
absl::Status Quarter(int number, int* quarter) {
  PARCELVEIL_ASSIGN_OR_RETURN(const int half, Half(number));
  PARCELVEIL_ASSIGN_OR_RETURN(*quarter, Half(half));
  PARCELVEIL_RETURN_IF_ERROR(Half(*quarter).status());
  return absl::OkStatus();
}

TEST(StatusMacrosTest, ReturnTheFirstErrorAndElseGoOn) {
  int quarter = 0;
  EXPECT_THAT(Quarter(8, &quarter), IsOk());
  EXPECT_EQ(quarter, 2);
  EXPECT_THAT(Quarter(6, &quarter), ReasonIs(Reason::kMalformed));
  EXPECT_EQ(quarter, 2);
  EXPECT_THAT(Quarter(4, &quarter), ReasonIs(Reason::kMalformed));
  EXPECT_EQ(quarter, 1);
}

}  // namespace
}  // namespace parcelveil
