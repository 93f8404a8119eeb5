// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "src/base/status.h"
#include "src/trace/sources.h"

namespace parcelveil::trace {
namespace {

using StratumKey = std::tuple<Scope, Epoch, std::string>;

StratumKey KeyOf(const TraceStratum& stratum) {
  return {stratum.outlet, stratum.day, stratum.segment};
}

// Numbers strata in their order, so that the rows' order does not matter.
std::map<StratumKey, uint32_t> StrataOf(const LeakRows& leaked) {
  std::map<StratumKey, uint32_t> strata;
  for (const MatchedRow& row : leaked.rows) {
    for (const TraceRecord& record : row.records) {
      strata.emplace(KeyOf(record.stratum), 0);
    }
  }
  uint32_t number = 0;
  for (auto& [key, value] : strata) value = number++;
  return strata;
}

TraceRecords::Days DaysOf(const std::map<StratumKey, uint32_t>& strata) {
  TraceRecords::Days days{Epoch{UINT16_MAX}, Epoch{0}};
  for (const auto& [key, number] : strata) {
    days.first = std::min(days.first, std::get<Epoch>(key));
    days.last = std::max(days.last, std::get<Epoch>(key));
  }
  return days;
}

// Adds one record of the population.
uint32_t AddRecord(const TraceRecord& record, uint32_t stratum,
                   Population* population) {
  if (stratum != Population::kNoStratum) {
    population->comparison.stratum_sizes[stratum] += 1;
  }
  population->stratum_of.push_back(stratum);
  return population->records.Add(record.record_id, record.stratum.day);
}

void AddRows(const LeakRows& leaked,
             const std::map<StratumKey, uint32_t>& strata,
             Population* population) {
  for (const MatchedRow& matched : leaked.rows) {
    const auto number =
        static_cast<uint32_t>(population->comparison.rows.size());
    Row& row = population->comparison.rows.emplace_back();
    row.seen_ms = absl::ToUnixMillis(matched.seen);
    for (const TraceRecord& record : matched.records) {
      row.records.push_back(
          AddRecord(record, strata.at(KeyOf(record.stratum)), population));
      population->row_of.push_back(number);
      population->merchants.push_back(record.merchant);
      population->outlet_of.push_back(record.stratum.outlet);
    }
  }
  population->comparison.stratum_of = population->stratum_of;
}

// A channel's name in the table: an outlet, or a merchant.
struct Channels {
  std::map<Scope, double> outlets;
  std::map<std::string, double> merchants;
  double all = 0;
};

// How much of the table each outlet and merchant has, on the rows' days.
absl::StatusOr<Channels> CountChannels(const LeakRows& leaked,
                                       TraceRecords* records) {
  std::set<Epoch> days;
  for (const MatchedRow& row : leaked.rows) {
    for (const TraceRecord& record : row.records) {
      days.insert(record.stratum.day);
    }
  }
  Channels channels;
  if (days.empty()) return channels;
  PARCELVEIL_RETURN_IF_ERROR(records->ReadGroups(
      {*days.begin(), *days.rbegin()}, [&](const TraceRecords::Group& group) {
        if (days.count(group.stratum.day) == 0) return absl::OkStatus();
        const auto count = static_cast<double>(group.count);
        channels.all += count;
        channels.outlets[group.stratum.outlet] += count;
        if (!group.merchant.empty()) {
          channels.merchants[group.merchant] += count;
        }
        return absl::OkStatus();
      }));
  return channels;
}

}  // namespace

absl::StatusOr<Population> ReadPopulation(const LeakRows& leaked,
                                          const TraceOptions& options) {
  Population population;
  population.comparison.noise = options.noise;
  const std::map<StratumKey, uint32_t> strata = StrataOf(leaked);
  population.comparison.stratum_sizes.assign(strata.size(), 0);
  AddRows(leaked, strata, &population);

  absl::flat_hash_set<std::string> in_rows;
  std::set<Scope> outlets;
  for (const MatchedRow& row : leaked.rows) {
    for (const TraceRecord& record : row.records) {
      in_rows.insert(record.record_id);
      outlets.insert(record.stratum.outlet);
    }
  }
  population.outlets.assign(outlets.begin(), outlets.end());
  // A canary is nobody's parcel: it is of no stratum, unless it leaked.
  absl::flat_hash_set<std::string> left_out = in_rows;
  for (const TraceCanary& canary : options.canaries) {
    left_out.insert(canary.record_id);
  }
  if (!strata.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(options.records->ReadRecords(
        DaysOf(strata), population.outlets, [&](const TraceRecord& record) {
          const auto stratum = strata.find(KeyOf(record.stratum));
          if (stratum != strata.end() && !left_out.contains(record.record_id)) {
            AddRecord(record, stratum->second, &population);
          }
          return absl::OkStatus();
        }));
  }
  population.first_canary = population.records.size();
  for (size_t i = 0; i < options.canaries.size(); ++i) {
    TraceRecord record;
    record.record_id = options.canaries[i].record_id;
    if (!in_rows.insert(record.record_id).second) continue;
    AddRecord(record, Population::kNoStratum, &population);
    population.canaries.push_back(i);
  }
  return population;
}

absl::StatusOr<TableChannels> ReadTableChannels(const LeakRows& leaked,
                                                const Population& population,
                                                const TraceOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(const Channels counted,
                              CountChannels(leaked, options.records));
  TableChannels table;
  table.comparison = population.comparison;
  table.comparison.stratum_sizes = {counted.all};
  std::fill(table.comparison.stratum_of.begin(),
            table.comparison.stratum_of.end(), 0);
  const auto add = [&](ChannelScore channel, double n, const auto& is_of) {
    table.channels.push_back(std::move(channel));
    Exposure& exposure = table.exposures.emplace_back();
    exposure.counts = {{0, n}};
    for (uint32_t i = 0; i < population.row_of.size(); ++i) {
      if (is_of(i)) exposure.hits.push_back({population.row_of[i], i, kAlways});
    }
  };
  for (const auto& [outlet, n] : counted.outlets) {
    if (outlet == Scope::kNational) continue;  // no outlet is known
    ChannelScore channel;
    channel.channel = TraceChannel::kOutlet;
    channel.id = ToInt(outlet);
    add(std::move(channel), n, [&, of = outlet](uint32_t record) {
      return population.outlet_of[record] == of;
    });
  }
  for (const auto& [merchant, n] : counted.merchants) {
    ChannelScore channel;
    channel.channel = TraceChannel::kMerchant;
    channel.name = merchant;
    add(std::move(channel), n, [&, of = &merchant](uint32_t record) {
      return population.merchants[record] == *of;
    });
  }
  return table;
}

}  // namespace parcelveil::trace
