// SPDX-License-Identifier: Apache-2.0
#include "src/trace/evidence.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "src/trace/hypergeometric.h"

namespace parcelveil::trace {
namespace {

constexpr size_t kMaxPasses = 16;
constexpr double kTieDecades = 3;

double CountIn(const Exposure& exposure, uint32_t stratum) {
  const auto found =
      std::lower_bound(exposure.counts.begin(), exposure.counts.end(), stratum,
                       [](const Exposure::Count& count, uint32_t wanted) {
                         return count.stratum < wanted;
                       });
  const bool is_there =
      found != exposure.counts.end() && found->stratum == stratum;
  return is_there ? found->n : 0;
}

// What the source explains is taken out: its rows, and its records from the
// strata, so that the rows left are compared with the records left. Records
// that another source shares with it are taken out of the stratum but not of
// that source's count, which only lowers that source's evidence.
void TakeOut(const Comparison& comparison, const Exposure& exposure,
             Remaining* remaining) {
  for (const Exposure::Hit& hit : exposure.hits) {
    const bool counts = hit.first_ms < comparison.rows[hit.row].seen_ms;
    if (!counts || !remaining->is_in[hit.row]) continue;
    remaining->is_in[hit.row] = false;
    --remaining->num_rows;
  }
  for (const Exposure::Count& count : exposure.counts) {
    double& size = remaining->sizes[count.stratum];
    size = std::max(size - count.n, 0.0);
  }
}

TraceScore FirstScore(const Comparison& comparison, const Remaining& all,
                      const Exposure& exposure) {
  TraceScore score;
  score.K = comparison.rows.size();
  double size = 0;
  for (const double N : comparison.stratum_sizes) size += N;
  score.N = static_cast<uint64_t>(size);
  double n = 0;
  for (const Exposure::Count& count : exposure.counts) n += count.n;
  score.n = static_cast<uint64_t>(n);
  double weight = 0;
  for (const RowFactor& factor : FactorsOf(comparison, all, exposure)) {
    ++score.k;
    weight += factor.weight;
  }
  if (score.K > 0) score.explained = weight / static_cast<double>(score.K);
  score.log10_e = Log10E(comparison, all, exposure);
  return score;
}

// The greedy second pass: the best source above the threshold, then the best
// without its rows, until there is none.
void RunPasses(const Comparison& comparison,
               const std::vector<Exposure>& sources,
               std::vector<TraceScore>* scores, TraceLevel* level) {
  Remaining remaining(comparison);
  for (size_t pass = 1; pass <= kMaxPasses; ++pass) {
    const double threshold =
        level->log10_threshold + std::log10(static_cast<double>(pass));
    TracePass best;
    bool found = false;
    for (size_t i = 0; i < sources.size(); ++i) {
      if ((*scores)[i].standing == Standing::kStandsOut) continue;
      const double log10_e = pass == 1
                                 ? (*scores)[i].log10_e
                                 : Log10E(comparison, remaining, sources[i]);
      if (log10_e < threshold || (found && log10_e <= best.log10_e)) continue;
      found = true;
      best = {i, remaining.num_rows, log10_e, threshold};
    }
    if (!found) return;
    (*scores)[best.position].standing = Standing::kStandsOut;
    level->passes.push_back(best);
    TakeOut(comparison, sources[best.position], &remaining);
  }
}

void SetTies(std::vector<TraceScore>* scores) {
  for (size_t i = 0; i < scores->size(); ++i) {
    TraceScore& score = (*scores)[i];
    if (score.standing == Standing::kBelow) continue;
    for (size_t j = 0; j < scores->size(); ++j) {
      if (j == i || (*scores)[j].k == 0) continue;
      if (score.log10_e - (*scores)[j].log10_e < kTieDecades) {
        score.ties.push_back(j);
      }
    }
  }
}

// How many terms, the largest first, it takes to bring `from` to `to` or past
// it; nullopt where all are too few.
std::optional<uint64_t> TermsToReach(double from, double to,
                                     std::vector<RowFactor> terms) {
  std::sort(
      terms.begin(), terms.end(),
      [](const RowFactor& a, const RowFactor& b) { return a.log10 > b.log10; });
  uint64_t num_rows = 0;
  for (const RowFactor& term : terms) {
    if (from >= to) break;
    if (term.log10 <= 0) break;
    const double rows = std::min(std::ceil((to - from) / term.log10 - 1e-9),
                                 term.weight);  // how many there are
    num_rows += static_cast<uint64_t>(rows);
    from += rows * term.log10;
  }
  if (from < to - 1e-9) return std::nullopt;
  return num_rows;
}

// Rows that somebody would have to add so that this source stands out: of the
// records that it saw and that are not in the list yet.
std::optional<uint64_t> RowsToFrame(const Comparison& comparison,
                                    const Exposure& exposure, double log10_e,
                                    double threshold) {
  std::vector<RowFactor> terms;
  for (const Exposure::Count& count : exposure.counts) {
    double left = count.n;
    for (const Exposure::Hit& hit : exposure.hits) {
      if (comparison.stratum_of[hit.record] == count.stratum) left -= 1;
    }
    const double ratio = comparison.stratum_sizes[count.stratum] / count.n;
    terms.push_back(
        {0, std::log10(comparison.noise + (1 - comparison.noise) * ratio),
         std::max(left, 0.0)});
  }
  return TermsToReach(log10_e, threshold, std::move(terms));
}

}  // namespace

std::vector<RowFactor> FactorsOf(const Comparison& comparison,
                                 const Remaining& remaining,
                                 const Exposure& exposure) {
  std::vector<RowFactor> factors;
  double ratio = 0;  // the mean of [r seen] * N / n over the row's records
  for (size_t i = 0; i < exposure.hits.size(); ++i) {
    const Exposure::Hit& hit = exposure.hits[i];
    const Row& row = comparison.rows[hit.row];
    if (!remaining.is_in[hit.row] || hit.first_ms >= row.seen_ms) continue;
    const uint32_t stratum = comparison.stratum_of[hit.record];
    const double n = CountIn(exposure, stratum);
    if (n <= 0) continue;
    const double weight = 1 / static_cast<double>(row.records.size());
    if (factors.empty() || factors.back().row != hit.row) {
      factors.push_back({hit.row, 0, 0});
      ratio = 0;
    }
    ratio += weight * remaining.sizes[stratum] / n;
    factors.back().weight += weight;
    factors.back().log10 =
        std::log10(comparison.noise + (1 - comparison.noise) * ratio);
  }
  return factors;
}

double Log10E(const Comparison& comparison, const Remaining& remaining,
              const Exposure& exposure) {
  const std::vector<RowFactor> factors =
      FactorsOf(comparison, remaining, exposure);
  const double unseen = static_cast<double>(remaining.num_rows) -
                        static_cast<double>(factors.size());
  double sum = exposure.log10_prior + unseen * std::log10(comparison.noise);
  for (const RowFactor& factor : factors) sum += factor.log10;
  return sum;
}

double Log10Threshold(size_t num_sources, int looks, double alpha) {
  const double m = static_cast<double>(std::max<size_t>(num_sources, 1));
  return std::log10(m) + std::log10(static_cast<double>(looks)) -
         std::log10(alpha);
}

std::vector<TraceScore> ScoreSources(const Comparison& comparison,
                                     const std::vector<Exposure>& sources,
                                     TraceLevel* level) {
  const Remaining all(comparison);
  std::vector<TraceScore> scores;
  scores.reserve(sources.size());
  for (const Exposure& source : sources) {
    scores.push_back(FirstScore(comparison, all, source));
  }
  RunPasses(comparison, sources, &scores, level);
  for (TraceScore& score : scores) {
    const bool is_above = score.log10_e >= level->log10_threshold;
    if (score.standing == Standing::kBelow && is_above) {
      score.standing = Standing::kExplained;
    }
  }
  SetTies(&scores);
  return scores;
}

PlantedRows CountPlanted(const Comparison& comparison,
                         const std::vector<Exposure>& sources,
                         const std::vector<TraceScore>& scores,
                         double log10_threshold) {
  PlantedRows planted;
  std::optional<size_t> strongest;
  for (size_t i = 0; i < sources.size(); ++i) {
    if (scores[i].standing == Standing::kStandsOut &&
        (!strongest.has_value() ||
         scores[i].log10_e > scores[*strongest].log10_e)) {
      strongest = i;
    }
    if (scores[i].standing != Standing::kBelow) continue;
    const std::optional<uint64_t> rows =
        RowsToFrame(comparison, sources[i], scores[i].log10_e, log10_threshold);
    if (rows.has_value()) {
      planted.to_frame = std::min(*rows, planted.to_frame.value_or(*rows));
    }
  }
  if (!strongest.has_value()) return planted;
  const double excess = scores[*strongest].log10_e - log10_threshold;
  // From just above the threshold to just below it.
  std::vector<RowFactor> factors =
      FactorsOf(comparison, Remaining(comparison), sources[*strongest]);
  for (RowFactor& factor : factors) factor.weight = 1;
  constexpr double kJustBelow = 1e-6;
  planted.behind_finding =
      TermsToReach(0, excess + kJustBelow, std::move(factors));
  planted.to_hide = static_cast<uint64_t>(
      std::floor(excess / -std::log10(comparison.noise)) + 1);
  return planted;
}

void SetPValue(const Comparison& comparison, const Exposure& exposure,
               TraceScore* score) {
  std::vector<Draw> draws;
  std::vector<uint32_t> draw_of(comparison.stratum_sizes.size(), UINT32_MAX);
  for (const Exposure::Count& count : exposure.counts) {
    draw_of[count.stratum] = static_cast<uint32_t>(draws.size());
    draws.push_back(
        {static_cast<uint64_t>(comparison.stratum_sizes[count.stratum]),
         static_cast<uint64_t>(count.n), 0});
  }
  for (const Row& row : comparison.rows) {
    if (row.records.size() != 1) continue;
    const uint32_t draw = draw_of[comparison.stratum_of[row.records[0]]];
    if (draw != UINT32_MAX) ++draws[draw].K;
  }
  uint64_t k = 0;
  for (const Exposure::Hit& hit : exposure.hits) {
    const Row& row = comparison.rows[hit.row];
    if (row.records.size() == 1 && hit.first_ms < row.seen_ms) ++k;
  }
  draws.erase(std::remove_if(draws.begin(), draws.end(),
                             [](const Draw& draw) { return draw.K == 0; }),
              draws.end());
  // A table that changes while it is read may have lost rows meanwhile.
  for (Draw& draw : draws) draw.N = std::max({draw.N, draw.n, draw.K});
  const TailProbability tail = HypergeometricTail(draws, k);
  score->log10_p = tail.log10;
  score->p_is_bound = tail.is_bound;
}

}  // namespace parcelveil::trace
