// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "parcelveil/mask.h"

namespace parcelveil {
namespace {

struct Example {
  const char* line;
  const char* mask;
};

std::string Line(std::string_view line) {
  return MaskLine(MaskPreset::kHandheld, line).text();
}

TEST(MaskLineTest, MasksEachPartAsWhatItIs) {
  for (const Example& e :
       {Example{"张三 13812345678 江苏省苏州市姑苏区平江路128号",
                "张* 138****5678 江苏省苏州市姑苏区平江路***"},
        {"江苏省苏州市姑苏区平江路128号 张三 13812345678",
         "江苏省苏州市姑苏区平江路*** 张* 138****5678"},
        {"张三\t13812345678\t", "张*\t138****5678\t"},
        {"13812345678转9012,张三", "138****5678,张*"}}) {
    EXPECT_EQ(Line(e.line), e.mask) << e.line;
  }
}

TEST(MaskLineTest, PartsWhatNothingSeparates) {
  EXPECT_EQ(Line("张三13812345678江苏省苏州市姑苏区平江路128号"),
            "张*138****5678江苏省苏州市姑苏区平江路***");
}

TEST(MaskLineTest, KeepsLabelsAndWaybillNumbersThatNameTheirCarrier) {
  EXPECT_EQ(Line("单号：SF1234567890123，收件人：张三，电话：13812345678"),
            "单号：SF1234567890123，收件人：张*，电话：138****5678");
  EXPECT_EQ(Line("YT1234567890123 JT123456789012 RR473124829GB"),
            "YT1234567890123 JT123456789012 RR473124829GB");
}

TEST(MaskLineTest, HidesDigitsThatProveToBeNothing) {
  for (const char* line :
       {"432542035598773", "1381234567890123", "310101199003071234",
        "RR473124820GB", "SF138123", "门禁密码1234#", "zhang@example.com"}) {
    EXPECT_EQ(Line(line), "***") << line;
  }
}

TEST(MaskLineTest, HidesWhatMayBeAPlaceWithoutARegion) {
  EXPECT_EQ(Line("平江路128号3幢501室"), "***");
}

TEST(MaskLineTest, LeavesAMaskAsItIs) {
  for (const char* mask : {"张* 138****5678 江苏省苏州市姑苏区平江路***", "***",
                           "收件人：张*，电话：138****5678"}) {
    EXPECT_EQ(Line(mask), mask);
  }
}

TEST(MaskLineTest, FollowsThePreset) {
  EXPECT_EQ(MaskLine(MaskPreset::kLabel, "张三 13812345678").text(),
            "张* 1******5678");
  EXPECT_EQ(
      MaskLine(MaskPreset::kRegion, "江苏省苏州市姑苏区平江路128号").text(),
      "江苏省苏州市姑苏区***");
}

}  // namespace
}  // namespace parcelveil
