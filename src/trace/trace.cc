// SPDX-License-Identifier: Apache-2.0
// The way of one trace, top to bottom: the list, the records, the logs, the
// evidence. SPEC.md section 16.
#include "parcelveil/trace.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "src/base/status.h"
#include "src/keyring/calendar.h"
#include "src/trace/access_log.h"
#include "src/trace/evidence.h"
#include "src/trace/leak_rows.h"
#include "src/trace/read_logs.h"
#include "src/trace/record_refs.h"
#include "src/trace/sources.h"

namespace parcelveil {
namespace trace {
namespace {

absl::Status Malformed(const char* what) {
  return MakeStatus(Reason::kMalformed, std::string("trace leak: ") + what);
}

absl::Status CheckOptions(const TraceOptions& options) {
  if (options.keyring == nullptr || options.keyring->role() != Role::kDispute) {
    return MakeStatus(Reason::kForbidden,
                      "trace leak: its keyring is not loaded as DISPUTE; load "
                      "it so");
  }
  if (options.records == nullptr || options.logs.empty()) {
    return Malformed("there is no table or no log; name both");
  }
  if (options.days < 1 || options.days > 366) {
    return Malformed("it looks back 1 to 366 days; choose so");
  }
  const bool has_shares = options.noise >= 1e-6 && options.noise <= 0.5 &&
                          options.canary_noise >= 1e-6 &&
                          options.canary_noise <= 1 && options.alpha >= 1e-12 &&
                          options.alpha <= 0.1;
  if (!has_shares || options.looks < 1 || options.looks > 1000000) {
    return Malformed(
        "noise is from 0.000001 to 0.5, canary_noise to 1, alpha at most 0.1, "
        "looks 1 to "
        "1000000; choose so");
  }
  return absl::OkStatus();
}

keyring::Calendar CalendarOf(const Keyring& keyring) {
  return {keyring.time_zone().At(absl::UnixEpoch()).offset};
}

// ---- Rows that no leaf can be told to be about.

// Takes out rows of which no day, up to the sighting, has its keys any more.
void DropUntraceable(const std::vector<Epoch>& open, keyring::Calendar calendar,
                     LeakRows* leaked) {
  const auto has_no_day = [&](const MatchedRow& row) {
    const int64_t seen_ms = std::max<int64_t>(absl::ToUnixMillis(row.seen), 0);
    const Epoch last = calendar.At(static_cast<uint64_t>(seen_ms));
    return std::none_of(
        row.records.begin(), row.records.end(), [&](const TraceRecord& record) {
          // A record of a later day was moved since.
          const Epoch first = std::min(record.stratum.day, last);
          const auto day = std::lower_bound(open.begin(), open.end(), first);
          return day != open.end() && *day <= last;
        });
  };
  std::vector<MatchedRow>& rows = leaked->rows;
  const size_t num_rows = rows.size();
  rows.erase(std::remove_if(rows.begin(), rows.end(), has_no_day), rows.end());
  leaked->matches.untraceable = num_rows - rows.size();
}

void CountMatches(LeakRows* leaked) {
  TraceMatches& matches = leaked->matches;
  matches.matched = leaked->rows.size();
  for (const MatchedRow& row : leaked->rows) {
    if (row.records.size() > 1) ++matches.ambiguous;
    if (row.is_masked) ++matches.masked;
  }
}

// From the first day that matters: of the records, and of what is looked for.
TraceRecords::Days DaysToRead(const LeakRows& leaked) {
  TraceRecords::Days days = leaked.days;
  for (const MatchedRow& row : leaked.rows) {
    for (const TraceRecord& record : row.records) {
      days.first = std::min(days.first, record.stratum.day);
    }
  }
  return days;
}

// ---- Ranking.

// Puts sources in order, the most evidence first; `level` and ties follow.
template <typename T>
void Rank(std::vector<T>* sources, TraceLevel* level) {
  std::vector<size_t> order(sources->size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const TraceScore& left = (*sources)[a].score;
    const TraceScore& right = (*sources)[b].score;
    if (left.log10_e != right.log10_e) return left.log10_e > right.log10_e;
    return left.k > right.k;
  });
  std::vector<size_t> place(order.size());
  for (size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  std::vector<T> ranked;
  ranked.reserve(order.size());
  for (const size_t from : order) ranked.push_back(std::move((*sources)[from]));
  for (T& source : ranked) {
    for (size_t& tie : source.score.ties) tie = place[tie];
    std::sort(source.score.ties.begin(), source.score.ties.end());
  }
  for (TracePass& pass : level->passes) pass.position = place[pass.position];
  *sources = std::move(ranked);
}

// Fills in what was found of each source beside what is known of it.
template <typename T>
void SetScores(const Comparison& comparison,
               const std::vector<Exposure>& exposures,
               const std::vector<TraceScore>& scores, size_t first,
               std::vector<T>* sources) {
  for (size_t i = 0; i < scores.size(); ++i) {
    TraceScore score = scores[i];
    const TraceScore& known = (*sources)[first + i].score;
    score.days = known.days;
    score.first_access = known.first_access;
    score.last_access = known.last_access;
    score.canaries = known.canaries;
    score.canaries_hit = known.canaries_hit;
    SetPValue(comparison, exposures[i], &score);
    for (size_t& tie : score.ties) tie += first;
    (*sources)[first + i].score = std::move(score);
  }
}

// The two kinds of channels are compared in strata of their own; they share the
// number of sources.
void ScoreChannels(const TableChannels& table, const Population& population,
                   LogSources* logs, TraceResult* result) {
  TraceLevel& level = result->channel_level;
  TraceLevel of_table = level;
  TraceLevel of_logs = level;
  const std::vector<TraceScore> table_scores =
      ScoreSources(table.comparison, table.exposures, &of_table);
  const std::vector<TraceScore> log_scores =
      ScoreSources(population.comparison, logs->channel_exposures, &of_logs);
  result->channels = table.channels;
  result->channels.insert(result->channels.end(), logs->channels.begin(),
                          logs->channels.end());
  const size_t first = table.channels.size();
  SetScores(table.comparison, table.exposures, table_scores, 0,
            &result->channels);
  SetScores(population.comparison, logs->channel_exposures, log_scores, first,
            &result->channels);
  level.passes = of_table.passes;
  for (TracePass pass : of_logs.passes) {
    pass.position += first;
    level.passes.push_back(pass);
  }
  Rank(&result->channels, &level);
}

void ScorePrincipals(const Population& population, LogSources* logs,
                     TraceResult* result) {
  const std::vector<Exposure>& exposures = logs->principal_exposures;
  const std::vector<TraceScore> scores =
      ScoreSources(population.comparison, exposures, &result->principal_level);
  result->planted = CountPlanted(population.comparison, exposures, scores,
                                 result->principal_level.log10_threshold);
  result->principals = std::move(logs->principals);
  SetScores(population.comparison, exposures, scores, 0, &result->principals);
  Rank(&result->principals, &result->principal_level);
}

void SetThreshold(size_t num_sources, const TraceOptions& options,
                  TraceLevel* level) {
  level->num_sources = num_sources;
  level->log10_threshold =
      Log10Threshold(num_sources, options.looks, options.alpha);
}

// ---- What is asked of the logs.

AccessQuestion QuestionOf(const LeakRows& leaked, const Population& population,
                          const TraceOptions& options) {
  AccessQuestion question;
  question.rows = &population.comparison.rows;
  question.row_of = population.row_of;
  question.field = leaked.field;
  const bool is_masked = leaked.matches.matched > 0 &&
                         leaked.matches.masked == leaked.matches.matched;
  const Schema schema = options.keyring->schema();
  for (const Schema::ViewSlot& view : schema.views()) {
    const bool shows = leaked.field.has_value() &&
                       std::find(view.shows.begin(), view.shows.end(),
                                 *leaked.field) != view.shows.end();
    if (is_masked && shows) question.views.push_back(view.id);
  }
  question.seen_ms = absl::ToUnixMillis(leaked.seen);
  question.shared_accounts = options.shared_accounts;
  question.tenant = options.keyring->tenant();
  return question;
}

void SetAssumptions(const LeakRows& leaked, const Population& population,
                    const AccessQuestion& question, const TraceOptions& options,
                    TraceAssumptions* assumptions) {
  assumptions->field = leaked.field;
  assumptions->masked_views = !question.views.empty();
  assumptions->noise = options.noise;
  assumptions->alpha = options.alpha;
  assumptions->looks = options.looks;
  assumptions->from = absl::FromUnixMillis(question.from_ms);
  assumptions->seen = leaked.seen;
  assumptions->days = leaked.days;
  assumptions->num_strata = population.comparison.stratum_sizes.size();
  assumptions->has_segments = options.records->HasSegments();
}

}  // namespace
}  // namespace trace

absl::StatusOr<TraceResult> Trace(const ReadLeak& read,
                                  const TraceOptions& options) {
  PARCELVEIL_RETURN_IF_ERROR(trace::CheckOptions(options));
  const Keyring* const keyring = options.keyring;
  const keyring::Calendar calendar = trace::CalendarOf(*keyring);
  const absl::Time now = options.clock->Now();
  PARCELVEIL_ASSIGN_OR_RETURN(
      trace::LeakRows leaked,
      trace::ReadLeakRows(read, options, calendar, now));
  const TraceRecords::Days days = trace::DaysToRead(leaked);
  PARCELVEIL_ASSIGN_OR_RETURN(trace::RefDays ref_days,
                              trace::FindRefDays(keyring, days));
  trace::DropUntraceable(ref_days.open, calendar, &leaked);
  trace::CountMatches(&leaked);

  PARCELVEIL_ASSIGN_OR_RETURN(const trace::Population population,
                              trace::ReadPopulation(leaked, options));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const trace::TableChannels table,
      trace::ReadTableChannels(leaked, population, options));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const trace::RecordRefs refs,
      trace::RecordRefs::Make(keyring, population.records, days));
  trace::AccessQuestion question =
      trace::QuestionOf(leaked, population, options);
  question.refs = &refs;
  question.calendar = calendar;
  question.from_ms = static_cast<int64_t>(calendar.StartMs(days.first));
  question.closed_days = ref_days.closed;

  TraceResult result;
  trace::SetAssumptions(leaked, population, question, options,
                        &result.assumptions);
  result.assumptions.closed_days = std::move(ref_days.closed);
  trace::AccessLog accesses(std::move(question));
  PARCELVEIL_RETURN_IF_ERROR(trace::ReadLogs(options, &accesses, &result.logs));

  trace::LogSources logs =
      trace::GatherLogSources(population, accesses, options);
  result.matches = leaked.matches;
  trace::SetThreshold(table.channels.size() + logs.channels.size(), options,
                      &result.channel_level);
  trace::SetThreshold(accesses.num_people(), options, &result.principal_level);
  trace::ScoreChannels(table, population, &logs, &result);
  trace::ScorePrincipals(population, &logs, &result);
  result.timeline = accesses.Timeline();
  result.num_accesses = accesses.num_timeline();
  return result;
}

double TraceMatches::UnmatchedShare() const {
  const uint64_t all = unmatched + too_common + untraceable + matched;
  if (all == 0) return 0;
  return static_cast<double>(unmatched) / static_cast<double>(all);
}

bool TraceResult::IsComplete() const {
  return std::all_of(logs.begin(), logs.end(), [](const TraceLogReport& log) {
    return log.state == LogState::kVerified;
  });
}

std::string_view Describe(TraceChannel channel) {
  switch (channel) {
    case TraceChannel::kOutlet:
      return "outlet";
    case TraceChannel::kMerchant:
      return "merchant";
    case TraceChannel::kTelephony:
      return "telephony";
    case TraceChannel::kExport:
      return "export";
    case TraceChannel::kRole:
      return "role";
    case TraceChannel::kSharedAccount:
      return "shared account";
  }
  return "unknown";
}

}  // namespace parcelveil
