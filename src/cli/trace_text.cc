// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "src/cli/columns.h"
#include "src/cli/table_flags.h"
#include "src/cli/trace_command.h"
#include "src/cli/trace_words.h"

namespace parcelveil::cli {
namespace {

constexpr size_t kMaxLines = 10;  // of sources that do not stand out
constexpr size_t kMaxTies = 20;

std::string Count(uint64_t count) {
  return FormatCount(static_cast<int64_t>(count));
}

std::string Share(double share) {
  return absl::StrFormat("%.0f %%", 100 * share);
}

std::string NameOf(const ChannelScore& channel) {
  std::string name(Describe(channel.channel));
  switch (channel.channel) {
    case TraceChannel::kMerchant:
      return absl::StrCat(name, " ", Printable(channel.name));
    case TraceChannel::kRole:
      return absl::StrCat(name, " ",
                          cli::NameOf(Role{static_cast<uint16_t>(channel.id)}));
    case TraceChannel::kTelephony:
      return name;
    case TraceChannel::kExport:
      return absl::StrCat("exports of ", channel.id);
    case TraceChannel::kOutlet:
    case TraceChannel::kSharedAccount:
      break;
  }
  return absl::StrCat(name, " ", channel.id);
}

std::string NameOf(const PrincipalScore& principal) {
  return absl::StrCat("account ", principal.principal, " (",
                      cli::NameOf(principal.role), ")");
}

// ---- The list.

std::string MatchesText(const TraceMatches& matches) {
  std::string text = absl::StrCat("Rows: ", Count(matches.rows), " read, ",
                                  Count(matches.matched), " matched");
  if (matches.ambiguous > 0) {
    absl::StrAppend(&text, " (", Count(matches.ambiguous),
                    " of them fit several records)");
  }
  absl::StrAppend(&text, ", ", Count(matches.unmatched), " not ours (",
                  Share(matches.UnmatchedShare()), "), ",
                  Count(matches.duplicates), " duplicates");
  static constexpr const char* kProblems[kNumLeakRowProblems] = {
      "not in UTF-8",
      "too long",
      "with a quote that is not closed",
      "without a number to match",
      "masked, and no --outlet to look in",
      "over the limit of 1,000,000"};
  for (size_t i = 0; i < kNumLeakRowProblems; ++i) {
    if (matches.problems[i] == 0) continue;
    absl::StrAppend(&text, "\n  ", Count(matches.problems[i]),
                    " not used: ", kProblems[i]);
  }
  if (matches.too_common > 0) {
    absl::StrAppend(&text, "\n  ", Count(matches.too_common),
                    " not used: they fit over 2,048 records each");
  }
  if (matches.untraceable > 0) {
    absl::StrAppend(&text, "\n  ", Count(matches.untraceable),
                    " not traceable: the keys of their days were destroyed");
  }
  return text;
}

std::string LogsText(const TraceResult& result) {
  std::string text;
  for (const TraceLogReport& log : result.logs) {
    absl::StrAppend(&text, "\nLog ", Printable(log.name), ": ",
                    Count(log.leaves), " leaves, ");
    switch (log.state) {
      case LogState::kVerified:
        absl::StrAppend(&text, "verified");
        break;
      case LogState::kIncomplete:
        absl::StrAppend(&text, "DOES NOT VERIFY: ", log.problem);
        break;
      case LogState::kUnverified:
        absl::StrAppend(&text, "NOT VERIFIED: there was no key");
        break;
    }
    if (log.unsigned_leaves > 0) {
      absl::StrAppend(&text, "; ", Count(log.unsigned_leaves),
                      " behind its checkpoint do not count");
    }
    if (log.unreadable > 0) {
      absl::StrAppend(&text, "; ", Count(log.unreadable), " cannot be read");
    }
    if (log.untraceable > 0) {
      absl::StrAppend(&text, "; ", Count(log.untraceable),
                      " of days whose keys were destroyed");
    }
  }
  if (!result.IsComplete()) {
    absl::StrAppend(&text,
                    "\nA log that is not verified may have been changed: what "
                    "follows holds only if it was not.");
  }
  return text;
}

// ---- Levels.

std::vector<std::string> ScoreLine(std::string name, const TraceScore& score,
                                   absl::TimeZone zone) {
  static constexpr const char* kStandings[] = {"", "STANDS OUT",
                                               "by the same rows"};
  std::string when;
  if (score.first_access.has_value()) {
    when = absl::FormatTime("%Y-%m-%d %H:%M:%S", *score.first_access, zone);
    absl::StrAppend(
        &when, " .. ",
        absl::FormatTime("%m-%d %H:%M:%S", *score.last_access, zone), ", ",
        score.days, score.days == 1 ? " day" : " days");
  }
  return {std::move(name),
          absl::StrCat(score.k, " of ", score.K),
          absl::StrCat(Count(score.n), " of ", Count(score.N)),
          absl::StrFormat("%.1f", score.log10_e),
          absl::StrFormat("%s%.1f", score.p_is_bound ? "<" : "", score.log10_p),
          Share(score.explained),
          std::move(when),
          kStandings[static_cast<size_t>(score.standing)]};
}

template <typename T>
std::string LevelText(const std::vector<T>& sources, absl::TimeZone zone) {
  Columns columns;
  columns.AddLine({"source", "rows k of K", "records n of N", "evidence",
                   "log10 p", "explains", "accesses", ""});
  size_t num_below = 0;
  for (const T& source : sources) {
    const bool is_below = source.score.standing == Standing::kBelow;
    if (source.score.k == 0 && is_below) continue;
    if (is_below && ++num_below > kMaxLines) continue;
    columns.AddLine(ScoreLine(NameOf(source), source.score, zone));
  }
  return columns.ToText();
}

template <typename T>
std::string TiesText(const std::vector<T>& sources, const TraceScore& score) {
  std::vector<std::string> names;
  for (const size_t tie : score.ties) {
    if (names.size() == kMaxTies) {
      names.push_back(absl::StrCat(score.ties.size() - kMaxTies, " more"));
      break;
    }
    names.push_back(NameOf(sources[tie]));
  }
  return names.empty() ? "nobody" : absl::StrJoin(names, ", ");
}

// Who stands out, one after the other, or that nobody does.
template <typename T>
std::string VerdictText(const std::vector<T>& sources, const TraceLevel& level,
                        const char* nobody) {
  if (level.passes.empty()) return nobody;
  std::string text;
  for (const TracePass& pass : level.passes) {
    const T& source = sources[pass.position];
    absl::StrAppend(
        &text, text.empty() ? "" : "\n", NameOf(source), " stands out",
        pass.rows < source.score.K ? " by the rows that are left" : "",
        absl::StrFormat(": evidence 10^%.1f, needed 10^%.1f.", pass.log10_e,
                        pass.log10_threshold),
        "\n  Cannot be told apart from it: ", TiesText(sources, source.score),
        ".");
  }
  return text;
}

std::string PlantedText(const PlantedRows& planted) {
  std::string text;
  if (planted.behind_finding.has_value()) {
    absl::StrAppend(&text, "If ", *planted.behind_finding,
                    " of the rows were planted, the strongest account would "
                    "not stand out.\n");
  }
  if (planted.to_hide.has_value()) {
    absl::StrAppend(&text, "With ", *planted.to_hide,
                    " more rows from elsewhere, nobody would stand out.\n");
  }
  if (planted.to_frame.has_value()) {
    absl::StrAppend(&text, "With ", *planted.to_frame,
                    " planted rows, another account would stand out.\n");
  }
  return text;
}

std::string AssumptionsText(const TraceAssumptions& assumed,
                            absl::TimeZone zone) {
  std::string text = absl::StrCat(
      "Assumed: ",
      assumed.field.has_value() ? Describe(*assumed.field) : "any field",
      " leaked", assumed.masked_views ? " masked" : "", "; accesses from ",
      IsoTime(assumed.from, zone), " to ", IsoTime(assumed.seen, zone), "; ",
      Share(assumed.noise),
      " of the rows from elsewhere; compared within one outlet and day",
      assumed.has_segments ? " and segment" : "", " (", assumed.num_strata,
      " of them); look ", assumed.looks,
      absl::StrFormat("; an innocent stands out with a chance of at most %g "
                      "at each level.",
                      assumed.alpha));
  if (!assumed.closed_days.empty()) {
    absl::StrAppend(&text, "\nNothing is known any more of ",
                    assumed.closed_days.size(),
                    " days, whose keys were destroyed: ",
                    Describe(assumed.closed_days.front()), " .. ",
                    Describe(assumed.closed_days.back()), ".");
  }
  return text;
}

}  // namespace

std::string TraceText(const TraceResult& result, absl::TimeZone zone) {
  return absl::StrCat(
      MatchesText(result.matches), LogsText(result),
      "\n\nLevel 1: the links where these rows concentrate",
      " (it does not say that a link leaked)\n",
      LevelText(result.channels, zone), "\n",
      VerdictText(result.channels, result.channel_level, "No link stands out."),
      "\n\nLevel 2: accounts of people\n", LevelText(result.principals, zone),
      "\n",
      VerdictText(result.principals, result.principal_level,
                  "No account stands out."),
      "\n", std::string(kSharedAccessIsNotProof), "\n\n",
      PlantedText(result.planted), AssumptionsText(result.assumptions, zone));
}

}  // namespace parcelveil::cli
