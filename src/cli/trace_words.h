// SPDX-License-Identifier: Apache-2.0
// Words that every form of a trace's results has in common.

#ifndef PARCELVEIL_SRC_CLI_TRACE_WORDS_H_
#define PARCELVEIL_SRC_CLI_TRACE_WORDS_H_

#include <string_view>

#include "parcelveil/trace.h"

namespace parcelveil::cli {

inline constexpr std::string_view kSharedAccessIsNotProof =
    "Shared access is not proof: colleagues on one route, or a courier and the "
    "merchant he collects from, look alike, and whoever knows who delivers "
    "what can plant rows.";

inline std::string_view NameOf(LeakRowProblem problem) {
  switch (problem) {
    case LeakRowProblem::kNotUtf8:
      return "not_utf8";
    case LeakRowProblem::kTooLong:
      return "too_long";
    case LeakRowProblem::kBadQuotes:
      return "bad_quotes";
    case LeakRowProblem::kNothingToMatch:
      return "nothing_to_match";
    case LeakRowProblem::kMaskedNoOutlet:
      return "masked_no_outlet";
    case LeakRowProblem::kTooMany:
      return "too_many";
  }
  return "unknown";
}

inline std::string_view NameOf(Standing standing) {
  switch (standing) {
    case Standing::kBelow:
      return "below";
    case Standing::kStandsOut:
      return "stands_out";
    case Standing::kExplained:
      return "explained";
  }
  return "unknown";
}

inline std::string_view NameOf(LogState state) {
  switch (state) {
    case LogState::kVerified:
      return "verified";
    case LogState::kIncomplete:
      return "incomplete";
    case LogState::kUnverified:
      return "unverified";
  }
  return "unknown";
}

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_TRACE_WORDS_H_
