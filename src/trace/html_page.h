// SPDX-License-Identifier: Apache-2.0
// What the parts of the HTML report share, and these parts. Every part returns
// HTML.

#ifndef PARCELVEIL_SRC_TRACE_HTML_PAGE_H_
#define PARCELVEIL_SRC_TRACE_HTML_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/substitute.h"
#include "parcelveil/trace.h"
#include "src/trace/html_report.h"

namespace parcelveil::trace {

// A channel or an account.
struct Source {
  std::string label;  // escaped
  const TraceScore* score;
};

// One level's sources, and which of them have a name in the report: those that
// stand out, then those that cannot be told apart from them.
struct SourceList {
  const TraceLevel* level;
  std::vector<Source> sources;       // the most evidence first
  std::vector<size_t> standing_out;  // positions in `sources`
  std::vector<size_t> named;         // these, and their ties; no other

  bool IsNamed(size_t position) const;
  std::string Labels(const std::vector<size_t>& positions,
                     const std::string& separator) const;
};

class Page {
 public:
  Page(const TraceResult& result, const HtmlReportOptions& options);

  const TraceResult& result;
  const HtmlReportOptions& options;
  SourceList channels;
  SourceList principals;

  bool IsChinese() const { return options.language == Language::kChinese; }
  // The text in the page's language; $0 and so on are filled in. What is filled
  // in is escaped already.
  template <typename... Args>
  std::string Say(const char* english, const char* chinese,
                  const Args&... args) const {
    return absl::Substitute(IsChinese() ? chinese : english, args...);
  }
  std::string Account(uint64_t principal) const;
  std::string Field(Slot slot) const;
  std::string Time(absl::Time time) const;  // to the minute
  std::string Day(absl::Time time) const;
  // "less than 1", "12,000", "10<sup>17</sup>": rounded down.
  std::string Power(double log10) const;
};

// "12,345".
std::string WithCommas(uint64_t number);
// "12.3 %", of a share from 0 to 1.
std::string Percent(double share);

// html_charts.cc
std::string EvidenceChart(const Page& page, const SourceList& list);
// html_timeline.cc
std::string Timeline(const Page& page);
// html_sections.cc
std::string Answer(const Page& page);
std::string NumbersTable(const Page& page, const SourceList& list);
std::string Ties(const Page& page);
std::string Planted(const Page& page);
// html_assumed.cc
std::string RowsOfTheList(const Page& page);
std::string Assumed(const Page& page);
std::string Logs(const Page& page);
std::string Words(const Page& page);
// html_style.cc
extern const char kHtmlStyle[];

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_HTML_PAGE_H_
