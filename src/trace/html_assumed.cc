// SPDX-License-Identifier: Apache-2.0
// What the report rests on: rows, settings, logs, words.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "src/trace/html_page.h"

namespace parcelveil::trace {
namespace {

class Facts {
 public:
  void Add(const std::string& name, const std::string& value) {
    absl::StrAppend(&html_, "<dt>", name, "</dt><dd>", value, "</dd>");
  }
  // Left out where it is 0.
  void AddCount(const std::string& name, uint64_t count) {
    if (count > 0) Add(name, WithCommas(count));
  }
  std::string Take() { return absl::StrCat("<dl>", html_, "</dl>"); }

 private:
  std::string html_;
};

std::string ProblemName(const Page& page, LeakRowProblem problem) {
  switch (problem) {
    case LeakRowProblem::kNotUtf8:
      return page.Say("not readable as UTF-8", "不是 UTF-8，无法读取");
    case LeakRowProblem::kTooLong:
      return page.Say("too long", "过长");
    case LeakRowProblem::kBadQuotes:
      return page.Say("quotes that do not close", "引号未闭合");
    case LeakRowProblem::kNothingToMatch:
      return page.Say("neither a waybill nor a phone number",
                      "既无运单号也无电话");
    case LeakRowProblem::kMaskedNoOutlet:
      return page.Say("masked, and no outlet to look in",
                      "号码已打码，且未指定网点");
    case LeakRowProblem::kTooMany:
      return page.Say("behind the millionth row", "超过一百万行");
  }
  return "?";
}

std::string StateName(const Page& page, LogState state) {
  switch (state) {
    case LogState::kVerified:
      return page.Say("verified", "已验证");
    case LogState::kIncomplete:
      return page.Say("<b>verification failed</b>", "<b>验证未通过</b>");
    case LogState::kUnverified:
      return page.Say("<b>not verified: no key</b>", "<b>未验证：没有密钥</b>");
  }
  return "?";
}

std::string FieldName(const Page& page, const TraceAssumptions& assumed) {
  if (!assumed.field.has_value()) return page.Say("any field", "任意字段");
  return page.Field(*assumed.field);
}

}  // namespace

std::string RowsOfTheList(const Page& page) {
  const TraceMatches& matches = page.result.matches;
  Facts facts;
  facts.Add(page.Say("rows in the list", "名单行数"), WithCommas(matches.rows));
  facts.Add(page.Say("found among our parcels", "在我们的包裹中找到"),
            WithCommas(matches.matched));
  facts.AddCount(
      page.Say("… of these, they fit several parcels", "……其中符合多个包裹"),
      matches.ambiguous);
  facts.AddCount(
      page.Say("… of these, found by a masked number", "……其中按打码号码找到"),
      matches.masked);
  facts.AddCount(page.Say("not ours", "不是我们的"), matches.unmatched);
  facts.AddCount(page.Say("repeat a row before", "与前面的行重复"),
                 matches.duplicates);
  facts.AddCount(page.Say("fit too many parcels to say anything",
                          "符合的包裹过多，无法判断"),
                 matches.too_common);
  facts.AddCount(page.Say("ours, but not traceable: the keys of those days are "
                          "destroyed",
                          "是我们的，但无法追踪：当日密钥已销毁"),
                 matches.untraceable);
  for (size_t i = 0; i < kNumLeakRowProblems; ++i) {
    facts.AddCount(ProblemName(page, static_cast<LeakRowProblem>(i)),
                   matches.problems[i]);
  }
  return facts.Take();
}

std::string Assumed(const Page& page) {
  const TraceAssumptions& assumed = page.result.assumptions;
  Facts facts;
  facts.Add(page.Say("what leaked", "外泄的内容"), FieldName(page, assumed));
  facts.Add(page.Say("accesses counted", "计入的访问"),
            page.Say("from $0 until $1: later ones do not count, the list was "
                     "out by then",
                     "$0 至 $1：之后的不计，因为名单已经出现",
                     page.Time(assumed.from), page.Time(assumed.seen)));
  if (assumed.masked_views) {
    facts.Add(page.Say("masked rows", "打码显示"),
              page.Say("the list holds masked values, so being shown a masked "
                       "row counts, too",
                       "名单中是打码的值，因此看到打码的行也算访问"));
  }
  facts.Add(page.Say("compared within", "比较范围"),
            assumed.has_segments
                ? page.Say("the same outlet, day and route ($0 groups)",
                           "同一网点、同一天、同一路线（$0 组）",
                           WithCommas(assumed.num_strata))
                : page.Say("the same outlet and day ($0 groups)",
                           "同一网点、同一天（$0 组）",
                           WithCommas(assumed.num_strata)));
  facts.Add(page.Say("rows from elsewhere", "来自别处的行"),
            page.Say("up to $0 of the list may be from other sources",
                     "名单中可有 $0 来自其他来源", Percent(assumed.noise)));
  facts.Add(page.Say("how strict", "严格程度"),
            page.Say("at most $0 of 1,000 investigations may name an innocent "
                     "source, at each of the two levels; looked at $1 time(s)",
                     "两个层面各自每 1,000 次调查至多 $0 次误指；"
                     "已查看 $1 次",
                     absl::StrCat(1000 * assumed.alpha), assumed.looks));
  if (!assumed.closed_days.empty()) {
    facts.Add(page.Say("not traceable", "无法追踪"),
              page.Say("$0 days whose keys cannot be used any more",
                       "$0 天的密钥已不可用", assumed.closed_days.size()));
  }
  std::string html = facts.Take();
  if (!assumed.has_segments) {
    absl::StrAppend(
        &html, "<p class=\"not\">",
        page.Say("<b>Mind this:</b> parcels were not compared route by route. "
                 "If somebody took all parcels of one street, whoever delivers "
                 "there stands out although he did nothing. Trace again with a "
                 "column that tells routes apart.",
                 "<b>请注意：</b>比较时没有区分路线。"
                 "若有人拿走了某条街的全部包裹，负责该处的快递员即使什么都没做"
                 "也会突出。请用能区分路线的列重新追踪。"),
        "</p>");
  }
  return html;
}

std::string Logs(const Page& page) {
  Facts facts;
  for (const TraceLogReport& log : page.result.logs) {
    std::string text =
        page.Say("$0; $1 entries read", "$0；读取 $1 条",
                 StateName(page, log.state), WithCommas(log.leaves));
    if (log.unsigned_leaves > 0) {
      absl::StrAppend(&text, page.Say("; $0 not yet signed: not counted",
                                      "；$0 条尚未签名：未计入",
                                      WithCommas(log.unsigned_leaves)));
    }
    if (log.untraceable > 0) {
      absl::StrAppend(&text, page.Say("; $0 of days whose key is destroyed",
                                      "；$0 条所属日期的密钥已销毁",
                                      WithCommas(log.untraceable)));
    }
    if (!log.problem.empty()) {
      absl::StrAppend(&text, "; ", EscapeHtml(log.problem));
    }
    facts.Add(EscapeHtml(log.name), text);
  }
  return facts.Take();
}

std::string Words(const Page& page) {
  Facts facts;
  facts.Add(page.Say("evidence", "证据"),
            page.Say("How many times better “the rows came from here” explains "
                     "the list than chance does. If a source has nothing to do "
                     "with it, evidence of 1,000 or more comes up in at most 1 "
                     "of 1,000 cases.",
                     "“来自此处”比偶然能更好地解释名单的倍数。"
                     "若某来源与此无关，证据达到 1,000 的情形"
                     "每 1,000 次至多出现 1 次。"));
  facts.Add(page.Say("stands out", "突出"),
            page.Say("Its evidence is above the line. The line lies higher the "
                     "more sources are compared, so that many innocent ones do "
                     "not make one stand out.",
                     "证据越过门槛线。比较的来源越多，门槛越高，"
                     "因此不会因为人多而有人被误指。"));
  facts.Add(page.Say("cannot be told apart", "无法区分"),
            page.Say("Their evidence differs by less than a thousandfold.",
                     "证据相差不到一千倍。"));
  facts.Add(page.Say("link", "环节"),
            page.Say("Anything that many people or no person stand behind: an "
                     "outlet, a merchant, a role, an export.",
                     "背后是许多人或不是人的来源：网点、商家、角色、导出。"));
  return facts.Take();
}

}  // namespace parcelveil::trace
