// SPDX-License-Identifier: Apache-2.0

#include "src/text/normalise.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace parcelveil::text {
namespace {

struct Example {
  const char* text;
  const char* normal;
  const char* extension = "";
};

std::string Normal(NormaliseRule rule, std::string_view text,
                   std::string_view country = "86") {
  std::string out = "left from the call before";
  const bool found = Normalise(rule, text, country, &out);
  EXPECT_EQ(found, !out.empty()) << text;
  return out;
}

std::string Phone(std::string_view text, std::string_view country = "86") {
  return Normal(NormaliseRule::kPhone, text, country);
}

void ExpectParsed(const Example& e) {
  PhoneNumber number;
  number.extension = "left from the call before";
  EXPECT_TRUE(ParsePhone(e.text, "86", &number)) << e.text;
  EXPECT_EQ(number.digits, e.normal) << e.text;
  EXPECT_EQ(number.extension, e.extension) << e.text;
}

TEST(NormalisePhoneTest, BringsAMobileToOneForm) {
  for (const char* text :
       {"13812345678", "+8613812345678", "+86 138 1234 5678",
        "0086-138-1234-5678", "86-13812345678", "8613812345678", "013812345678",
        "138.1234.5678", "(+86) 138 1234 5678", "１３８１２３４５６７８",
        "＋８６ １３８１２３４５６７８", "١٣٨١٢٣٤٥٦٧٨",
        "\u202d13812345678\u202c", "138\u20101234\u20105678",
        "手机：13812345678", "张三13812345678", "501 13812345678"}) {
    EXPECT_EQ(Phone(text), "8613812345678") << text;
  }
}

TEST(NormalisePhoneTest, SetsTheExtensionApart) {
  for (const char* text :
       {"13812345678-9012", "13812345678 9012", "13812345678(9012)",
        "13812345678（9012）", "13812345678[9012]", "13812345678【9012】",
        "13812345678转9012", "13812345678 轉 9012", "13812345678转接9012",
        "13812345678转分机9012", "13812345678分机号：9012",
        "13812345678ext9012", "13812345678 ext. 9012", "13812345678;ext=9012",
        "13812345678x9012", "13812345678#9012", "13812345678,9012",
        "13812345678，9012", "138-1234-5678-9012"}) {
    ExpectParsed({text, "8613812345678", "9012"});
  }
  ExpectParsed({"010-62551234-802", "861062551234", "802"});
  ExpectParsed({"0571-8765432转1", "865718765432", "1"});
  ExpectParsed({"62551234-802", "8662551234", "802"});
  ExpectParsed({"4001234567,123456", "864001234567", "123456"});
}

TEST(NormalisePhoneTest, TakesTheFirstOfSeveralNumbers) {
  ExpectParsed({"13800138000,13900139000", "8613800138000"});
  ExpectParsed({"13800138000 13900139000", "8613800138000"});
  ExpectParsed({"13800138000转12/13900139000", "8613800138000", "12"});
  ExpectParsed({"12/13900139000", "8613900139000"});
}

TEST(NormalisePhoneTest, DropsTheZeroOfAnAreaCode) {
  for (const char* text :
       {"010-12345678", "(010)12345678", "01012345678", "+86 10 12345678",
        "+86 010-12345678", "0086-10-12345678", "010 1234 5678"}) {
    EXPECT_EQ(Phone(text), "861012345678") << text;
  }
  EXPECT_EQ(Phone("0571-87654321"), "8657187654321");
  EXPECT_EQ(Phone("0571-8765432"), "865718765432");
}

TEST(NormalisePhoneTest, PutsTheTenantsCountryWhereNoneIsWritten) {
  EXPECT_EQ(Phone("12345678"), "8612345678");
  EXPECT_EQ(Phone("95588"), "8695588");
  EXPECT_EQ(Phone("400-123-4567"), "864001234567");
  EXPECT_EQ(Phone("9123 4567", "852"), "85291234567");
  EXPECT_EQ(Phone("020 7946 0958", "44"), "442079460958");
  EXPECT_EQ(Phone("13812345678", "852"), "85213812345678");
  EXPECT_EQ(Phone("+86 138 1234 5678", "852"), "8613812345678");
}

TEST(NormalisePhoneTest, KeepsAWrittenCountry) {
  EXPECT_EQ(Phone("+852 9123 4567"), "85291234567");
  EXPECT_EQ(Phone("00852-91234567"), "85291234567");
  EXPECT_EQ(Phone("+1 650-253-0000"), "16502530000");
  EXPECT_EQ(Phone("+1 381 234 5678"), "13812345678");
}

TEST(NormalisePhoneTest, FindsNoNumberWhereThereIsNone) {
  for (const char* text :
       {"", " ", "张三", "1234", "12-34", "1234567890123456", "138****5678",
        "\xff\xfe", "310101199001011234", "*******5678", "+"}) {
    EXPECT_EQ(Phone(text), "") << text;
    PhoneNumber number{"old", "old"};
    EXPECT_FALSE(ParsePhone(text, "86", &number)) << text;
    EXPECT_EQ(number.digits, "") << text;
    EXPECT_EQ(number.extension, "") << text;
  }
}

TEST(NormaliseLast4Test, GivesTheLastFourOfTheMainNumber) {
  for (const char* text : {"13812345678", "138 1234 5678转9012",
                           "+86 138-1234-5678-9012", "010-12345678-9012"}) {
    EXPECT_EQ(Normal(NormaliseRule::kLast4, text), "5678") << text;
  }
  EXPECT_EQ(Normal(NormaliseRule::kLast4, "5678"), "");
}

TEST(NormaliseTextTest, TrimsCollapsesAndLowersAscii) {
  for (const Example& e : {Example{"  John \t\n SMITH ", "john smith"},
                           {"张　三", "张 三"},
                           {"ＡＢＣ１２３（ｘ）", "abc123(x)"},
                           {"\u200bA\u200dB\ufeff", "ab"},
                           {"STRAßE Élan", "straße Élan"},
                           {"\u00a0张三\u3000", "张三"},
                           {"𠮷田", "𠮷田"}}) {
    EXPECT_EQ(Normal(NormaliseRule::kText, e.text), e.normal) << e.text;
  }
}

TEST(NormaliseTextTest, GivesNothingForEmptyOrBrokenText) {
  for (const char* text : {"", "  ", "\u200b", "a\xff", "\xe5\xbc"}) {
    EXPECT_EQ(Normal(NormaliseRule::kText, text), "") << text;
  }
}

TEST(NormaliseTest, GivesNothingForARuleThatDoesNotExist) {
  EXPECT_EQ(Normal(static_cast<NormaliseRule>(9), "13812345678"), "");
}

}  // namespace
}  // namespace parcelveil::text
