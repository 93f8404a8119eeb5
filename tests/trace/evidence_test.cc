// SPDX-License-Identifier: Apache-2.0
#include "src/trace/evidence.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/trace/hypergeometric.h"
#include "tests/testing/vectors.h"

namespace parcelveil::trace {
namespace {

using parcelveil::testing::Vector;
using ::testing::DoubleNear;
using ::testing::ElementsAre;

// Rows of one record each; of stratum 0 unless named.
Comparison RowsOf(size_t num_rows, double N) {
  Comparison comparison;
  comparison.stratum_sizes = {N};
  for (uint32_t i = 0; i < num_rows; ++i) {
    comparison.rows.push_back({{i}, INT64_MAX});
    comparison.stratum_of.push_back(0);
  }
  return comparison;
}

Exposure Saw(double n, std::vector<uint32_t> rows) {
  Exposure exposure;
  exposure.counts = {{0, n}};
  for (const uint32_t row : rows) exposure.hits.push_back({row, row, kAlways});
  return exposure;
}

std::vector<TraceScore> ScoreAll(const Comparison& comparison,
                                 const std::vector<Exposure>& sources,
                                 TraceLevel* level) {
  level->log10_threshold = Log10Threshold(sources.size(), 1, 0.001);
  return ScoreSources(comparison, sources, level);
}

double Fraction(const std::string& text) {
  const size_t slash = text.find('/');
  return std::stod(text.substr(0, slash)) / std::stod(text.substr(slash + 1));
}

TEST(EvidenceTest, AgreesWithExactFractionsOfAnotherProgram) {
  for (const Vector& vector :
       parcelveil::testing::LoadVectors("trace").List("cases")) {
    Comparison comparison;
    comparison.noise = Fraction(vector.Text("noise"));
    Exposure exposure;
    for (const Vector& stratum : vector.List("strata")) {
      exposure.counts.push_back(
          {static_cast<uint32_t>(comparison.stratum_sizes.size()),
           static_cast<double>(stratum.Number("n"))});
      comparison.stratum_sizes.push_back(
          static_cast<double>(stratum.Number("N")));
    }
    for (const Vector& row : vector.List("rows")) {
      const auto number = static_cast<uint32_t>(comparison.rows.size());
      Row& added = comparison.rows.emplace_back();
      for (const Vector& record : row.List("records")) {
        const auto id = static_cast<uint32_t>(comparison.stratum_of.size());
        added.records.push_back(id);
        comparison.stratum_of.push_back(
            static_cast<uint32_t>(record.Number("stratum")));
        if (record.Number("seen") != 0) {
          exposure.hits.push_back({number, id, kAlways});
        }
      }
    }
    TraceScore score;
    SetPValue(comparison, exposure, &score);
    EXPECT_NEAR(Log10E(comparison, Remaining(comparison), exposure),
                std::stod(vector.Text("log10_e")), 1e-9);
    EXPECT_NEAR(score.log10_p, std::stod(vector.Text("log10_p")), 1e-8);
    EXPECT_FALSE(score.p_is_bound);
  }
}

TEST(HypergeometricTest, StaysFiniteWhereProbabilitiesUnderflow) {
  // All of 2000 rows among the 2000 of 10^9 records that somebody saw.
  const TailProbability tail =
      HypergeometricTail({{1000000000, 2000, 2000}}, 2000);
  EXPECT_LT(tail.log10, -10000);
  EXPECT_TRUE(std::isfinite(tail.log10));
  EXPECT_EQ(HypergeometricTail({{100, 10, 5}}, 0).log10, 0);
  EXPECT_EQ(HypergeometricTail({{100, 10, 5}}, 6).log10,
            -std::numeric_limits<double>::infinity());
  const TailProbability bound =
      HypergeometricTail({{1000000, 10000, 5000}, {1000000, 10000, 5000}}, 300);
  EXPECT_TRUE(bound.is_bound);
  EXPECT_LT(bound.log10, -20);
  EXPECT_TRUE(std::isfinite(bound.log10));
}

TEST(EvidenceTest, NamesNobodyBelowTheThreshold) {
  const Comparison comparison = RowsOf(3, 600);
  TraceLevel level;
  const auto scores =
      ScoreAll(comparison, {Saw(40, {0, 1, 2}), Saw(40, {})}, &level);
  // Three factors of 13.6 are 2515; two sources need 2000, three 3000.
  EXPECT_EQ(scores[0].standing, Standing::kStandsOut);
  EXPECT_THAT(scores[0].ties, ElementsAre());
  EXPECT_EQ(scores[0].k, 3u);
  EXPECT_EQ(scores[0].explained, 1);
  TraceLevel of_three;
  for (const TraceScore& score :
       ScoreAll(comparison, {Saw(40, {0, 1, 2}), Saw(40, {}), Saw(40, {})},
                &of_three)) {
    EXPECT_EQ(score.standing, Standing::kBelow);
    EXPECT_TRUE(score.ties.empty());
  }
  EXPECT_TRUE(of_three.passes.empty());
}

TEST(EvidenceTest, TellsColleaguesApartOrSaysThatItCannot) {
  const Comparison comparison = RowsOf(10, 6000);
  const std::vector<uint32_t> all = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  TraceLevel level;
  const auto scores = ScoreAll(
      comparison,
      {Saw(60, all), Saw(60, {0, 1, 2, 3, 4, 5, 6, 7}), Saw(60, {0, 1})},
      &level);
  EXPECT_EQ(scores[0].standing, Standing::kStandsOut);
  EXPECT_EQ(scores[1].standing, Standing::kExplained) << "no row is left to it";
  EXPECT_EQ(scores[2].standing, Standing::kBelow);
  EXPECT_THAT(scores[0].ties, ElementsAre()) << "3 decades and more apart";
  EXPECT_EQ(level.passes.size(), 1u);
  TraceLevel same;
  const auto tied = ScoreAll(comparison, {Saw(60, all), Saw(66, all)}, &same);
  EXPECT_THAT(tied[0].ties, ElementsAre(1u));
  EXPECT_THAT(tied[1].ties, ElementsAre(0u));
}

TEST(EvidenceTest, FindsASecondLeakerAmongTheRowsThatAreLeft) {
  const Comparison comparison = RowsOf(16, 6000);
  const std::vector<uint32_t> first = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  TraceLevel level;
  const auto scores = ScoreAll(
      comparison, {Saw(60, first), Saw(60, {10, 11, 12, 13, 14, 15})}, &level);
  ASSERT_EQ(level.passes.size(), 2u);
  EXPECT_EQ(level.passes[1].position, 1u);
  EXPECT_EQ(level.passes[1].rows, 6u);
  EXPECT_NEAR(level.passes[1].log10_e, 6 * std::log10(0.1 + 0.9 * 5940 / 60),
              1e-9)
      << "the first one's 60 records are not among those compared";
  EXPECT_GT(level.passes[1].log10_threshold, level.passes[0].log10_threshold)
      << "another pass is another look";
  EXPECT_EQ(scores[1].standing, Standing::kStandsOut);
}

TEST(EvidenceTest, CountsOnlyWhatWasSeenBeforeTheRowWas) {
  Comparison comparison = RowsOf(2, 600);
  comparison.rows[0].seen_ms = comparison.rows[1].seen_ms = 1000;
  Exposure exposure = Saw(40, {});
  exposure.hits = {{0, 0, 999}, {1, 1, 1000}};
  EXPECT_EQ(FactorsOf(comparison, Remaining(comparison), exposure).size(), 1u);
  EXPECT_THAT(Log10E(comparison, Remaining(comparison), exposure),
              DoubleNear(std::log10(0.1 * (0.1 + 0.9 * 15)), 1e-12));
}

TEST(EvidenceTest, ForeignRowsNeverRaiseEvidence) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200; ++i) {
    const size_t num_rows = 1 + random() % 20;
    std::vector<uint32_t> seen;
    for (uint32_t row = 0; row < num_rows; ++row) {
      if (random() % 2 == 0) seen.push_back(row);
    }
    const Exposure exposure = Saw(40, seen);
    const Comparison few = RowsOf(num_rows, 600);
    const Comparison more = RowsOf(num_rows + 1 + random() % 5, 600);
    EXPECT_LT(Log10E(more, Remaining(more), exposure),
              Log10E(few, Remaining(few), exposure));
  }
}

