// SPDX-License-Identifier: Apache-2.0
// When leaked parcels were accessed: drawn, and, of the accounts that have a
// name in the report, listed.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "src/trace/html_page.h"

namespace parcelveil::trace {
namespace {

constexpr size_t kMaxLanes = 8;
constexpr size_t kNumBins = 96;
constexpr size_t kMaxListed = 40;

std::string At(double percent) { return absl::StrFormat("%.2f%%", percent); }

using Bins = std::array<uint32_t, kNumBins>;

struct Lane {
  std::string label;
  Bins bins{};
};

struct Span {
  absl::Time first, last;
  // With seconds where all of it took minutes.
  std::string Name(const Page& page, absl::Time time) const {
    if (last - first > absl::Hours(1)) return page.Time(time);
    return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, page.options.zone);
  }
  size_t BinOf(absl::Time time) const {
    const double share = absl::FDivDuration(time - first, last - first);
    return static_cast<size_t>(std::clamp(share, 0.0, 1.0) *
                               static_cast<double>(kNumBins - 1));
  }
};

// One lane for each named account, the last for all others.
std::vector<Lane> MakeLanes(const Page& page, const Span& span) {
  std::vector<Lane> lanes;
  std::map<uint64_t, size_t> lane_of;
  for (size_t position : page.principals.named) {
    if (lanes.size() == kMaxLanes) break;
    lane_of[page.result.principals[position].principal] = lanes.size();
    lanes.push_back({page.principals.sources[position].label, {}});
  }
  lanes.push_back({lanes.empty()
                       ? page.Say("all accounts together", "所有账号合计")
                       : page.Say("all others together", "其他账号合计"),
                   {}});
  for (const TraceAccess& access : page.result.timeline) {
    const auto found = lane_of.find(access.principal);
    const size_t lane =
        found == lane_of.end() ? lanes.size() - 1 : found->second;
    ++lanes[lane].bins[span.BinOf(access.time)];
  }
  return lanes;
}

std::string DrawLane(const Lane& lane, int top, bool is_named) {
  uint32_t most = 1;
  for (uint32_t count : lane.bins) most = std::max(most, count);
  std::string svg =
      absl::StrCat("<text x=\"0\" y=\"", top + 12, "\">", lane.label,
                   "</text><line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"",
                   top + 44, "\" y2=\"", top + 44, "\"/>");
  for (size_t i = 0; i < kNumBins; ++i) {
    if (lane.bins[i] == 0) continue;
    const int height =
        std::max(3, static_cast<int>(std::lround(26.0 * lane.bins[i] / most)));
    absl::StrAppend(&svg, "<rect class=\"", is_named ? "bar" : "rest",
                    "\" x=\"", At(100.0 * static_cast<double>(i) / kNumBins),
                    "\" y=\"", top + 44 - height,
                    "\" width=\"0.85%\" height=\"", height, "\"><title>",
                    lane.bins[i], "</title></rect>");
  }
  return svg;
}

std::string KindName(const Page& page, LeafType kind) {
  switch (kind) {
    case LeafType::kGrant:
      return page.Say("opened", "打开");
    case LeafType::kSheet:
      return page.Say("on a route sheet", "列入路线单");
    case LeafType::kDialIssued:
    case LeafType::kDialUsed:
      return page.Say("called", "拨打");
    case LeafType::kExport:
      return page.Say("exported", "导出");
    case LeafType::kViews:
      return page.Say("shown masked", "看到打码");
    default:
      return EscapeHtml(Describe(kind));
  }
}

std::string AccessRow(const Page& page, const TraceAccess& access) {
  std::string row = "<tr>";
  for (const std::string& cell :
       {page.Time(access.time), page.Account(access.principal),
        KindName(page, access.kind), absl::StrCat(access.record),
        absl::StrCat(EscapeHtml(page.result.logs[access.log].name), " #",
                     access.leaf)}) {
    absl::StrAppend(&row, "<td>", cell, "</td>");
  }
  return absl::StrCat(row, "</tr>");
}

// Of accounts with a name only.
std::string AccessTable(const Page& page) {
  std::string rows;
  size_t num_rows = 0;
  for (const TraceAccess& access : page.result.timeline) {
    const bool is_named = std::any_of(
        page.principals.named.begin(), page.principals.named.end(),
        [&](size_t position) {
          return page.result.principals[position].principal == access.principal;
        });
    if (!is_named || access.log >= page.result.logs.size()) continue;
    if (++num_rows <= kMaxListed)
      absl::StrAppend(&rows, AccessRow(page, access));
  }
  if (num_rows == 0) return "";
  std::string html = "<table class=\"data\"><thead><tr>";
  for (const std::string& head :
       {page.Say("time", "时间"), page.Say("account", "账号"),
        page.Say("what", "操作"), page.Say("parcel", "包裹"),
        page.Say("log entry", "日志条目")}) {
    absl::StrAppend(&html, "<th>", head, "</th>");
  }
  absl::StrAppend(&html, "</tr></thead><tbody>", rows, "</tbody></table>");
  if (num_rows > kMaxListed) {
    absl::StrAppend(&html, "<p class=\"meta\">",
                    page.Say("The first $0 of $1; --json has more.",
                             "共 $1 次中的前 $0 次；--json 可得更多。",
                             kMaxListed, WithCommas(num_rows)),
                    "</p>");
  }
  return html;
}

}  // namespace

std::string Timeline(const Page& page) {
  const std::vector<TraceAccess>& timeline = page.result.timeline;
  if (timeline.empty()) {
    return absl::StrCat(
        "<p>",
        page.Say("No access to a leaked parcel is on the record.",
                 "日志中没有对外泄包裹的访问。"),
        "</p>");
  }
  Span span{timeline.front().time, timeline.back().time};
  const absl::Time seen = page.result.assumptions.seen;
  if (seen != absl::InfiniteFuture()) span.last = std::max(span.last, seen);
  span.last = std::max(span.last, span.first + absl::Seconds(1));
  const std::vector<Lane> lanes = MakeLanes(page, span);
  constexpr int kLaneHeight = 54;
  const int height = kLaneHeight * static_cast<int>(lanes.size()) + 24;
  std::string svg =
      absl::StrCat("<svg height=\"", height, "\" role=\"img\" aria-label=\"",
                   page.Say("accesses over time", "访问时间"), "\">");
  for (size_t i = 0; i < lanes.size(); ++i) {
    absl::StrAppend(&svg, DrawLane(lanes[i], kLaneHeight * static_cast<int>(i),
                                   i + 1 < lanes.size()));
  }
  absl::StrAppend(&svg, "<text class=\"soft\" x=\"0\" y=\"", height - 6, "\">",
                  span.Name(page, span.first),
                  "</text><text class=\"soft\" x=\"100%\" y=\"", height - 6,
                  "\" text-anchor=\"end\">", span.Name(page, span.last),
                  "</text></svg><p class=\"meta\">");
  absl::StrAppend(
      &svg,
      page.Say(
          "$0 accesses to leaked parcels before they were seen outside. "
          "Each row has its own scale. Accessing a parcel is what couriers "
          "and clerks are there for.",
          "在名单出现之前，外泄包裹共被访问 $0 次。"
          "各行比例尺不同。访问包裹本来就是快递员和客服的工作。",
          WithCommas(page.result.num_accesses)));
  if (page.result.num_accesses > timeline.size()) {
    absl::StrAppend(&svg,
                    page.Say(" The first $0 are drawn.", "图中为最早的 $0 次。",
                             WithCommas(timeline.size())));
  }
  return absl::StrCat(svg, "</p>", AccessTable(page));
}

}  // namespace parcelveil::trace
