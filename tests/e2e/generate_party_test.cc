// SPDX-License-Identifier: Apache-2.0
// The people in the generated table: what their fields look like, how often.

#include "src/cli/generate_party.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/cli/generate_waybill.h"
#include "tests/e2e/generated_rows.h"

namespace parcelveil::cli {
namespace {

using GeneratePartyTest = GenerateTest;

// Characters of well-formed UTF-8; -1 where it is not (RFC 3629, section 4).
int Utf8Length(std::string_view text) {
  int length = 0;
  for (size_t i = 0; i < text.size(); ++length) {
    const auto byte = [&](size_t at) {
      return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u;
    };
    const unsigned lead = byte(i);
    const int more = lead < 0x80                    ? 0
                     : lead >= 0xC2 && lead < 0xE0  ? 1
                     : lead >= 0xE0 && lead < 0xF0  ? 2
                     : lead >= 0xF0 && lead <= 0xF4 ? 3
                                                    : -1;
    if (more < 0) return -1;
    for (int k = 1; k <= more; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) return -1;
    }
    if (lead == 0xE0 && byte(i + 1) < 0xA0) return -1;
    if (lead == 0xED && byte(i + 1) > 0x9F) return -1;
    i += 1 + more;
  }
  return length;
}

bool AllDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Per mille of `rows` for which `holds` is true of `column`.
int PerMille(const std::vector<Row>& rows, Column column,
             const std::function<bool(const std::string&)>& holds) {
  const auto count =
      std::count_if(rows.begin(), rows.end(),
                    [&](const Row& row) { return holds(row[column]); });
  return static_cast<int>(count * 1000 / static_cast<int64_t>(rows.size()));
}

auto Near(int per_mille, int tolerance) {
  return ::testing::AllOf(::testing::Ge(per_mille - tolerance),
                          ::testing::Le(per_mille + tolerance));
}

TEST_F(GeneratePartyTest, PersonalValuesAreLongEnoughAndUtf8) {
  const std::vector<Row> rows = Rows(5000);
  ASSERT_EQ(rows.size(), 5000u);
  for (const Row& row : rows) {
    for (int column = kFirstPersonal; column < kNumColumns; ++column) {
      ASSERT_GE(row[column].size(), 6u) << row[kWaybillNo];
      ASSERT_GT(Utf8Length(row[column]), 1) << row[kWaybillNo];
    }
  }
}

TEST_F(GeneratePartyTest, NoPersonalValueIsFoundInAnotherColumn) {
  const std::vector<Row> rows = Rows(2000);
  std::unordered_set<std::string_view> values;
  std::set<size_t> sizes;
  for (const Row& row : rows) {
    for (int column = kFirstPersonal; column < kNumColumns; ++column) {
      values.insert(row[column]);
      sizes.insert(row[column].size());
    }
  }
  for (const Row& row : rows) {
    std::string others;  // side by side, as a row lies in the file
    for (int column = 0; column < kFirstPersonal; ++column) {
      others += row[column];
    }
    for (size_t begin = 0; begin < others.size(); ++begin) {
      for (size_t size : sizes) {
        if (size > others.size() - begin) break;
        ASSERT_EQ(values.count(std::string_view(others).substr(begin, size)),
                  0u)
            << others;
      }
    }
    for (std::string_view prefix : kMobilePrefixes) {
      ASSERT_FALSE(Holds(row[kWaybillNo], prefix)) << row[kWaybillNo];
      ASSERT_FALSE(Holds(row[kOrderId], prefix)) << row[kOrderId];
    }
  }
}

// Spans are bytes of the text as it is stored, from one character to another.
TEST_F(GeneratePartyTest, SpansLieOnTheStoredText) {
  GenerateOptions options = Options(2000, "spans.db");
  std::map<std::string, Waybill> rows;
  std::map<Part, int> counts;
  options.each = [&](const Waybill& row) { rows[row.waybill_no] = row; };
  ASSERT_THAT(Generate(options), testing::IsOk());
  for (const Row& stored : Query(Path("spans.db"), "SELECT * FROM waybill")) {
    const Party& party = rows[stored[kWaybillNo]].recipient;
    ASSERT_EQ(party.name.text, stored[kRecipientName]);
    ASSERT_EQ(party.phone.text, stored[kRecipientPhone]);
    ASSERT_EQ(party.address.text, stored[kRecipientAddress]);
    for (const Text* text : {&party.name, &party.phone, &party.address}) {
      ASSERT_FALSE(text->spans.empty()) << text->text;
      for (const Span& span : text->spans) {
        ASSERT_LT(span.begin, span.end);
        const std::string part =
            text->text.substr(span.begin, span.end - span.begin);
        ASSERT_EQ(part.size(), span.end - span.begin);
        ASSERT_GT(Utf8Length(part), 0) << part;
        ++counts[span.part];
        if (span.part == Part::kUnit && part.size() > 1) {
          ASSERT_TRUE(HoldsAny(part, {"单元", "單元"})) << part;
        }
        if (span.part == Part::kExtension) {
          ASSERT_TRUE(AllDigits(part));
        }
      }
    }
  }
  EXPECT_EQ(counts.size(), 19u);  // every part there is
}

// Any run of eleven digits that looks like a mobile number must be one that no
// subscriber has.
TEST_F(GeneratePartyTest, MobileNumbersBelongToNobody) {
  int64_t num_seen = 0;
  for (const Row& row : Rows(5000)) {
    for (int column = kFirstPersonal; column < kNumColumns; ++column) {
      std::string digits;  // spaces and dashes out: 140-1234-5678
      for (char c : row[column]) {
        if (c != ' ' && c != '-') digits += c;
      }
      const bool is_phone = column == kRecipientPhone || column == kSenderPhone;
      const std::string& text = is_phone ? digits : row[column];
      for (size_t i = 0; i + 11 <= text.size(); ++i) {
        const std::string_view run = std::string_view(text).substr(i, 11);
        const bool starts = i == 0 || !AllDigits(text.substr(i - 1, 1));
        if (!starts || !AllDigits(run) || run[0] != '1' || run[1] < '3') {
          continue;
        }
        ++num_seen;
        ASSERT_NE(std::find(kMobilePrefixes.begin(), kMobilePrefixes.end(),
                            run.substr(0, 3)),
                  kMobilePrefixes.end())
            << row[column];
      }
    }
  }
  EXPECT_GT(num_seen, 8000);
}

TEST_F(GeneratePartyTest, NamesHaveTheirShares) {
  const std::vector<Row> rows = Rows(20000);
  const auto special = [](const std::string& name) {
    return HoldsAny(name, {"·", "•", "・", "‧", " ", "（", "["});
  };
  const auto plain_of = [&](int low, int high) {
    return [=](const std::string& name) {
      const int length = Utf8Length(name);
      return !special(name) && length >= low && length <= high;
    };
  };
  const auto holds = [](std::initializer_list<std::string_view> parts) {
    return [=](const std::string& name) { return HoldsAny(name, parts); };
  };
  // Names are 92 % plain; a surname and its title add to the lengths.
  EXPECT_THAT(PerMille(rows, kRecipientName, plain_of(2, 2)), Near(186, 15));
  EXPECT_THAT(PerMille(rows, kRecipientName, plain_of(3, 3)), Near(700, 25));
  EXPECT_THAT(PerMille(rows, kRecipientName, plain_of(4, 4)), Near(55, 15));
  EXPECT_THAT(PerMille(rows, kRecipientName, holds({"·", "•", "・", "‧"})),
              Near(20, 6));
  EXPECT_THAT(
      PerMille(rows, kRecipientName,
               [](const std::string& name) {
                 return std::isupper(static_cast<unsigned char>(name[0])) != 0;
               }),
      Near(10, 5));
  EXPECT_THAT(PerMille(rows, kRecipientName,
                       holds({"先生", "女士", "小姐", "老师", "师傅", "阿姨",
                              "经理", "总"})),
              Near(30, 8));
  EXPECT_THAT(PerMille(rows, kRecipientName,
                       holds({"公司", "商行", "经营部", "工作室", "超市"})),
              Near(20, 6));
}

TEST_F(GeneratePartyTest, PhonesHaveTheirShares) {
  const std::vector<Row> rows = Rows(20000);
  const auto share = [&](const std::function<bool(const std::string&)>& holds) {
    return PerMille(rows, kRecipientPhone, holds);
  };
  EXPECT_THAT(share([](const std::string& phone) {
                return phone.size() == 11 && AllDigits(phone);
              }),
              Near(880, 15));
  EXPECT_THAT(share([](const std::string& phone) {
                const bool mobile_first = AllDigits(phone.substr(0, 11));
                return mobile_first && phone.size() < 24 &&
                       (HoldsAny(phone, {"转", ",", "#", " 分机"}) ||
                        (phone[11] == '-'));
              }),
              Near(40, 10));
  EXPECT_THAT(share([](const std::string& phone) {
                return (phone[0] == '0' && phone[1] != '0') || phone[0] == '(';
              }),
              Near(20, 6));
  EXPECT_THAT(share([](const std::string& phone) {
                return phone[0] == '+' && phone.substr(0, 3) != "+86";
              }),
              Near(8, 5));
  EXPECT_THAT(share([](const std::string& phone) {
                return HoldsAny(phone, {"/", "，", "（", "电话", "晚上"});
              }),
              Near(10, 5));
}

TEST_F(GeneratePartyTest, AddressesHaveTheirShares) {
  const std::vector<Row> rows = Rows(20000);
  const auto share = [&](const std::function<bool(const std::string&)>& holds) {
    return PerMille(rows, kRecipientAddress, holds);
  };
  const auto has_province = [](const std::string& address) {
    return HoldsAny(address.substr(0, 9), {"省"});
  };
  EXPECT_THAT(share([&](const std::string& address) {
                return has_province(address) && Holds(address, "单元") &&
                       !HoldsAny(address, {"（电话", "收"});
              }),
              Near(700, 25));
  EXPECT_THAT(share([](const std::string& address) {
                return !Holds(address, "单元") &&
                       HoldsAny(address,
                                {"家村", "家庄村", "家湾村", "家沟村", "家桥村",
                                 "家塘村", "家店村", "家坪村"});
              }),
              Near(120, 15));
  EXPECT_THAT(
      share([](const std::string& address) {
        return HoldsAny(address, {"A座", "B座", "C座"}) && Holds(address, "层");
      }),
      Near(60, 10));
  EXPECT_THAT(share([&](const std::string& address) {
                return !has_province(address) && Holds(address, "单元");
              }),
              Near(40, 10));
  EXPECT_THAT(share([](const std::string& address) {
                return HoldsAny(address, {"Room ", "單元"});
              }),
              Near(20, 6));
  EXPECT_THAT(share([](const std::string& address) {
                return HoldsAny(address, {"（电话"});
              }),
              Near(7, 4));
}

TEST_F(GeneratePartyTest, FewMerchantsSendMostAndSomeRecipientsComeBack) {
  std::map<std::string, int> senders, recipients;
  const std::vector<Row> rows = Rows(20000);
  for (const Row& row : rows) {
    ++senders[row[kSenderAddress]];
    ++recipients[row[kRecipientAddress]];
  }
  int largest = 0;
  for (const auto& [address, count] : senders) {
    largest = std::max(largest, count);
  }
  EXPECT_GT(largest, 300);  // an even spread over 1000 merchants would be 18
  EXPECT_LT(senders.size(), 4000u);
  EXPECT_THAT(recipients.size(),
              ::testing::AllOf(::testing::Gt(16500u), ::testing::Lt(18500u)));
}

}  // namespace
}  // namespace parcelveil::cli
