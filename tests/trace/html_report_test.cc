// SPDX-License-Identifier: Apache-2.0
#include "src/trace/html_report.h"

#include <cstdlib>
#include <fstream>
#include <random>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/base/utf8.h"

namespace parcelveil::trace {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

PrincipalScore Account(uint64_t id, double log10_e, uint64_t k) {
  PrincipalScore account;
  account.principal = id;
  account.role = Role::kList;
  account.score.k = k;
  account.score.K = 40;
  account.score.n = 150;
  account.score.N = 2400;
  account.score.log10_e = log10_e;
  account.score.log10_p = -log10_e;
  account.score.explained = static_cast<double>(k) / 40;
  account.score.days = 3;
  account.score.first_access = absl::FromUnixSeconds(1795400000);
  account.score.last_access = absl::FromUnixSeconds(1795500000);
  return account;
}

// 1007 stands out, 1008 cannot be told apart from it, 20 others do not stand
// out; nor does any link but outlet 5712.
TraceResult ResultOfALeak() {
  TraceResult result;
  result.matches.rows = 46;
  result.matches.matched = 40;
  result.matches.unmatched = 5;
  result.matches.duplicates = 1;
  result.principal_level.num_sources = 96;
  result.principal_level.log10_threshold = 4.98;
  result.principals = {Account(1007, 21.4, 36), Account(1008, 20.1, 34)};
  result.principals[0].score.standing = Standing::kStandsOut;
  result.principals[0].score.ties = {1};
  result.principals[1].score.standing = Standing::kExplained;
  for (uint64_t id = 77001; id < 77021; ++id) {
    result.principals.push_back(
        Account(id, 2.5 - 0.3 * static_cast<double>(id - 77001), 9));
  }
  result.principal_level.passes = {{0, 40, 21.4, 4.98}};
  result.channel_level.num_sources = 14;
  result.channel_level.log10_threshold = 4.15;
  ChannelScore outlet;
  outlet.channel = TraceChannel::kOutlet;
  outlet.id = 5712;
  outlet.score = Account(0, 30.2, 40).score;
  outlet.score.first_access.reset();
  outlet.score.standing = Standing::kStandsOut;
  ChannelScore merchant;
  merchant.channel = TraceChannel::kMerchant;
  merchant.name = "below-the-line";
  merchant.score = Account(0, 1.1, 12).score;
  result.channels = {outlet, merchant};
  result.planted = {8, 7, 60};
  for (int i = 0; i < 300; ++i) {
    TraceAccess access;
    access.time = absl::FromUnixSeconds(1795200000 + 1200 * i);
    access.principal = i % 3 == 0 ? 1007 : i % 3 == 1 ? 1008 : 77001 + i % 20;
    access.kind = LeafType::kGrant;
    result.timeline.push_back(access);
  }
  result.num_accesses = 300;
  result.logs = {{"gate-1", LogState::kVerified, "", 12345, 0, 0, 0}};
  result.assumptions.field = Slot::kRecipientPhone;
  result.assumptions.noise = 0.1;
  result.assumptions.alpha = 0.001;
  result.assumptions.from = absl::FromUnixSeconds(1795200000);
  result.assumptions.seen = absl::FromUnixSeconds(1795600000);
  result.assumptions.num_strata = 10;
  return result;
}

TraceResult ResultOfNothing() {
  TraceResult result = ResultOfALeak();
  for (PrincipalScore& account : result.principals) {
    account.score.standing = Standing::kBelow;
    account.score.ties.clear();
    account.score.log10_e = std::min(account.score.log10_e, 3.9);
  }
  result.channels.erase(result.channels.begin());
  result.planted = {0, 7, 0};
  return result;
}

std::string Html(const TraceResult& result,
                 Language language = Language::kEnglish) {
  HtmlReportOptions options;
  options.language = language;
  options.list_name = "leaked.csv";
  options.zone = absl::FixedTimeZone(8 * 3600);
  options.made = absl::FromUnixSeconds(1795600000);
  return HtmlReport(result, options);
}

TEST(HtmlReportTest, NamesWhoStandsOutInOneBreathWithTheTies) {
  const std::string html = Html(ResultOfALeak());
  EXPECT_THAT(html, HasSubstr("these 2 accounts accessed, and they cannot be "
                              "told apart: <b>account 1007</b>, <b>account "
                              "1008</b>."));
  EXPECT_THAT(html, HasSubstr("outlet 5712"));
  EXPECT_THAT(html, HasSubstr("This is not proof."));
  EXPECT_THAT(html, HasSubstr("at most 1 of 1,000"));
  EXPECT_THAT(html, HasSubstr("planted <b>8</b> of the rows"));
  EXPECT_THAT(html, HasSubstr("36 of 40"));
}

TEST(HtmlReportTest, NamesNobodyBelowTheThreshold) {
  const std::string leak = Html(ResultOfALeak());
  EXPECT_THAT(leak, Not(HasSubstr("7700"))) << "an account below it";
  EXPECT_THAT(leak, Not(HasSubstr("below-the-line"))) << "a link below it";
  for (Language language : {Language::kEnglish, Language::kChinese}) {
    const std::string html = Html(ResultOfNothing(), language);
    for (const char* id : {"1007", "1008", "7700", "below-the-line"}) {
      EXPECT_THAT(html, Not(HasSubstr(id)));
    }
  }
  EXPECT_THAT(Html(ResultOfNothing()), HasSubstr("No account stands out."));
  EXPECT_THAT(Html(ResultOfNothing(), Language::kChinese),
              HasSubstr("没有账号突出"));
}

TEST(HtmlReportTest, NeverSaysThatAnybodyDidIt) {
  for (const TraceResult& result : {ResultOfALeak(), ResultOfNothing()}) {
    const std::string english = Html(result);
    for (const char* word : {"guilty", "culprit", "suspect ", "leaker"}) {
      EXPECT_THAT(english, Not(HasSubstr(word)));
    }
    const std::string chinese = Html(result, Language::kChinese);
    for (const char* word : {"有罪", "嫌疑人", "泄密者", "内鬼"}) {
      EXPECT_THAT(chinese, Not(HasSubstr(word)));
    }
  }
}

TEST(HtmlReportTest, MarksEveryPageOfAnUnverifiedLog) {
  TraceResult result = ResultOfALeak();
  EXPECT_THAT(Html(result), Not(HasSubstr("Not verified.")));
  result.logs[0].state = LogState::kUnverified;
  // A table's head is what browsers print on top of every page.
  EXPECT_THAT(Html(result), HasSubstr("<thead><tr><td><p class=\"mark\""));
  EXPECT_THAT(Html(result, Language::kChinese), HasSubstr("未经验证"));
}

TEST(HtmlReportTest, SaysNothingWhereNothingMatched) {
  TraceResult result;
  result.matches.rows = 3;
  EXPECT_THAT(Html(result), HasSubstr("nothing can be said about anybody"));
}

TEST(HtmlReportTest, NeedsNothingFromElsewhere) {
  const std::string html = Html(ResultOfALeak());
  for (const char* what : {"<script", "http:", "https:", "src=", "href=",
                           "url(", "@import", "onload"}) {
    EXPECT_THAT(html, Not(HasSubstr(what)));
  }
}

// Everything that comes from a table, a list or a log is text, whatever it
// holds: the page has the same tags as with harmless names.
TEST(HtmlReportTest, EscapesWhateverItIsGiven) {
  const auto with_text = [](const std::string& text) {
    TraceResult result = ResultOfALeak();
    result.channels[0].channel = TraceChannel::kMerchant;
    result.channels[0].name = text;
    result.logs[0].name = text;
    result.logs[0].problem = text;
    HtmlReportOptions options;
    options.list_name = text;
    return HtmlReport(result, options);
  };
  const auto count = [](const std::string& html, char c) {
    return std::count(html.begin(), html.end(), c);
  };
  const std::string harmless = with_text("x");
  std::mt19937 random(6);
  for (int i = 0; i < 300; ++i) {
    constexpr char kNasty[] = "<>\"'&\0\x7f\x80\xe2\x80\xaeit =/$0;-";
    std::string text(random() % 12, 'x');
    for (char& c : text) c = kNasty[random() % (sizeof(kNasty) - 1)];
    const std::string html = with_text(text);
    for (char c : {'<', '>', '"', '\'', '\0', '\x7f'}) {
      ASSERT_EQ(count(html, c), count(harmless, c))
          << testing::PrintToString(text);
    }
    ASSERT_TRUE(base::IsUtf8(html));
    ASSERT_THAT(html, Not(HasSubstr("\xe2\x80\xae")));
  }
}

// Not a test of its own: writes what people should look at to $REPORT_DIR.
TEST(HtmlReportTest, CanBeLookedAt) {
  const char* dir = std::getenv("REPORT_DIR");
  if (dir == nullptr) GTEST_SKIP();
  TraceResult unverified = ResultOfALeak();
  unverified.logs[0].state = LogState::kIncomplete;
  unverified.logs[0].problem = "leaf 77 is missing";
  std::ofstream(std::string(dir) + "/leak-en.html") << Html(ResultOfALeak());
  std::ofstream(std::string(dir) + "/leak-zh.html")
      << Html(unverified, Language::kChinese);
  std::ofstream(std::string(dir) + "/none-en.html") << Html(ResultOfNothing());
}

}  // namespace
}  // namespace parcelveil::trace
