// SPDX-License-Identifier: Apache-2.0
#include "src/trace/leak_list.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/trace/leaked_text.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::trace {
namespace {

using parcelveil::testing::IsOk;
using parcelveil::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Gives `text` in pieces of `size` bytes.
ReadLeak InPieces(std::string text, size_t size) {
  return [text = std::move(text), size, at = size_t{0}](
             absl::Span<char> out) mutable -> absl::StatusOr<size_t> {
    const size_t count = std::min({size, out.size(), text.size() - at});
    text.copy(out.data(), count, at);
    at += count;
    return count;
  };
}

// Every row as "name|phone|address|waybill", or the number of its problem.
std::vector<std::string> RowsOf(const std::string& text, size_t piece = 7) {
  std::vector<std::string> rows;
  const auto list = LeakList::Open(InPieces(text, piece), absl::UTCTimeZone());
  EXPECT_THAT(list.status(), IsOk());
  if (!list.ok()) return rows;
  while (true) {
    const auto row = (*list)->Next();
    EXPECT_THAT(row.status(), IsOk());
    if (!row.ok() || !row->has_value()) return rows;
    const LeakList::Row& values = **row;
    if (values.problem.has_value()) {
      rows.push_back("problem " +
                     std::to_string(static_cast<int>(*values.problem)));
      continue;
    }
    std::string line;
    for (const auto value :
         {values.name, values.phone, values.address, values.waybill}) {
      line += std::string(value) + "|";
    }
    rows.push_back(line);
  }
}

TEST(LeakListTest, ReadsListsAsTheyTurnUp) {
  EXPECT_THAT(RowsOf("\xEF\xBB\xBF姓名,电话,地址\r\n张三,13812345678,苏州\r\n"),
              ElementsAre("张三|13812345678|苏州||"));
  EXPECT_THAT(RowsOf("Phone;extra;WAYBILL\n'138 1234 5678;x;SF1\n\n;y;SF2"),
              ElementsAre("|138 1234 5678||SF1|", "|||SF2|"));
  EXPECT_THAT(RowsOf("name\tphone\n　李 四　\t138****1234\n"),
              ElementsAre("李 四|138****1234|||"));
  EXPECT_THAT(RowsOf("name,address\n\"a \"\"b\"\", c\",\"one\ntwo\"\nd,e\n"),
              ElementsAre("a \"b\", c||one\ntwo||", "d||e||"));
  EXPECT_THAT(RowsOf("phone\r1\r2\r"), ElementsAre("|1|||", "|2|||"));
  EXPECT_THAT(RowsOf("phone,phone\n1,2\n"), ElementsAre("|1|||"));
}

TEST(LeakListTest, HasNoRowsWhereThereAreNone) {
  EXPECT_THAT(RowsOf(""), ElementsAre());
  EXPECT_THAT(RowsOf("\xEF\xBB\xBF"), ElementsAre());
  EXPECT_THAT(RowsOf("phone"), ElementsAre());
  EXPECT_THAT(RowsOf("phone\n\n\n"), ElementsAre());
}

TEST(LeakListTest, RefusesAListWithoutAKnownColumn) {
  for (const char* text : {"a,b\n1,2\n", "\xB5\xE7\xBB\xB0\n1\n", "\"phone"}) {
    const auto list = LeakList::Open(InPieces(text, 3), absl::UTCTimeZone());
    EXPECT_THAT(list.status(), StatusIs(absl::StatusCode::kInvalidArgument,
                                        HasSubstr("names no column")));
  }
}

TEST(LeakListTest, CountsRowsThatItCannotReadAndGoesOn) {
  const std::string utf8 =
      "problem " + std::to_string(static_cast<int>(LeakRowProblem::kNotUtf8));
  const std::string quotes =
      "problem " + std::to_string(static_cast<int>(LeakRowProblem::kBadQuotes));
  const std::string long_row =
      "problem " + std::to_string(static_cast<int>(LeakRowProblem::kTooLong));
  EXPECT_THAT(RowsOf("name\n\xD5\xC5\xC8\xFD\nb\n"),
              ElementsAre(utf8, "b||||"));
  EXPECT_THAT(RowsOf("name\n\"a\"b\nc\n"), ElementsAre(quotes, "c||||"));
  EXPECT_THAT(RowsOf("name\n\"a\nb\n"), ElementsAre(quotes));
  EXPECT_THAT(RowsOf("name\n" + std::string(70000, 'x') + "\nb\n", 999),
              ElementsAre(long_row, "b||||"));
  EXPECT_THAT(RowsOf("name\n" + std::string(4096, 'x') + "\nb\n", 999),
              ElementsAre(long_row, "b||||"));
  EXPECT_THAT(RowsOf("name\n" + std::string(2000, ',') + "x\nb\n", 999),
              ElementsAre(long_row, "b||||"));
}

TEST(LeakListTest, ReadsTimesInTheTenantsZoneUnlessTheySayOtherwise) {
  const auto list = LeakList::Open(
      InPieces("phone,seen\n1,2026-11-24 10:00\n2,2026-11-24T10:00:00Z\n3,x\n",
               5),
      absl::FixedTimeZone(8 * 3600));
  ASSERT_THAT(list.status(), IsOk());
  const absl::Time ten =
      absl::FromCivil(absl::CivilHour(2026, 11, 24, 10), absl::UTCTimeZone());
  EXPECT_EQ((*list)->Next().value()->seen, ten - absl::Hours(8));
  EXPECT_EQ((*list)->Next().value()->seen, ten);
  EXPECT_EQ((*list)->Next().value()->seen, std::nullopt);
}

TEST(LeakedTextTest, ComparesMaskedTextByWhatItShows) {
  EXPECT_TRUE(LeakedText("张*").Fits(LeakedText("张三丰")));
  EXPECT_TRUE(LeakedText("张＊＊").Fits(LeakedText("张 三")));
  EXPECT_FALSE(LeakedText("李*").Fits(LeakedText("张三")));
  EXPECT_TRUE(LeakedText("江苏省苏州市***1号")
                  .Fits(LeakedText("江苏省，苏州市 平江路1号")));
  EXPECT_TRUE(LeakedText("平江路128号").Fits(LeakedText("苏州市平江路128号")));
  EXPECT_FALSE(LeakedText("张").Fits(LeakedText("张三")));
}

TEST(LeakedTextTest, ReadsMaskedNumbers) {
  for (const char* text : {"138****1234", "138xxxx1234", "+86 138-****-1234",
                           "138●●●●1234", "*******1234"}) {
    const LeakedText leaked(text);
    const auto mask = ParseMaskedPhone(leaked, "86");
    ASSERT_TRUE(mask.has_value()) << text;
    EXPECT_TRUE(FitsMask(*mask, "8613899991234", "86")) << text;
    EXPECT_FALSE(FitsMask(*mask, "8613899991235", "86")) << text;
  }
  const LeakedText leaked("138****1234");
  EXPECT_FALSE(
      FitsMask(*ParseMaskedPhone(leaked, "86"), "8613999991234", "86"));
  for (const char* text : {"13812341234", "138**12", "1*3*1234", "张*"}) {
    const LeakedText other(text);
    EXPECT_FALSE(ParseMaskedPhone(other, "86").has_value()) << text;
  }
}

}  // namespace
}  // namespace parcelveil::trace
