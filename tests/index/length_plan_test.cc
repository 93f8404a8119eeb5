// SPDX-License-Identifier: Apache-2.0
#include "src/index/length_plan.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "src/index/leakage.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::index {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

// Recipient phones of a nation's day, and of one of its outlets.
const Partition kPhones{10'000'000, 1.66e-7, 10};
// 222 pairs among the pairs of 2,000 rows: 10 % are repeats.
constexpr double kOutletDay = 222 / (2000.0 * 1999 / 2);

LengthOptions Last4() {
  LengthOptions options;
  options.domain = 1e4;
  return options;
}

TEST(LengthPlanTest, GivesPhonesOfANationsDay19Bits) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const LengthPlan plan,
                                  PlanLength(kPhones, {}));
  EXPECT_EQ(plan.bits, 19);
  EXPECT_EQ(plan.rule, LengthRule::kFrequency);
  EXPECT_NEAR(plan.query_rows, 19, 0.1);
  EXPECT_NEAR(plan.linkage, 0.08, 0.001);
  EXPECT_NEAR(plan.values_per_index_value, 1e10 / (1 << 19), 1);
  EXPECT_EQ(plan.linkage_in_stratum, std::nullopt);
}

TEST(LengthPlanTest, RefusesPhonesOfANationsMonth) {
  EXPECT_THAT(PlanLength({300'000'000, 1e-7, 40}, {}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("frequency allows 20 bits and a query needs "
                                 "23")));
}

TEST(LengthPlanTest, GivesLastFourDigitsLengthsByTheSizeOfTheOutlet) {
  EXPECT_EQ(PlanLength({2000, 1e-4, 5}, Last4())->bits, 9);
  EXPECT_NEAR(PlanLength({2000, 1e-4, 5}, Last4())->query_rows, 4, 0.1);
  EXPECT_EQ(PlanLength({150, 1e-4, 3}, Last4())->bits, 6);
  EXPECT_EQ(PlanLength({150, 1e-4, 3}, Last4())->rule,
            LengthRule::kCoincidence);
}

TEST(LengthPlanTest, RefusesNamesAndDistricts) {
  const auto name = PlanLength({10'000'000, 1e-6, 2000}, {});
  EXPECT_THAT(name, ReasonIs(Reason::kNoSafeLength));
  EXPECT_THAT(name, StatusIs(absl::StatusCode::kFailedPrecondition,
                             HasSubstr("frequency allows 4 bits")));
  const auto district = PlanLength({10'000'000, 1e-3, 100'000}, {});
  EXPECT_THAT(district, ReasonIs(Reason::kNoSafeLength));
  EXPECT_THAT(district, StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("frequency allows no bit")));
}

TEST(LengthPlanTest, NamesLinkageWhereThatBinds) {
  const auto plan = PlanLength({10'000'000, 0.25, 10}, {});
  EXPECT_THAT(plan, StatusIs(absl::StatusCode::kFailedPrecondition,
                             HasSubstr("rule of linkage allows 2 bits")));
  EXPECT_EQ(PlanLength({1000, 0.25, 2}, Last4()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(LengthPlanTest, TellsLinkageWithinAnOutlet) {
  LengthOptions options;
  options.stratum_collision = kOutletDay;
  EXPECT_NEAR(*PlanLength(kPhones, options)->linkage_in_stratum, 0.98, 0.005);

  // Who refuses that gives the stratum's own P2, and pays at every query.
  Partition refused = kPhones;
  refused.collision = kOutletDay;
  EXPECT_THAT(PlanLength(refused, options), ReasonIs(Reason::kNoSafeLength));
  options.acceptable_rows = 1300;
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const LengthPlan plan,
                                  PlanLength(refused, options));
  EXPECT_EQ(plan.bits, 13);
  EXPECT_NEAR(plan.query_rows, 1220, 1);
  EXPECT_NEAR(*plan.linkage_in_stratum, 0.48, 0.005);

  options = Last4();
  options.stratum_collision = kOutletDay;
  EXPECT_NEAR(*PlanLength({2000, 1e-4, 5}, options)->linkage_in_stratum, 0.05,
              0.005);
}

TEST(LengthPlanTest, TakesTheLengthThatIsSafeEverywhere) {
  const std::vector<Partition> outlets = {
      {2000, 1e-4, 5}, {150, 1e-4, 3}, {3, 0, 1}, {900, 1e-4, 4}};
  EXPECT_THAT(PlanLengthOfAll(outlets, 0, Last4()),
              ReasonIs(Reason::kNoSafeLength));
  // Without the outlet of three parcels, the one of 150 decides.
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const LengthPlan plan,
                                  PlanLengthOfAll(outlets, 0.01, Last4()));
  EXPECT_EQ(plan.bits, 6);
  // What a query needs is decided by the largest one.
  LengthOptions few_rows = Last4();
  few_rows.acceptable_rows = 10;
  EXPECT_THAT(PlanLengthOfAll(outlets, 0.01, few_rows),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("a query needs 8")));
  // The largest partition is never left out.
  EXPECT_EQ(PlanLengthOfAll(outlets, 1, Last4())->bits, 9);
}

TEST(LengthPlanTest, ChecksWhatAllIndexesOfAPlaintextShowTogether) {
  EXPECT_THAT(CheckTogether({{9, 1e4}}, 2000), IsOk());
  const std::vector<IndexLength> with_name = {{9, 1e4}, {9, 1e9}};
  EXPECT_THAT(CheckTogether(with_name, 2000),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("show 18.0 bits of one value and 10.0 are")));
  // No index shows more than its values hold.
  EXPECT_THAT(CheckTogether({{32, 2}, {32, 4}}, 16), IsOk());
  EXPECT_THAT(CheckTogether({{32, 2}, {32, 4}}, 15),
              ReasonIs(Reason::kNoSafeLength));
  EXPECT_THAT(CheckTogether({{1, 2}}, 0), ReasonIs(Reason::kNoSafeLength));
  EXPECT_THAT(CheckTogether({{0, 2}}, 100), ReasonIs(Reason::kMalformed));
}

