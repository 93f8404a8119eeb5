// SPDX-License-Identifier: Apache-2.0
#include "src/index/value_counts.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace parcelveil::index {
namespace {

TEST(ValueCountsTest, CountsRowsTheLargestValueAndSharedPairs) {
  ValueCounts counts;
  for (uint64_t rows : {1, 4, 2, 0, 1}) counts.Add(rows);
  const Partition partition = counts.partition();
  EXPECT_EQ(partition.rows, 8u);
  EXPECT_EQ(partition.largest, 4u);
  // 6 + 1 of the 28 pairs of different rows share their value.
  EXPECT_DOUBLE_EQ(partition.collision, 7.0 / 28);
}

TEST(ValueCountsTest, FindsNoCollisionAmongDistinctValues) {
  ValueCounts counts;
  EXPECT_EQ(counts.partition().rows, 0u);
  EXPECT_EQ(counts.partition().collision, 0);
  counts.Add(1);
  EXPECT_EQ(counts.partition().collision, 0);
  for (int i = 0; i < 999; ++i) counts.Add(1);
  EXPECT_EQ(counts.partition().collision, 0);
  EXPECT_EQ(counts.partition().largest, 1u);
}

TEST(ValueCountsTest, ComesNearTheChanceOfAUniformDraw) {
  ValueCounts counts;
  for (int i = 0; i < 10'000; ++i) counts.Add(1000);
  EXPECT_NEAR(counts.partition().collision, 1e-4, 1e-6);
}

TEST(ValueCountsTest, NeverLeavesItsRangeOnHugeCounts) {
  ValueCounts counts;
  counts.Add(UINT64_MAX - 5);
  counts.Add(UINT64_MAX);
  EXPECT_EQ(counts.partition().rows, UINT64_MAX);
  EXPECT_LE(counts.partition().collision, 1);
  EXPECT_GT(counts.partition().collision, 0.999);
}

TEST(ValueCountsTest, FeedsThePlanner) {
  ValueCounts counts;  // an outlet's day: 1,800 phones, 200 of them twice
  for (int i = 0; i < 1600; ++i) counts.Add(1);
  for (int i = 0; i < 200; ++i) counts.Add(2);
  LengthOptions options;
  options.acceptable_rows = 256;
  EXPECT_EQ(PlanLength(counts.partition(), options)->bits, 9);
}

}  // namespace
}  // namespace parcelveil::index
