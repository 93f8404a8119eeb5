// SPDX-License-Identifier: Apache-2.0
#include "src/trace/unusual.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/wire/bytes.h"

namespace parcelveil::trace {
namespace {

constexpr uint64_t kFirstDayMs = uint64_t{20000} * 86'400'000;

// Accounts 1 to 40 of one outlet, each with a pace of its own, on working days
// of more and of less.
class UnusualTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kAccounts = 40;

  UnusualReport Run(int num_days, double false_alarms) {
    UnusualOptions options;
    options.false_alarms = false_alarms;
    UnusualDays days(options);
    for (int day = 0; day < num_days; ++day) AddDay(day, &days);
    return days.Finish();
  }
  void AddDay(int day, UnusualDays* days) {
    const double busy = day % 7 == 6 ? 0.6 : day == 60 ? 3 : 1;
    std::vector<Leaf> leaves;
    for (uint64_t account = 1; account <= kAccounts; ++account) {
      const double mean = 15 + static_cast<double>(account);
      std::gamma_distribution<double> pace(16, busy * mean / 16);
      AddAccesses(day, account, Draw(pace(random_)), {9, 18}, &leaves);
      for (int i = Draw(1.0); i > 0; --i) {
        leaves.push_back(At(day, account, 10, LeafType::kSearch));
      }
    }
    if (day == planted_day_) plant_(day, &leaves);
    std::stable_sort(
        leaves.begin(), leaves.end(),
        [](const Leaf& a, const Leaf& b) { return a.time_ms < b.time_ms; });
    for (const Leaf& leaf : leaves) days->Add(leaf);
  }
  struct Hours {
    double from, to;
  };
  void AddAccesses(int day, uint64_t account, int count, Hours hours,
                   std::vector<Leaf>* leaves) {
    for (int i = 0; i < count; ++i) {
      std::uniform_real_distribution<double> hour(hours.from, hours.to);
      leaves->push_back(At(day, account, hour(random_), LeafType::kGrant));
    }
  }
  Leaf At(int day, uint64_t account, double hour, LeafType type) {
    Leaf leaf;
    leaf.type = type;
    leaf.role = Role::kList;
    leaf.principal = account;
    leaf.time_ms = kFirstDayMs + static_cast<uint64_t>(day) * 86'400'000 +
                   static_cast<uint64_t>(hour * 3'600'000);
    for (uint8_t& byte : leaf.record_ref) {
      byte = static_cast<uint8_t>(random_());
    }
    return leaf;
  }
  int Draw(double mean) {
    return std::poisson_distribution<int>(mean)(random_);
  }