TEST(LengthPlanTest, RefusesNumbersThatNoPartitionHas) {
  const double nan = std::nan("");
  const double infinity = std::numeric_limits<double>::infinity();
  for (double collision : {nan, infinity, -0.1, 1.1}) {
    EXPECT_THAT(PlanLength({100, collision, 2}, {}),
                ReasonIs(Reason::kMalformed));
    LengthOptions options;
    options.stratum_collision = collision;
    EXPECT_THAT(PlanLength(kPhones, options), ReasonIs(Reason::kMalformed));
  }
  EXPECT_THAT(PlanLength({100, 0, 101}, {}), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(PlanLength({100, 0, 0}, {}), ReasonIs(Reason::kMalformed));
  for (double bad : {nan, 0.0, -1.0}) {
    EXPECT_THAT(PlanLength(kPhones, {bad, 1e10, {}}),
                ReasonIs(Reason::kMalformed));
    EXPECT_THAT(PlanLength(kPhones, {64, bad, {}}),
                ReasonIs(Reason::kMalformed));
    EXPECT_THAT(CheckTogether({{9, bad}}, 100), ReasonIs(Reason::kMalformed));
  }
  EXPECT_THAT(PlanLength(kPhones, {64, infinity, {}}),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(PlanLengthOfAll({}, 0, {}), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(PlanLengthOfAll({&kPhones, 1}, nan, {}),
              ReasonIs(Reason::kMalformed));
}

TEST(LengthPlanTest, StaysSafeAtTheEndsOfItsNumbers) {
  EXPECT_THAT(PlanLength({0, 0, 0}, {}), ReasonIs(Reason::kNoSafeLength));
  EXPECT_THAT(PlanLength({1, 0, 1}, {}), ReasonIs(Reason::kNoSafeLength));
  EXPECT_THAT(PlanLength({3, 0, 1}, {}), ReasonIs(Reason::kNoSafeLength));
  EXPECT_EQ(PlanLength({4, 0, 1}, {})->bits, 1);
  EXPECT_THAT(PlanLength({UINT64_MAX, 1, UINT64_MAX}, {}),
              ReasonIs(Reason::kNoSafeLength));
  LengthOptions options;
  options.acceptable_rows = 1e12;
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const LengthPlan largest,
                                  PlanLength({UINT64_MAX, 0, 1}, options));
  EXPECT_EQ(largest.bits, 32);
  EXPECT_EQ(largest.rule, LengthRule::kLargest);
  EXPECT_EQ(largest.linkage, 0);
}

TEST(LengthPlanTest, NeverPlansALengthThatBreaksARule) {
  for (uint64_t rows : {7u, 60u, 999u, 40'000u, 7'000'000u, 4'000'000'000u}) {
    for (double collision : {0.0, 1e-9, 1e-4, 0.3}) {
      for (uint64_t largest : {1u, 2u, 6u}) {
        LengthOptions options;
        options.stratum_collision = collision;
        const auto plan = PlanLength({rows, collision, largest}, options);
        if (!plan.ok()) continue;
        const double buckets = std::exp2(plan->bits);
        const double per_value = static_cast<double>(rows) / buckets;
        EXPECT_GE(per_value, 2);
        EXPECT_LE(per_value, options.acceptable_rows);
        EXPECT_LE(plan->linkage, 0.5);
        EXPECT_LE(static_cast<double>(largest), 3 * std::sqrt(per_value));
        EXPECT_EQ(plan->linkage, *plan->linkage_in_stratum);
      }
    }
  }
}

TEST(LengthPlanTest, SaysInWordsWhatLeaks) {
  LengthOptions options;
  options.stratum_collision = kOutletDay;
  std::string text;
  for (const std::string& line :
       DescribeLeakage(*PlanLength(kPhones, options))) {
    text += line + "\n";
  }
  EXPECT_THAT(text, HasSubstr("19 bits, limited by the rule of frequency"));
  EXPECT_THAT(text, HasSubstr("about 19.1 rows"));
  EXPECT_THAT(text, HasSubstr("the same value with 8 %"));
  EXPECT_THAT(text, HasSubstr("(one outlet's): with 98 %"));
  EXPECT_THAT(text, HasSubstr("1.91e+04 possible values are left"));

  text.clear();
  LengthOptions short_domain = Last4();
  short_domain.domain = 500;
  for (const std::string& line :
       DescribeLeakage(*PlanLength({2000, 1e-4, 5}, short_domain))) {
    text += line + "\n";
  }
  EXPECT_THAT(text, HasSubstr("each row's value is known"));
  EXPECT_THAT(text, Not(HasSubstr("told apart")));
}

}  // namespace
}  // namespace parcelveil::index
