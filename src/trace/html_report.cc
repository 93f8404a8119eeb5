// SPDX-License-Identifier: Apache-2.0
#include "src/trace/html_report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "src/text/utf8.h"
#include "src/trace/html_page.h"

namespace parcelveil::trace {
namespace {

bool IsUnfit(char32_t c) {
  return c == text::kBad || c < 0x20 || (c >= 0x7F && c < 0xA0) ||
         c == 0x2028 || c == 0x2029 || text::IsInvisible(c);
}

template <typename Score>
SourceList MakeList(const TraceLevel& level, const std::vector<Score>& scores) {
  SourceList list;
  list.level = &level;
  for (size_t i = 0; i < scores.size(); ++i) {
    list.sources.push_back({"", &scores[i].score});
    if (scores[i].score.standing == Standing::kStandsOut) {
      list.standing_out.push_back(i);
    }
  }
  list.named = list.standing_out;
  for (size_t i : list.standing_out) {
    for (size_t tie : scores[i].score.ties) {
      if (!list.IsNamed(tie)) list.named.push_back(tie);
    }
  }
  return list;
}

std::string ChannelLabel(const Page& page, const ChannelScore& channel) {
  const std::string id = absl::StrCat(channel.id);
  switch (channel.channel) {
    case TraceChannel::kOutlet:
      return page.Say("outlet $0", "网点 $0", id);
    case TraceChannel::kMerchant:
      return page.Say("merchant $0", "商家 $0", EscapeHtml(channel.name));
    case TraceChannel::kTelephony:
      return page.Say("the telephone system", "电话系统");
    case TraceChannel::kExport:
      return page.Say("exports ordered by account $0", "账号 $0 申请的导出",
                      id);
    case TraceChannel::kRole:
      return page.Say(
          "all accounts of role $0", "角色 $0 的所有账号",
          EscapeHtml(Describe(Role{static_cast<uint16_t>(channel.id)})));
    case TraceChannel::kSharedAccount:
      return page.Say("shared account $0", "共用账号 $0", id);
  }
  return "?";
}

std::string Section(const std::string& title, const std::string& body) {
  return absl::StrCat("<section><h2>", title, "</h2>", body, "</section>\n");
}

std::string Masthead(const Page& page) {
  return absl::StrCat("<header><p class=\"kicker\">parcelveil trace</p><h1>",
                      page.Say("Where could this list have come from?",
                               "这份名单可能从哪里流出？"),
                      "</h1><p class=\"meta\">",
                      page.Say("List: $0 · made on $1", "名单：$0 · 生成于 $1",
                               EscapeHtml(page.options.list_name),
                               page.Time(page.options.made)),
                      "</p></header>\n");
}

// On the screen a banner; on paper at the head of every page.
std::string UnverifiedMark(const Page& page) {
  if (page.result.IsComplete()) return "";
  return absl::StrCat(
      "<thead><tr><td><p class=\"mark\" role=\"alert\">",
      page.Say("<b>Not verified.</b> At least one log behind this report could "
               "not be verified: entries may be missing, changed or made up. "
               "Base no decision on it.",
               "<b>未经验证。</b>本报告所依据的日志至少有一份未能通过验证："
               "其中的记录可能缺失、被改动或被伪造。请勿据此作出任何决定。"),
      "</p></td></tr></thead>");
}

std::string Evidence(const Page& page, const SourceList& list,
                     const std::string& explanation) {
  return absl::StrCat("<p>", explanation, "</p>", EvidenceChart(page, list),
                      NumbersTable(page, list));
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (size_t pos = 0; pos < text.size();) {
    const text::CodePoint c = text::Decode(text, pos);
    if (IsUnfit(c.value)) {
      escaped += "\xEF\xBF\xBD";
    } else if (c.value == '&') {
      escaped += "&amp;";
    } else if (c.value == '<') {
      escaped += "&lt;";
    } else if (c.value == '>') {
      escaped += "&gt;";
    } else if (c.value == '"') {
      escaped += "&quot;";
    } else if (c.value == '\'') {
      escaped += "&#39;";
    } else {
      escaped += text.substr(pos, c.size);
    }
    pos += c.size;
  }
  return escaped;
}

bool SourceList::IsNamed(size_t position) const {
  return std::find(named.begin(), named.end(), position) != named.end();
}

std::string SourceList::Labels(const std::vector<size_t>& positions,
                               const std::string& separator) const {
  std::string labels;
  for (size_t position : positions) {
    absl::StrAppend(&labels, labels.empty() ? "" : separator, "<b>",
                    sources[position].label, "</b>");
  }
  return labels;
}

Page::Page(const TraceResult& traced, const HtmlReportOptions& report_options)
    : result(traced),
      options(report_options),
      channels(MakeList(result.channel_level, result.channels)),
      principals(MakeList(result.principal_level, result.principals)) {
  for (size_t i = 0; i < result.channels.size(); ++i) {
    channels.sources[i].label = ChannelLabel(*this, result.channels[i]);
  }
  for (size_t i = 0; i < result.principals.size(); ++i) {
    principals.sources[i].label = Account(result.principals[i].principal);
  }
}

std::string Page::Account(uint64_t principal) const {
  return Say("account $0", "账号 $0", principal);
}

std::string Page::Field(Slot slot) const {
  switch (slot) {
    case Slot::kSenderName:
      return Say("the sender's name", "寄件人姓名");
    case Slot::kSenderPhone:
      return Say("the sender's phone number", "寄件人电话");
    case Slot::kSenderAddress:
      return Say("the sender's address", "寄件人地址");
    case Slot::kRecipientName:
      return Say("the recipient's name", "收件人姓名");
    case Slot::kRecipientPhone:
      return Say("the recipient's phone number", "收件人电话");
    case Slot::kRecipientAddress:
      return Say("the recipient's address", "收件人地址");
    default:
      return Say("field $0", "字段 $0", ToInt(slot));
  }
}

std::string Page::Time(absl::Time time) const {
  if (time == absl::InfiniteFuture()) return Say("now", "现在");
  return absl::FormatTime("%Y-%m-%d %H:%M", time, options.zone);
}

std::string Page::Day(absl::Time time) const {
  return absl::FormatTime("%Y-%m-%d", time, options.zone);
}

std::string Page::Power(double log10) const {
  if (log10 < 0) return Say("less than 1", "不到 1");
  if (log10 >= 7) {
    return absl::StrCat("10<sup>", static_cast<int64_t>(std::floor(log10)),
                        "</sup>");
  }
  const double scale = std::pow(10, std::max(0.0, std::floor(log10) - 1));
  return WithCommas(static_cast<uint64_t>(
      std::floor(std::pow(10, log10) / scale + 1e-9) * scale));
}

std::string WithCommas(uint64_t number) {
  std::string digits = absl::StrCat(number);
  for (size_t i = 3; i < digits.size(); i += 4) {
    digits.insert(digits.size() - i, ",");
  }
  return digits;
}

std::string Percent(double share) {
  return absl::StrFormat("%.*f %%", share > 0 && share < 0.1 ? 1 : 0,
                         100 * share);
}

std::string HtmlReport(const TraceResult& result,
                       const HtmlReportOptions& options) {
  const Page page(result, options);
  std::string html = absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"", page.IsChinese() ? "zh-CN" : "en",
      "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><meta "
      "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\"><meta name=\"color-scheme\" "
      "content=\"light dark\"><title>",
      page.Say("Trace of $0", "追踪：$0", EscapeHtml(options.list_name)),
      "</title><style>", kHtmlStyle, "</style></head><body>",
      "<table class=\"page\" role=\"presentation\">", UnverifiedMark(page),
      "<tbody><tr><td><main>\n");
  absl::StrAppend(&html, Masthead(page), Answer(page));
  absl::StrAppend(
      &html,
      Section(page.Say("Evidence by link", "各环节的证据"),
              Evidence(page, page.channels,
                       page.Say("A link is an outlet, a merchant, a role. This "
                                "says where the leaked rows concentrate, not "
                                "that this link leaked them.",
                                "环节指网点、商家、角色等。这里只说明外泄的行"
                                "集中在哪里，并不表示就是该环节泄露的。"))),
      Section(page.Say("Evidence by account", "各账号的证据"),
              Evidence(page, page.principals,
                       page.Say("Each account is compared with what others of "
                                "the same outlet handled on the same day, so "
                                "that a busy day or a large outlet accuses "
                                "nobody.",
                                "每个账号都只与同一网点、同一天的其他包裹相比，"
                                "因此忙碌的一天或大的网点不会让人蒙冤。"))),
      Section(page.Say("Who cannot be told apart", "无法区分的账号"),
              Ties(page)),
      Section(
          page.Say("Could somebody have planted rows?", "会不会是有人栽赃？"),
          Planted(page)),
      Section(
          page.Say("When leaked parcels were accessed", "外泄包裹的访问时间"),
          Timeline(page)),
      Section(page.Say("What became of the list's rows", "名单各行的去向"),
              RowsOfTheList(page)),
      Section(page.Say("What was assumed", "本结论的前提"), Assumed(page)),
      Section(page.Say("The logs", "所用日志"), Logs(page)),
      Section(page.Say("What the words mean", "名词解释"), Words(page)));
  absl::StrAppend(&html, "</main></td></tr></tbody></table></body></html>\n");
  return html;
}

}  // namespace parcelveil::trace
