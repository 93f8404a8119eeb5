// SPDX-License-Identifier: Apache-2.0
// A trace's results as one HTML page for people who have never seen statistics:
// what stands out, how sure that is, and what it does not say. No script, and
// nothing from elsewhere.

#ifndef PARCELVEIL_SRC_TRACE_HTML_REPORT_H_
#define PARCELVEIL_SRC_TRACE_HTML_REPORT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "parcelveil/trace.h"

namespace parcelveil::trace {

enum class Language : uint8_t { kEnglish, kChinese };

struct HtmlReportOptions {
  Language language = Language::kEnglish;
  std::string list_name;  // of the leaked list, for people
  absl::TimeZone zone;    // of all times
  absl::Time made;        // when it was traced
};

// Sources below their threshold have no name in it, unless they cannot be told
// apart from one above it.
std::string HtmlReport(const TraceResult& result,
                       const HtmlReportOptions& options);

// `text` for an element's content or a quoted attribute: bytes that are not
// UTF-8, controls and what turns the direction of writing become U+FFFD.
std::string EscapeHtml(std::string_view text);

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_HTML_REPORT_H_
