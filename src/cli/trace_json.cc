// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "absl/strings/str_format.h"
#include "src/cli/columns.h"
#include "src/cli/json.h"
#include "src/cli/trace_command.h"
#include "src/cli/trace_words.h"

namespace parcelveil::cli {
namespace {

// A number that JSON can hold.
std::string Number(double number) {
  return std::isfinite(number) ? absl::StrFormat("%.6g", number) : "null";
}

// To the second: rows are often sold within minutes.
std::string Time(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime(absl::RFC3339_sec, time, zone);
}

std::string CountOrNull(std::optional<uint64_t> count) {
  return count.has_value() ? std::to_string(*count) : "null";
}

std::string MatchesJson(const TraceMatches& matches) {
  JsonObject problems;
  for (size_t i = 0; i < kNumLeakRowProblems; ++i) {
    problems.Add(NameOf(static_cast<LeakRowProblem>(i)), matches.problems[i]);
  }
  return JsonObject()
      .Add("rows", matches.rows)
      .AddRaw("problems", problems.Take())
      .Add("duplicates", matches.duplicates)
      .Add("unmatched", matches.unmatched)
      .AddRaw("unmatched_share", Number(matches.UnmatchedShare()))
      .Add("too_common", matches.too_common)
      .Add("untraceable", matches.untraceable)
      .Add("matched", matches.matched)
      .Add("ambiguous", matches.ambiguous)
      .Add("masked", matches.masked)
      .Take();
}

std::string ScoreJson(JsonObject json, const TraceScore& score,
                      absl::TimeZone zone) {
  json.Add("k", score.k)
      .Add("K", score.K)
      .Add("n", score.n)
      .Add("N", score.N)
      .AddRaw("log10_e", Number(score.log10_e))
      .AddRaw("log10_p", Number(score.log10_p))
      .Add("p_is_bound", score.p_is_bound)
      .AddRaw("explained", Number(score.explained))
      .Add("days", score.days);
  if (score.first_access.has_value()) {
    json.Add("first_access", Time(*score.first_access, zone))
        .Add("last_access", Time(*score.last_access, zone));
  }
  if (score.canaries > 0) {
    json.Add("canaries", score.canaries)
        .Add("canaries_hit", score.canaries_hit);
  }
  JsonList ties;
  for (const size_t tie : score.ties) ties.AddRaw(std::to_string(tie));
  return json.Add("standing", NameOf(score.standing))
      .AddRaw("ties", ties.Take())
      .Take();
}

std::string LevelJson(const TraceLevel& level, std::string sources) {
  JsonList passes;
  for (const TracePass& pass : level.passes) {
    passes.AddRaw(JsonObject()
                      .Add("position", pass.position)
                      .Add("rows", pass.rows)
                      .AddRaw("log10_e", Number(pass.log10_e))
                      .AddRaw("log10_threshold", Number(pass.log10_threshold))
                      .Take());
  }
  return JsonObject()
      .Add("num_sources", level.num_sources)
      .AddRaw("log10_threshold", Number(level.log10_threshold))
      .AddRaw("passes", passes.Take())
      .AddRaw("sources", sources)
      .Take();
}

std::string LogsJson(const TraceResult& result) {
  JsonList logs;
  for (const TraceLogReport& log : result.logs) {
    JsonObject json;
    json.Add("name", Printable(log.name)).Add("state", NameOf(log.state));
    if (!log.problem.empty()) json.Add("problem", log.problem);
    logs.AddRaw(json.Add("leaves", log.leaves)
                    .Add("unsigned", log.unsigned_leaves)
                    .Add("unreadable", log.unreadable)
                    .Add("untraceable", log.untraceable)
                    .Take());
  }
  return logs.Take();
}

std::string AssumptionsJson(const TraceAssumptions& assumed,
                            absl::TimeZone zone) {
  JsonList closed;
  for (const Epoch day : assumed.closed_days) closed.Add(Describe(day));
  return JsonObject()
      .Add("field", assumed.field.has_value() ? NameOf(*assumed.field) : "any")
      .Add("masked_views", assumed.masked_views)
      .AddRaw("noise", Number(assumed.noise))
      .AddRaw("alpha", Number(assumed.alpha))
      .Add("looks", assumed.looks)
      .Add("from", Time(assumed.from, zone))
      .Add("seen", Time(assumed.seen, zone))
      .Add("first_day", Describe(assumed.days.first))
      .Add("last_day", Describe(assumed.days.last))
      .Add("strata", assumed.num_strata)
      .Add("segments", assumed.has_segments)
      .AddRaw("closed_days", closed.Take())
      .Take();
}

std::string TimelineJson(const TraceResult& result, absl::TimeZone zone) {
  JsonList timeline;
  for (const TraceAccess& access : result.timeline) {
    timeline.AddRaw(JsonObject()
                        .Add("time", Time(access.time, zone))
                        .Add("principal", access.principal)
                        .Add("role", NameOf(access.role))
                        .Add("kind", Describe(access.kind))
                        .Add("log", access.log)
                        .Add("leaf", access.leaf)
                        .Add("record", access.record)
                        .Take());
  }
  return timeline.Take();
}

}  // namespace

std::string TraceJson(const TraceResult& result, absl::TimeZone zone) {
  JsonList channels;
  for (const ChannelScore& channel : result.channels) {
    JsonObject json;
    json.Add("channel", Describe(channel.channel)).Add("id", channel.id);
    if (!channel.name.empty()) json.Add("name", Printable(channel.name));
    channels.AddRaw(ScoreJson(std::move(json), channel.score, zone));
  }
  JsonList principals;
  for (const PrincipalScore& principal : result.principals) {
    JsonObject json;
    json.Add("principal", principal.principal)
        .Add("role", NameOf(principal.role));
    principals.AddRaw(ScoreJson(std::move(json), principal.score, zone));
  }
  return JsonObject()
      .AddRaw("matches", MatchesJson(result.matches))
      .AddRaw("channels", LevelJson(result.channel_level, channels.Take()))
      .AddRaw("principals",
              LevelJson(result.principal_level, principals.Take()))
      .AddRaw("planted",
              JsonObject()
                  .AddRaw("behind_finding",
                          CountOrNull(result.planted.behind_finding))
                  .AddRaw("to_frame", CountOrNull(result.planted.to_frame))
                  .AddRaw("to_hide", CountOrNull(result.planted.to_hide))
                  .Take())
      .AddRaw("timeline", TimelineJson(result, zone))
      .Add("accesses", result.num_accesses)
      .AddRaw("logs", LogsJson(result))
      .Add("complete", result.IsComplete())
      .AddRaw("assumptions", AssumptionsJson(result.assumptions, zone))
      .Add("note", kSharedAccessIsNotProof)
      .Take();
}

}  // namespace parcelveil::cli
