// SPDX-License-Identifier: Apache-2.0
#include "src/trace/sources.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

namespace parcelveil::trace {
namespace {

using Access = AccessLog::Access;

// The share of canaries that a leak meets. SPEC.md section 16.
constexpr double kCanaryShare = 0.05;

// What a source is known to have accessed, record by record.
class Collector {
 public:
  Collector(const Population& population, const TraceOptions& options)
      : population_(population), options_(options) {}

  // Ascending records.
  void Add(uint32_t record, int64_t first_ms) {
    if (record >= population_.first_canary) return AddCanary(record, first_ms);
    counts_[population_.stratum_of[record]] += 1;
    if (record >= population_.row_of.size()) return;
    exposure_.hits.push_back({population_.row_of[record], record, first_ms});
  }

  Exposure Finish(TraceScore* score) {
    for (const auto& [stratum, n] : counts_) {
      exposure_.counts.push_back({stratum, n});
    }
    score->canaries = canaries_;
    score->canaries_hit = canaries_hit_;
    return std::move(exposure_);
  }

 private:
  void AddCanary(uint32_t record, int64_t first_ms) {
    const TraceCanary& canary =
        options_
            .canaries[population_.canaries[record - population_.first_canary]];
    const bool is_hit = canary.contacted.has_value();
    if (is_hit && first_ms >= absl::ToUnixMillis(*canary.contacted)) return;
    ++canaries_;
    if (is_hit) ++canaries_hit_;
    exposure_.log10_prior += std::log10(
        1 - kCanaryShare + (is_hit ? kCanaryShare / options_.canary_noise : 0));
  }

  const Population& population_;
  const TraceOptions& options_;
  std::map<uint32_t, double> counts_;
  Exposure exposure_;
  int canaries_ = 0;
  int canaries_hit_ = 0;
};

// A channel that gathers several accessors.
struct Gathered {
  std::map<uint32_t, int64_t> first_ms;  // by record
  std::optional<int64_t> first;
  std::optional<int64_t> last;
  std::vector<Epoch> days;
};

void SetTimes(std::optional<int64_t> first, std::optional<int64_t> last,
              std::vector<Epoch> days, TraceScore* score) {
  if (first.has_value()) score->first_access = absl::FromUnixMillis(*first);
  if (last.has_value()) score->last_access = absl::FromUnixMillis(*last);
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());
  score->days = static_cast<int>(days.size());
}

void Gather(const Accessor& accessor, const Access* begin, const Access* end,
            Gathered* gathered) {
  for (const Access* access = begin; access != end; ++access) {
    const auto [place, is_new] =
        gathered->first_ms.emplace(access->record, access->first_ms);
    if (!is_new) place->second = std::min(place->second, access->first_ms);
  }
  if (accessor.first_ms.has_value()) {
    gathered->first =
        std::min(*accessor.first_ms, gathered->first.value_or(INT64_MAX));
    gathered->last =
        std::max(*accessor.last_ms, gathered->last.value_or(INT64_MIN));
  }
  gathered->days.insert(gathered->days.end(), accessor.days.begin(),
                        accessor.days.end());
}

// Which channels an accessor is part of.
std::pair<TraceChannel, uint64_t> ChannelOf(const Accessor& accessor) {
  switch (accessor.kind) {
    case Accessor::Kind::kTelephony:
      return {TraceChannel::kTelephony, 0};
    case Accessor::Kind::kExport:
      return {TraceChannel::kExport, accessor.principal};
    case Accessor::Kind::kSharedAccount:
      return {TraceChannel::kSharedAccount, accessor.principal};
    case Accessor::Kind::kPerson:
      break;
  }
  return {TraceChannel::kRole, ToInt(accessor.role)};
}

}  // namespace

LogSources GatherLogSources(const Population& population, const AccessLog& log,
                            const TraceOptions& options) {
  LogSources sources;
  const std::vector<Access> accesses = log.Accesses();
  std::map<std::pair<TraceChannel, uint64_t>, Gathered> channels;
  const Access* begin = accesses.data();
  const Access* const all_end = begin + accesses.size();
  for (uint32_t i = 0; i < log.accessors().size(); ++i) {
    const Accessor& accessor = log.accessors()[i];
    const Access* end = begin;
    while (end != all_end && end->accessor == i) ++end;
    Gather(accessor, begin, end, &channels[ChannelOf(accessor)]);
    if (accessor.kind == Accessor::Kind::kPerson && begin != end) {
      PrincipalScore& person = sources.principals.emplace_back();
      person.principal = accessor.principal;
      person.role = accessor.role;
      SetTimes(accessor.first_ms, accessor.last_ms, accessor.days,
               &person.score);
      Collector collector(population, options);
      for (; begin != end; ++begin) {
        collector.Add(begin->record, begin->first_ms);
      }
      sources.principal_exposures.push_back(collector.Finish(&person.score));
    }
    begin = end;
  }
  for (const auto& [name, gathered] : channels) {
    ChannelScore& channel = sources.channels.emplace_back();
    channel.channel = name.first;
    channel.id = name.second;
    SetTimes(gathered.first, gathered.last, gathered.days, &channel.score);
    Collector collector(population, options);
    for (const auto& [record, first_ms] : gathered.first_ms) {
      collector.Add(record, first_ms);
    }
    sources.channel_exposures.push_back(collector.Finish(&channel.score));
  }
  return sources;
}

}  // namespace parcelveil::trace