TEST(EvidenceTest, HasAMeanOfAtMostOneForWhoHasNothingToDoWithIt) {
  // Five rows drawn without replacement of 60 records, 12 of which were seen.
  std::mt19937_64 random(2);
  std::vector<uint32_t> records(60);
  for (uint32_t i = 0; i < records.size(); ++i) records[i] = i;
  const Comparison comparison = RowsOf(5, 60);
  constexpr int kRuns = 40000;
  double sum = 0;
  double squares = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<uint32_t> seen;
    for (uint32_t row = 0; row < 5; ++row) {
      std::swap(records[row], records[row + random() % (60 - row)]);
      if (records[row] < 12) seen.push_back(row);
    }
    const double e =
        std::pow(10, Log10E(comparison, Remaining(comparison), Saw(12, seen)));
    sum += e;
    squares += e * e;
  }
  const double mean = sum / kRuns;
  const double error = std::sqrt((squares / kRuns - mean * mean) / kRuns);
  EXPECT_LT(mean - 4 * error, 1);
  EXPECT_GT(mean, 0.5) << "and it is not just small";
}

TEST(EvidenceTest, CountsThePlantedRowsThatWouldChangeTheAnswer) {
  const Comparison comparison = RowsOf(5, 600);
  const std::vector<Exposure> sources = {Saw(40, {0, 1, 2, 3, 4}), Saw(40, {})};
  TraceLevel level;
  const auto scores = ScoreAll(comparison, sources, &level);
  const PlantedRows planted =
      CountPlanted(comparison, sources, scores, level.log10_threshold);
  // 5 * 1.1335 = 5.67 against 3.30: three rows less are 2.27; three foreign
  // rows more 2.67; the other, at -5, needs 8.30 / 1.1335 rows.
  EXPECT_EQ(planted.behind_finding, 3u);
  EXPECT_EQ(planted.to_hide, 3u);
  EXPECT_EQ(planted.to_frame, 8u);
  TraceLevel none;
  const std::vector<Exposure> all_seen = {Saw(600, {0, 1, 2, 3, 4})};
  const auto nobody = ScoreAll(comparison, all_seen, &none);
  EXPECT_FALSE(CountPlanted(comparison, all_seen, nobody, none.log10_threshold)
                   .to_frame.has_value())
      << "who saw everything can never stand out";
}

TEST(EvidenceTest, StaysFiniteForAMillionRows) {
  const Comparison comparison = RowsOf(1000000, 4e9);
  std::vector<uint32_t> all(1000000);
  for (uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  TraceLevel level;
  const auto scores =
      ScoreAll(comparison, {Saw(1e6, all), Saw(1e6, {})}, &level);
  EXPECT_TRUE(std::isfinite(scores[0].log10_e));
  EXPECT_DOUBLE_EQ(scores[1].log10_e, -1000000);
}

}  // namespace
}  // namespace parcelveil::trace
