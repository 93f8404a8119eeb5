// SPDX-License-Identifier: Apache-2.0
// The arithmetic of evidence: e-values over strata, and which sources stand
// out. Knows rows, records and sources by number only. SPEC.md section 16.

#ifndef PARCELVEIL_SRC_TRACE_EVIDENCE_H_
#define PARCELVEIL_SRC_TRACE_EVIDENCE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "parcelveil/trace.h"

namespace parcelveil::trace {

inline constexpr int64_t kAlways = INT64_MIN;

// A leaked row: it is of one of these records, each as likely as the others.
struct Row {
  std::vector<uint32_t> records;
  int64_t seen_ms = INT64_MAX;
};

// What is compared: rows, and the strata of their records. Two rows never share
// a record.
struct Comparison {
  std::vector<double> stratum_sizes;  // N of each
  std::vector<uint32_t> stratum_of;   // by record; of those in rows
  std::vector<Row> rows;
  double noise = 0.1;
};

// What one source could see.
struct Exposure {
  struct Count {
    uint32_t stratum;
    double n;  // at least the hits in it
  };
  // A record of a row, and when the source first saw it.
  struct Hit {
    uint32_t row;
    uint32_t record;
    int64_t first_ms;
  };
  std::vector<Count> counts;  // ascending strata, none of 0
  std::vector<Hit> hits;      // ascending rows, then records
  double log10_prior = 0;     // evidence from elsewhere: canaries
};

// The rows and strata that a pass looks at: what earlier ones explained is
// taken out.
struct Remaining {
  explicit Remaining(const Comparison& comparison)
      : sizes(comparison.stratum_sizes),
        is_in(comparison.rows.size(), true),
        num_rows(comparison.rows.size()) {}

  std::vector<double> sizes;
  std::vector<bool> is_in;
  size_t num_rows;
};

// The factor of a row that the source could not have seen is `noise`; these are
// the others', as logarithms, ascending by row.
struct RowFactor {
  uint32_t row;
  double log10;
  double weight;  // of the row's records, how much the source saw
};
std::vector<RowFactor> FactorsOf(const Comparison& comparison,
                                 const Remaining& remaining,
                                 const Exposure& exposure);

// The logarithm of the e-value; never infinite, never NaN.
double Log10E(const Comparison& comparison, const Remaining& remaining,
              const Exposure& exposure);

// Scores every source on all rows and says which stand out; position i of what
// is returned is source i's. Passes go to `level`, whose threshold is set.
// Of a tie the source that comes first is taken.
std::vector<TraceScore> ScoreSources(const Comparison& comparison,
                                     const std::vector<Exposure>& sources,
                                     TraceLevel* level);

// log10(M * looks / alpha).
double Log10Threshold(size_t num_sources, int looks, double alpha);

// How many planted rows it takes. `scores` are those of `sources`.
PlantedRows CountPlanted(const Comparison& comparison,
                         const std::vector<Exposure>& sources,
                         const std::vector<TraceScore>& scores,
                         double log10_threshold);

// Sets log10_p of a score: the stratified hypergeometric test over the rows of
// one record.
void SetPValue(const Comparison& comparison, const Exposure& exposure,
               TraceScore* score);

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_EVIDENCE_H_
