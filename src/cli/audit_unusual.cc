// SPDX-License-Identifier: Apache-2.0
#include "src/cli/audit_unusual.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "src/base/status.h"
#include "src/cli/columns.h"
#include "src/cli/json.h"
#include "src/cli/progress.h"
#include "src/cli/table_flags.h"
#include "src/trace/unusual.h"
#include "src/wire/leaf.h"

namespace parcelveil::cli {
namespace {

constexpr uint64_t kBatch = 4096;

std::string UnusualJson(const trace::UnusualDay& day) {
  return JsonObject()
      .Add("day", Describe(day.day))
      .Add("principal", day.principal)
      .Add("role", NameOf(day.role))
      .Add("measure", trace::Describe(day.measure))
      .Add("count", day.count)
      .AddRaw("usual", absl::StrFormat("%.2f", day.usual))
      .AddRaw("log10_p", absl::StrFormat("%.2f", day.log10_p))
      .Take();
}

std::vector<std::string> UnusualLine(const trace::UnusualDay& day) {
  return {
      Describe(day.day),
      absl::StrCat(day.principal),
      NameOf(day.role),
      absl::StrCat(day.count, " ", std::string(trace::Describe(day.measure))),
      absl::StrFormat("about %.1f", day.usual),
      absl::StrFormat("1 in 10^%d",
                      static_cast<int>(std::floor(-day.log10_p)))};
}

absl::StatusOr<trace::UnusualReport> ReadUnusual(LogReader* log,
                                                 const UnusualFlags& flags) {
  PARCELVEIL_ASSIGN_OR_RETURN(const uint64_t size, log->NumLeaves());
  trace::UnusualOptions options;
  options.calendar.utc_offset_s =
      static_cast<int32_t>(std::lround(flags.utc_offset * 3600));
  options.days = flags.days;
  options.false_alarms = flags.false_alarms;
  trace::UnusualDays days(options);
  Progress progress("of the log read");
  const std::atomic<bool>* stop = CatchStopSignals();
  Leaf leaf;
  for (uint64_t first = 0; first < size; first += kBatch) {
    if (*stop) {
      return absl::UnavailableError("read the log: stopped; run it again");
    }
    PARCELVEIL_RETURN_IF_ERROR(log->ReadLeaves(
        first, std::min(kBatch, size - first),
        [&](uint64_t, std::string_view bytes) -> absl::Status {
          PARCELVEIL_RETURN_IF_ERROR(wire::ParseLeaf(bytes, &leaf));
          days.Add(leaf);
          return absl::OkStatus();
        }));
    progress.Show(static_cast<int64_t>(std::min(first + kBatch, size)),
                  static_cast<int64_t>(size));
  }
  return days.Finish();
}

}  // namespace

void AddUnusualFlags(CLI::App* show, CLI::Option* unusual,
                     UnusualFlags* flags) {
  show->add_option("--false-alarms", flags->false_alarms,
                   "how often a year an account with nothing unusual may be "
                   "listed")
      ->type_name("N")
      ->check(CLI::Range(1e-9, 100.0))
      ->needs(unusual)
      ->capture_default_str();
  show->add_option("--days", flags->days,
                   "of history that a day is held against")
      ->type_name("N")
      ->check(CLI::Range(trace::UnusualDays::kMinDays, 366))
      ->needs(unusual)
      ->capture_default_str();
  show->add_option("--utc-offset", flags->utc_offset,
                   "hours from UTC to the tenant's midnight")
      ->type_name("H")
      ->check(CLI::Range(-14.0, 14.0))
      ->needs(unusual)
      ->capture_default_str();
}

absl::Status ShowUnusual(LogReader* log, const UnusualFlags& flags,
                         Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const trace::UnusualReport report,
                              ReadUnusual(log, flags));
  Columns columns;
  columns.AddLine({"day", "account", "role", "what", "usual", "by chance"});
  for (const trace::UnusualDay& day : report.days) {
    if (session->json) {
      session->Print(UnusualJson(day));
    } else {
      columns.AddLine(UnusualLine(day));
    }
  }
  if (!session->json && !report.days.empty()) session->Print(columns.ToText());
  session->Note(absl::StrCat(
      report.days.empty() ? "No day is unusual"
                          : "Something to ask about, "
                            "not an accusation",
      ": ", FormatCount(static_cast<int64_t>(report.num_judged)),
      " days of accounts were held against their own last days and their "
      "outlet's; an account with nothing unusual is listed ",
      flags.false_alarms, " times a year."));
  if (report.num_not_judged > 0) {
    session->Note(
        absl::StrCat(FormatCount(static_cast<int64_t>(report.num_not_judged)),
                     " were not: too little is known of those accounts yet."));
  }
  return absl::OkStatus();
}

}  // namespace parcelveil::cli