  std::mt19937 random_{20261124};
  int planted_day_ = -1;
  std::function<void(int day, std::vector<Leaf>*)> plant_;
};

// As many as were allowed, at most, although days differ and one is a rush.
TEST_F(UnusualTest, RaisesNoMoreFalseAlarmsThanItIsAllowed) {
  const UnusualReport report = Run(120, 1.0);
  EXPECT_GT(report.num_judged, 4000u);
  const double allowed = kAccounts * 120 / 365.0;
  EXPECT_LE(static_cast<double>(report.days.size()),
            allowed + 3 * std::sqrt(allowed));
  EXPECT_TRUE(Run(120, 0.001).days.empty());
}

TEST_F(UnusualTest, FindsADayOfManyRecords) {
  planted_day_ = 45;
  plant_ = [this](int day, std::vector<Leaf>* leaves) {
    AddAccesses(day, 7, 250, {9, 18}, leaves);
  };
  const UnusualReport report = Run(50, 0.01);
  ASSERT_FALSE(report.days.empty());
  for (const UnusualDay& found : report.days) EXPECT_EQ(found.principal, 7u);
  EXPECT_EQ(report.days[0].measure, Measure::kRecords);
  EXPECT_NEAR(static_cast<double>(report.days[0].count), 272, 20);
  EXPECT_NEAR(report.days[0].usual, 22, 6);
}

TEST_F(UnusualTest, FindsANightASpurtAndManySearches) {
  const struct {
    Measure measure;
    std::function<void(int day, std::vector<Leaf>*)> plant;
  } kCases[] = {
      {Measure::kOddHours,
       [this](int day, std::vector<Leaf>* leaves) {
         AddAccesses(day, 9, 12, {2, 4}, leaves);
       }},
      {Measure::kTenMinutes,
       [this](int day, std::vector<Leaf>* leaves) {
         AddAccesses(day, 9, 40, {12, 12.16}, leaves);
       }},
      {Measure::kSearches, [this](int day, std::vector<Leaf>* leaves) {
         for (int i = 0; i < 30; ++i) {
           leaves->push_back(At(day, 9, 11, LeafType::kSearch));
         }
       }}};
  planted_day_ = 45;
  for (const auto& [measure, plant] : kCases) {
    plant_ = plant;
    const UnusualReport report = Run(48, 0.01);
    bool is_found = false;
    for (const UnusualDay& found : report.days) {
      EXPECT_EQ(found.principal, 9u) << Describe(found.measure);
      is_found = is_found || found.measure == measure;
    }
    EXPECT_TRUE(is_found) << Describe(measure);
  }
}

TEST_F(UnusualTest, CountsMaskedRowsOnceEach) {
  planted_day_ = 45;
  plant_ = [this](int day, std::vector<Leaf>* leaves) {
    for (int i = 0; i < 20; ++i) {
      Leaf leaf = At(day, 9, 11, LeafType::kViews);
      leaf.record_ref = {};
      for (uint32_t row = 0; row < 64; ++row) {
        const auto ref = At(day, 9, 11, LeafType::kGrant).record_ref;
        leaf.detail += std::string(ref.begin(), ref.end());
      }
      leaves->push_back(leaf);
      leaves->push_back(leaf);
    }
  };
  const UnusualReport report = Run(48, 0.01);
  ASSERT_EQ(report.days.size(), 1u);
  EXPECT_EQ(report.days[0].measure, Measure::kShown);
  EXPECT_NEAR(static_cast<double>(report.days[0].count), 1280, 60);
}

TEST_F(UnusualTest, JudgesNobodyOfWhomNothingIsKnown) {
  UnusualDays days({});
  for (int day = 0; day < 5; ++day) {
    for (int i = 0; i < 500 * (day == 4) + 1; ++i) {
      days.Add(At(day, 1, 10, LeafType::kGrant));
    }
  }
  const UnusualReport report = days.Finish();
  EXPECT_EQ(report.num_judged, 0u);
  EXPECT_EQ(report.num_not_judged, 5u);
  EXPECT_TRUE(report.days.empty());
}

TEST(NegativeBinomialTest, GivesKnownTailsAndNeverNan) {
  // Size 1 is geometric: P(X >= x) = (m / (1 + m))^x.
  EXPECT_NEAR(Log10NegativeBinomialTail(10, 1, 1), 10 * std::log10(0.5), 1e-9);
  // A large size is Poisson: P(X >= 3 | 0.1).
  EXPECT_NEAR(Log10NegativeBinomialTail(3, 0.1, 1e9), std::log10(1.5465e-4),
              1e-3);
  EXPECT_EQ(Log10NegativeBinomialTail(0, 5, 2), 0);
  for (double mean : {0.0, 1e-300, 1.0, 1e300, HUGE_VAL}) {
    for (double size : {0.0, 1e-300, 1.0, 1e300}) {
      for (uint64_t count : {uint64_t{0}, uint64_t{7}, UINT64_MAX}) {
        EXPECT_FALSE(std::isnan(Log10NegativeBinomialTail(count, mean, size)));
      }
    }
  }
}

}  // namespace
}  // namespace parcelveil::trace
