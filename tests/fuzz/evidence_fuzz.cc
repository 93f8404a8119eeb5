// SPDX-License-Identifier: Apache-2.0
// Evidence of any numbers is a number: never NaN, never infinite, no factor
// below the noise, no probability above one.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "src/trace/evidence.h"
#include "src/wire/bytes.h"

namespace {

using parcelveil::TraceLevel;
using parcelveil::TraceScore;
using parcelveil::trace::Comparison;
using parcelveil::trace::Exposure;
using parcelveil::trace::Row;

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  parcelveil::wire::Reader reader(
      std::string_view(reinterpret_cast<const char*>(data), size));
  Comparison comparison;
  Exposure exposure;
  comparison.noise = (1 + reader.Get<uint8_t>()) / 512.0;
  const uint32_t num_strata = 1 + reader.Get<uint8_t>() % 8;
  for (uint32_t i = 0; i < num_strata; ++i) {
    // At least the hits that are to come: 256 rows of up to 3 records.
    const double n = std::max(reader.Get<uint32_t>(), 768u);
    comparison.stratum_sizes.push_back(n + reader.Get<uint32_t>());
    exposure.counts.push_back({i, n});
  }
  while (reader.ok() && !reader.AtEnd() && comparison.rows.size() < 256) {
    const uint8_t what = reader.Get<uint8_t>();
    const auto number = static_cast<uint32_t>(comparison.rows.size());
    Row& row = comparison.rows.emplace_back();
    for (int i = 0; i <= what % 3; ++i) {
      const auto record = static_cast<uint32_t>(comparison.stratum_of.size());
      row.records.push_back(record);
      comparison.stratum_of.push_back(what / 3 % num_strata);
      if (what & 0x80)
        exposure.hits.push_back({number, record, parcelveil::trace::kAlways});
    }
  }
  TraceLevel level;
  level.log10_threshold = parcelveil::trace::Log10Threshold(2, 1, 0.001);
  const std::vector<Exposure> sources = {exposure, Exposure()};
  const std::vector<TraceScore> scores =
      parcelveil::trace::ScoreSources(comparison, sources, &level);
  parcelveil::trace::CountPlanted(comparison, sources, scores,
                                  level.log10_threshold);
  for (const parcelveil::trace::RowFactor& factor :
       parcelveil::trace::FactorsOf(
           comparison, parcelveil::trace::Remaining(comparison), exposure)) {
    Require(factor.log10 >= std::log10(comparison.noise));
  }
  TraceScore score;
  parcelveil::trace::SetPValue(comparison, exposure, &score);
  Require(std::isfinite(scores[0].log10_e) && std::isfinite(score.log10_p));
  Require(score.log10_p <= 0);
  return 0;
}
