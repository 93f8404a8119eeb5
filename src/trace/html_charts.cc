// SPDX-License-Identifier: Apache-2.0
// Evidence as bars. Widths are percentages and heights pixels, so that text is
// as large on a phone as on paper.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "src/trace/html_page.h"

namespace parcelveil::trace {
namespace {

constexpr size_t kMaxBars = 12;
constexpr int kNamedHeight = 44;
constexpr int kUnnamedHeight = 14;

std::string At(double percent) { return absl::StrFormat("%.2f%%", percent); }

// ---- Evidence.

struct Axis {
  double end;  // log10 at the right edge
  double Percent(double log10) const {
    return 100 * std::clamp(log10 / end, 0.0, 1.0);
  }
};

// A line every 3 powers of ten, or more where these would be too many.
std::string Grid(const Page& page, const Axis& axis, int height) {
  const int step = 3 * std::max(1, static_cast<int>(axis.end / 15));
  std::string svg;
  for (int power = 0; power < axis.end * 0.93; power += step) {
    const std::string x = At(axis.Percent(power));
    absl::StrAppend(&svg, "<line class=\"grid\" x1=\"", x, "\" x2=\"", x,
                    "\" y1=\"24\" y2=\"", height - 22, "\"/>");
    const std::string name =
        power == 0   ? "1"
        : power == 3 ? page.Say("1,000", "1,000")
        : power == 6 ? page.Say("1 million", "100 万")
                     : absl::StrCat("10<tspan dy=\"-4\" font-size=\"9\">",
                                    power, "</tspan>");
    absl::StrAppend(&svg, "<text class=\"soft\" x=\"", x, "\" y=\"", height - 6,
                    "\" text-anchor=\"", power == 0 ? "start" : "middle", "\">",
                    name, "</text>");
  }
  return svg;
}

std::string Bar(const Source& source, const Axis& axis, int top,
                bool is_named) {
  return absl::StrCat(
      "<rect class=\"", is_named ? "bar" : "rest", "\" x=\"0\" y=\"", top,
      "\" height=\"", is_named ? 14 : 8, "\" rx=\"2\" width=\"",
      At(std::max(axis.Percent(source.score->log10_e), 0.4)), "\"/>");
}

std::string Label(const std::string& text, int top, bool is_named) {
  return absl::StrCat("<text class=\"", is_named ? "label" : "label soft",
                      "\" x=\"0\" y=\"", top + 12, "\">", text, "</text>");
}

// Those with a name, then the others in a bundle. Returns the height, too.
std::string Bars(const Page& page, const SourceList& list, const Axis& axis,
                 int* height) {
  int top = 30;
  std::string bars;
  std::string labels;  // above everything
  std::vector<size_t> named = list.named;
  std::sort(named.begin(), named.end());
  if (named.size() > kMaxBars) named.resize(kMaxBars);
  for (size_t position : named) {
    absl::StrAppend(&labels, Label(list.sources[position].label, top, true));
    absl::StrAppend(&bars, Bar(list.sources[position], axis, top + 18, true));
    top += kNamedHeight;
  }
  bool is_first = true;
  for (size_t i = 0; i < std::min(list.sources.size(), kMaxBars); ++i) {
    if (list.IsNamed(i)) continue;
    if (std::exchange(is_first, false)) {
      absl::StrAppend(&labels,
                      Label(page.Say("these do not stand out: no names",
                                     "以下均未突出，不具名"),
                            top, false));
      top += 20;
    }
    absl::StrAppend(&bars, Bar(list.sources[i], axis, top, false));
    top += kUnnamedHeight;
  }
  *height = top + 30;
  return absl::StrCat(bars, labels);
}

std::string LimitLine(const Page& page, double log10, const Axis& axis,
                      int height) {
  const double percent = axis.Percent(log10);
  const std::string x = At(percent);
  return absl::StrCat(
      "<line class=\"limit\" x1=\"", x, "\" x2=\"", x, "\" y1=\"18\" y2=\"",
      height - 22, "\"/><text class=\"limit-text\" x=\"", x,
      "\" y=\"12\" text-anchor=\"",
      percent > 60   ? "end"
      : percent < 20 ? "start"
                     : "middle",
      "\">", page.Say("from here on it stands out", "越过此线才算突出"),
      "</text>");
}

}  // namespace

std::string EvidenceChart(const Page& page, const SourceList& list) {
  const size_t num_bars = std::min(list.sources.size(), kMaxBars);
  if (num_bars == 0) {
    return absl::StrCat(
        "<p class=\"not\">",
        page.Say("There is nothing to compare: nobody accessed any of these "
                 "parcels on the record.",
                 "没有可比较的对象：日志中没有人访问过这些包裹。"),
        "</p>");
  }
  const double limit = list.level->log10_threshold;
  const Axis axis{1.12 *
                  std::max({limit, list.sources[0].score->log10_e, 1.0})};
  int height = 0;
  const std::string bars = Bars(page, list, axis, &height);
  std::string svg =
      absl::StrCat("<svg height=\"", height, "\" role=\"img\" aria-label=\"",
                   page.Say("evidence against the threshold", "证据与门槛"),
                   "\">", Grid(page, axis, height));
  absl::StrAppend(&svg, LimitLine(page, limit, axis, height), bars, "</svg>");
  absl::StrAppend(
      &svg, "<p class=\"meta\">",
      page.Say(
          "How much more often leaked rows fall among what a source "
          "accessed than chance would have it; every line to the right "
          "stands for many times as much. $0 compared, the first $1 drawn. A "
          "source "
          "that does not stand out is like any other and has no name "
          "here.",
          "外泄的行落在某来源所访问包裹中的程度，比偶然高出多少倍；"
          "每向右一条竖线都是成倍的增长。共比较 $0 个来源，图中为前 $1 个。"
          "未突出的来源与其他人并无不同，因此不具名。",
          WithCommas(list.level->num_sources), num_bars),
      "</p>");
  return svg;
}

}  // namespace parcelveil::trace
