// SPDX-License-Identifier: Apache-2.0
#include "src/trace/canary.h"

#include <cmath>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::trace {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;

TEST(CanaryListTest, ComesBackAsItWasWritten) {
  CanaryList list;
  list.canaries = {{"0123456789abcdef", "sealed\n", std::nullopt},
                   {"fedcba9876543210", "x", absl::FromUnixMillis(77)}};
  list.num_controls = 500;
  list.num_controls_contacted = 2;
  const std::string text = list.ToText();
  EXPECT_EQ(text.find("sealed"), std::string::npos) << "one line each";
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const CanaryList again,
                                  CanaryList::Parse(text));
  EXPECT_EQ(again.ToText(), text);
  ASSERT_EQ(again.canaries.size(), 2u);
  EXPECT_EQ(again.canaries[0].sealed, "sealed\n");
  EXPECT_FALSE(again.canaries[0].contacted.has_value());
  EXPECT_EQ(again.canaries[1].contacted, absl::FromUnixMillis(77));
  EXPECT_EQ(again.num_controls_contacted, 2u);
}

TEST(CanaryListTest, RefusesWhatIsNone) {
  const std::string first = "parcelveil canaries 1\n";
  EXPECT_THAT(CanaryList::Parse(first), IsOk());
  for (const std::string& text :
       {std::string(), std::string("x\n"), first + "canary 01 02\n",
        first + "canary 0123456789abcdef 0\n",
        first + "canary 0123456789abcdef 00 x\n",
        first + "canary 0123456789abcdef 00 1 2\n", first + "controls 1 2\n",
        first + "controls -1 0\n", first + "\n\n", first + first}) {
    EXPECT_THAT(CanaryList::Parse(text), ReasonIs(Reason::kMalformed)) << text;
  }
}

TEST(CanaryListTest, BoundsTheContactRateOfControls) {
  EXPECT_EQ(UpperContactRate(0, 0), 1);
  EXPECT_EQ(UpperContactRate(5, 5), 1);
  // Of none in n: 1 - 0.01^(1/n).
  for (double n : {1., 10., 459., 100000.}) {
    EXPECT_NEAR(UpperContactRate(static_cast<uint64_t>(n), 0),
                1 - std::pow(0.01, 1 / n), 1e-9);
  }
  // P(X <= 2) of 100 at 8.1 % is 1 %.
  EXPECT_NEAR(UpperContactRate(100, 2), 0.0812, 5e-4);
}

TEST(CanaryListTest, DrawsNumbersOfTheSameShape) {
  int next = 0;
  const auto draw = [&next](int) { return ++next % 10; };
  EXPECT_EQ(LikeIt("SF1234567890123", draw), "SF1234587654321");
  EXPECT_EQ(LikeIt("AB-1", draw), "AB-9");
  EXPECT_EQ(LikeIt("", draw), "");
}

}  // namespace
}  // namespace parcelveil::trace
