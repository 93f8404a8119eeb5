// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <string_view>

#include "parcelveil/mask.h"

namespace parcelveil {
namespace {

uint64_t Candidates(MaskRule rule, std::string_view phone,
                    std::string_view address) {
  return CountCandidates(Mask(rule, phone),
                         Mask(MaskRule::kAddressStreet, address));
}

constexpr std::string_view kMobile = "13812345678";
constexpr std::string_view kCity = "江苏省苏州市姑苏区平江路128号";

TEST(CountCandidatesTest, FallsWithTheAreaThatTheAddressShows) {
  const uint64_t anywhere = Candidates(MaskRule::kPhone34, kMobile, "");
  const uint64_t province = Candidates(MaskRule::kPhone34, kMobile, "江苏省");
  const uint64_t city = Candidates(MaskRule::kPhone34, kMobile, kCity);
  EXPECT_GT(anywhere, province);
  EXPECT_GT(province, city);
  EXPECT_EQ(city, 49u);
}

TEST(CountCandidatesTest, RisesFromThreeAndFourDigitsToTheLastFour) {
  for (std::string_view address : {std::string_view(""), kCity}) {
    EXPECT_GT(Candidates(MaskRule::kPhoneLast4, kMobile, address),
              20 * Candidates(MaskRule::kPhone34, kMobile, address));
    EXPECT_EQ(Candidates(MaskRule::kPhone14, kMobile, address),
              Candidates(MaskRule::kPhoneLast4, kMobile, address));
  }
}

TEST(CountCandidatesTest, KnowsAMunicipalityAsACity) {
  EXPECT_EQ(Candidates(MaskRule::kPhone34, kMobile, "上海市"), 49u);
}

TEST(CountCandidatesTest, CountsTheHiddenDigitsOfOtherNumbers) {
  EXPECT_EQ(Candidates(MaskRule::kPhone34, "91234567", ""), 10000u);
  EXPECT_EQ(Candidates(MaskRule::kPhone34, "010-62551234", ""), 1000000u);
  // The city gives the area code away.
  EXPECT_EQ(Candidates(MaskRule::kPhone34, "010-62551234", kCity), 1000u);
}

TEST(CountCandidatesTest, LeavesEveryNumberBehindAPhoneThatIsHidden) {
  EXPECT_GT(Candidates(MaskRule::kAllHidden, kMobile, ""), 1000000000u);
}

}  // namespace
}  // namespace parcelveil
