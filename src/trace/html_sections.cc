// SPDX-License-Identifier: Apache-2.0
// What the report says: the answer first, in words that accuse nobody.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "src/trace/html_page.h"

namespace parcelveil::trace {
namespace {

std::string Paragraph(const std::string& text) {
  return absl::StrCat("<p>", text, "</p>");
}

std::string Item(const std::string& text) {
  return absl::StrCat("<li>", text, "</li>");
}

// ---- The answer.

// One sentence on the accounts; where several fit, all of them in one breath.
std::string AccountsSentence(const Page& page) {
  const SourceList& list = page.principals;
  if (list.standing_out.empty()) {
    return page.Say("No account stands out.", "没有账号突出。");
  }
  if (list.named.size() == 1) {
    return page.Say("The leaked rows concentrate in what $0 accessed.",
                    "外泄的行集中在 $0 访问过的包裹中。",
                    list.Labels(list.named, ""));
  }
  if (list.standing_out.size() == 1) {
    return page.Say(
        "The leaked rows concentrate in what these $0 accounts "
        "accessed, and they cannot be told apart: $1.",
        "外泄的行集中在下列 $0 个账号访问过的包裹中，"
        "且无法区分是其中哪一个：$1。",
        list.named.size(), list.Labels(list.named, page.Say(", ", "、")));
  }
  return page.Say(
      "The leaked rows concentrate in what several accounts "
      "accessed; not all of them can be told apart: $0.",
      "外泄的行集中在下列多个账号访问过的包裹中，"
      "其中有些无法区分：$0。",
      list.Labels(list.named, page.Say(", ", "、")));
}

std::string LinksSentence(const Page& page) {
  const SourceList& list = page.channels;
  if (list.standing_out.empty()) {
    return page.Say(
        "No link stands out either: the rows do not concentrate at "
        "one outlet, merchant, role or export.",
        "也没有环节突出：这些行并未集中于某个网点、商家、角色或"
        "导出。");
  }
  return page.Say("Where the rows concentrate: $0.", "这些行集中于：$0。",
                  list.Labels(list.named, page.Say(", ", "、")));
}

std::string AccountsCaution(const Page& page) {
  if (page.principals.standing_out.empty()) {
    return Item(page.Say(
        "That is an answer, too. Nobody is to be suspected because of this "
        "list. Whoever has the most evidence below the threshold is there by "
        "chance as far as anybody can tell.",
        "这也是一个结论：不应因这份名单而怀疑任何人。"
        "未过门槛者即使排在前面，也与偶然无法区分。"));
  }
  return absl::StrCat(
      Item(page.Say("<b>This is not proof.</b> Shared access is not proof: "
                    "colleagues on one route, or a courier and the merchant he "
                    "collects from, look alike; an account may have been used "
                    "by somebody else; and whoever knows who delivers what can "
                    "plant rows.",
                    "<b>这不是证明。</b>有共同的访问不等于泄露："
                    "同一路线的同事、快递员与其揽收的商家看起来都一样；"
                    "账号可能被他人使用；知道谁送哪些件的人也可以栽赃。")),
      Item(page.Say("Were nobody among the accounts involved, a report naming "
                    "even one would come up in at most $0 of 1,000 "
                    "investigations like this. That is <b>not</b> the chance "
                    "that the account is innocent.",
                    "假如所有账号都与此无关，这样的调查每 1,000 次中"
                    "至多有 $0 次会出现突出的账号。"
                    "但这<b>并不是</b>该账号清白的概率。",
                    absl::StrCat(1000 * page.result.assumptions.alpha))),
      Item(page.Say("What to do: secure the log, look at the accesses listed "
                    "below with the people concerned, look for other copies of "
                    "these rows (labels, exports, the merchant's own), and let "
                    "somebody else decide.",
                    "怎么做：保全日志；与当事人一起核对下列访问；"
                    "查找这些行的其他来源（面单、导出、商家自己的数据）；"
                    "由其他人作出判断。")));
}

}  // namespace

std::string Answer(const Page& page) {
  const TraceMatches& matches = page.result.matches;
  std::string html = "<div class=\"answer\"><p class=\"say\">";
  if (matches.matched == 0) {
    return absl::StrCat(
        html,
        page.Say("None of these rows could be found among our parcels.",
                 "名单中没有一行能在我们的包裹中找到。"),
        "</p>",
        Paragraph(page.Say("So nothing can be said about anybody.",
                           "因此无法对任何人下任何结论。")),
        "</div>\n");
  }
  absl::StrAppend(&html, AccountsSentence(page), "</p>",
                  Paragraph(LinksSentence(page)));
  absl::StrAppend(
      &html,
      Paragraph(page.Say(
          "Based on $0 of the list's $1 rows; $2 of those looked up are not "
          "ours.",
          "依据名单 $1 行中的 $0 行；查找过的行中有 $2 不是我们的。",
          WithCommas(matches.matched), WithCommas(matches.rows),
          Percent(matches.UnmatchedShare()))),
      "<ul>", AccountsCaution(page), "</ul></div>\n");
  return html;
}

// ---- Numbers of the sources that have a name.

namespace {

std::string CellOf(const std::string& label, const std::string& value) {
  return absl::StrCat("<td data-label=\"", label, "\">", "<span>", value,
                      "</span></td>");
}

std::string PValue(const TraceScore& score) {
  return absl::StrCat(score.p_is_bound ? "&le; " : "", "10<sup>",
                      std::lround(std::ceil(score.log10_p)), "</sup>");
}

std::string AccessSpan(const Page& page, const TraceScore& score) {
  if (!score.first_access.has_value()) return "&ndash;";
  return absl::StrCat(page.Time(*score.first_access), " &ndash; ",
                      page.Time(*score.last_access));
}

// What has a canary is shown only where there was one.
std::string Canaries(const Page& page, const TraceScore& score) {
  if (score.canaries == 0) return "";
  return page.Say("; of $0 test parcels seen, $1 were contacted",
                  "；见过 $0 个测试件，其中 $1 个被联系", score.canaries,
                  score.canaries_hit);
}

}  // namespace

std::string NumbersTable(const Page& page, const SourceList& list) {
  if (list.named.empty()) {
    return absl::StrCat(
        "<p class=\"not\">",
        page.Say("Nothing here stands out, so nothing here has a name. $0 were "
                 "compared.",
                 "没有突出者，因此不列任何名称。共比较了 $0 个。",
                 WithCommas(list.level->num_sources)),
        "</p>");
  }
  const std::string heads[] = {
      page.Say("source", "来源"),
      page.Say("leaked rows it accessed", "访问过的外泄行"),
      page.Say("of all it was compared with", "占可比包裹"),
      page.Say("evidence", "证据"),
      page.Say("chance of so many (test beside it)",
               "偶然如此的概率（并列检验）"),
      page.Say("share of rows explained", "可解释的行"),
      page.Say("on days", "天数"),
      page.Say("accessed", "访问时间")};
  std::string html = "<table class=\"data cards\"><thead><tr>";
  for (const std::string& head : heads) {
    absl::StrAppend(&html, "<th>", head, "</th>");
  }
  absl::StrAppend(&html, "</tr></thead><tbody>");
  for (size_t position : list.named) {
    const TraceScore& score = *list.sources[position].score;
    absl::StrAppend(
        &html, "<tr>", CellOf("", list.sources[position].label),
        CellOf(heads[1], page.Say("$0 of $1", "$1 中的 $0", WithCommas(score.k),
                                  WithCommas(score.K))),
        CellOf(heads[2], page.Say("$0 of $1", "$1 中的 $0", WithCommas(score.n),
                                  WithCommas(score.N))),
        CellOf(heads[3],
               absl::StrCat(page.Power(score.log10_e), Canaries(page, score))),
        CellOf(heads[4], PValue(score)),
        CellOf(heads[5], Percent(score.explained)),
        CellOf(heads[6], absl::StrCat(score.days)),
        CellOf(heads[7], AccessSpan(page, score)), "</tr>");
  }
  return absl::StrCat(html, "</tbody></table>");
}

// ---- Ties.

namespace {

std::string TiesOf(const Page& page, const SourceList& list) {
  std::string html;
  for (size_t position : list.standing_out) {
    const std::vector<size_t>& ties = list.sources[position].score->ties;
    const std::string& label = list.sources[position].label;
    if (ties.empty()) {
      absl::StrAppend(
          &html, Item(page.Say("<b>$0</b>: nothing else compared fits "
                               "nearly as well.",
                               "<b>$0</b>：没有其他来源同样吻合。", label)));
      continue;
    }
    absl::StrAppend(
        &html,
        Item(page.Say("<b>$0</b> cannot be told apart from $1. The difference "
                      "says nothing, whoever comes first.",
                      "<b>$0</b> 无法与 $1 区分。其间的差别没有意义，"
                      "谁排在前面都一样。",
                      label, list.Labels(ties, page.Say(", ", "、")))));
  }
  return html;
}

}  // namespace

std::string Ties(const Page& page) {
  const std::string ties =
      absl::StrCat(TiesOf(page, page.channels), TiesOf(page, page.principals));
  if (ties.empty()) {
    return Paragraph(
        page.Say("Nothing stands out, so there is nothing to tell "
                 "apart.",
                 "没有突出者，也就无需区分。"));
  }
  return absl::StrCat("<ul>", ties, "</ul>");
}

std::string Planted(const Page& page) {
  const PlantedRows& planted = page.result.planted;
  std::string html = "<ul>";
  if (planted.behind_finding.has_value() &&
      !page.principals.standing_out.empty()) {
    absl::StrAppend(&html,
                    Item(page.Say("Had somebody planted <b>$0</b> of the rows, "
                                  "the strongest account would not stand out "
                                  "without them.",
                                  "假如其中 <b>$0</b> 行是他人栽赃，"
                                  "去掉后最强的账号就不再突出。",
                                  WithCommas(*planted.behind_finding))));
  }
  const std::string whom = page.principals.standing_out.empty()
                               ? page.Say("an account", "某个账号")
                               : page.Say("another account", "另一个账号");
  if (planted.to_frame.has_value()) {
    absl::StrAppend(
        &html, Item(page.Say("<b>$0</b> more rows, well chosen, would make $1 "
                             "stand out.",
                             "再添加 <b>$0</b> 行精心挑选的数据，"
                             "就能使$1突出。",
                             WithCommas(*planted.to_frame), whom)));
  } else {
    absl::StrAppend(
        &html, Item(page.Say("No number of added rows would make $0 stand out.",
                             "无论添加多少行，都不会使$0突出。", whom)));
  }
  if (planted.to_hide.has_value() && *planted.to_hide > 0) {
    absl::StrAppend(&html,
                    Item(page.Say("<b>$0</b> more rows from elsewhere would "
                                  "make nobody stand out.",
                                  "再添加 <b>$0</b> 行来自别处的数据，"
                                  "就没有账号突出。",
                                  WithCommas(*planted.to_hide))));
  }
  return absl::StrCat(
      html, "</ul>",
      Paragraph(
          page.Say("The smaller these numbers, the more it matters where "
                   "the list came from and who could have changed it.",
                   "这些数字越小，名单从何而来、谁可能改动过就越重要。")));
}

}  // namespace parcelveil::trace
