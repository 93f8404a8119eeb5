// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "parcelveil/mask.h"

namespace parcelveil {
namespace {

std::string Phone34(std::string_view text) {
  return Mask(MaskRule::kPhone34, text).text();
}
std::string Phone14(std::string_view text) {
  return Mask(MaskRule::kPhone14, text).text();
}
std::string PhoneLast4(std::string_view text) {
  return Mask(MaskRule::kPhoneLast4, text).text();
}

TEST(MaskPhoneTest, ShowsThreeAndFourDigitsOfAMobileHoweverWritten) {
  for (const char* text : {"13812345678",
                           "+8613812345678",
                           "+86 138 1234 5678",
                           "+86-138-1234-5678",
                           "008613812345678",
                           "0086-13812345678",
                           "86-13812345678",
                           "8613812345678",
                           "138 1234 5678",
                           "138-1234-5678",
                           "138.1234.5678",
                           "(+86)13812345678",
                           "０１３８１２３４５６７８",
                           "１３８１２３４５６７８",
                           "＋８６１３８１２３４５６７８",
                           "١٣٨١٢٣٤٥٦٧٨",
                           "138\u20101234\u20145678",
                           "\u202d13812345678\u202c",
                           "138\u200b12345678",
                           " 13812345678 ",
                           "张三13812345678",
                           "电话：13812345678",
                           "013812345678",
                           "138****5678"}) {
    EXPECT_EQ(Phone34(text), "138****5678") << text;
    EXPECT_EQ(Phone14(text), "1******5678") << text;
    EXPECT_EQ(PhoneLast4(text), "*******5678") << text;
  }
}

TEST(MaskPhoneTest, NeverShowsTheExtension) {
  for (const char* text : {"13812345678-9012",      "13812345678转9012",
                           "13812345678 转 9012",   "13812345678轉9012",
                           "13812345678分机9012",   "13812345678分机号：9012",
                           "13812345678转接9012",   "13812345678ext9012",
                           "13812345678 ext. 9012", "13812345678x9012",
                           "13812345678#9012",      "13812345678,9012",
                           "13812345678，9012",     "13812345678[9012]",
                           "13812345678【9012】",   "13812345678（9012）",
                           "13812345678(9012)",     "13812345678 9012",
                           "13812345678—9012",      "13812345678－９０１２",
                           "13812345678;ext=9012",  "13812345678*9012",
                           "138****5678-9012"}) {
    const std::string mask = Phone34(text);
    EXPECT_EQ(mask.find("9012"), std::string::npos) << text << " " << mask;
    EXPECT_EQ(mask.find("9"), std::string::npos) << text << " " << mask;
  }
  EXPECT_EQ(Phone34("15012345678-9012"), "150****5678");
  EXPECT_EQ(Phone34("021-61234567转802"), "******4567");
  EXPECT_EQ(Phone34("0571-87654321-802"), "*******4321");
  EXPECT_EQ(Phone34("62551234-802"), "****1234");
}

TEST(MaskPhoneTest, HidesADigitRunThatAnExtensionMayEnd) {
  EXPECT_EQ(Phone34("138123456789012"), "***");
  EXPECT_EQ(Phone34("0216123456780"), "***");
  EXPECT_EQ(Phone34("1234-5678-80"), "***");
  EXPECT_EQ(Phone34("+378 0549 886377 12"), "***");
}

TEST(MaskPhoneTest, MasksEachOfSeveralMobiles) {
  for (const char* text :
       {"13800138000,13900139000", "13800138000/13900139000",
        "13800138000 13900139000", "13800138000、13900139000",
        "13800138000;+86 139 0013 9000", "13800138000转12，13900139000-7"}) {
    EXPECT_EQ(Phone34(text), "138****8000,139****9000") << text;
  }
  EXPECT_EQ(Phone34("13800138000, 010-62551234"), "138****8000");
}

TEST(MaskPhoneTest, ShowsAtMostFourDigitsOfAnyOtherNumber) {
  EXPECT_EQ(Phone34("010-12345678"), "******5678");
  EXPECT_EQ(Phone34("0571-8765432"), "******5432");
  EXPECT_EQ(Phone34("400-123-4567"), "******4567");
  EXPECT_EQ(Phone34("91234567"), "****4567");
  EXPECT_EQ(Phone34("9123 4567"), "****4567");
  EXPECT_EQ(Phone34("+852 9123 4567"), "****4567");
  EXPECT_EQ(Phone34("+1 650-253-0000"), "******0000");
  EXPECT_EQ(Phone34("0912345678"), "******5678");
  EXPECT_EQ(Phone34("1234567"), "****567");
}

TEST(MaskPhoneTest, HidesSixDigitsOnALabelWhateverTheNumber) {
  EXPECT_EQ(Phone14("010-12345678"), "******5678");
  EXPECT_EQ(Phone14("91234567"), "******67");
  EXPECT_EQ(Phone14("1234567"), "******7");
  EXPECT_EQ(Phone14("123456"), "***");
}

TEST(MaskPhoneTest, ShowsNothingOfShortNumbersAndOtherText) {
  for (const char* text :
       {"12345", "123456", "95588", "110", "x", "张三", "310101199001011234",
        "12345678901234567890", "1-2-3", "no number", "+", "****", "138"}) {
    EXPECT_EQ(Phone34(text), "***") << text;
    EXPECT_EQ(Phone14(text), "***") << text;
    EXPECT_EQ(PhoneLast4(text), "***") << text;
  }
}

TEST(MaskPhoneTest, MakesAStricterMaskFromALaxerOne) {
  EXPECT_EQ(Phone14(Phone34("13812345678")), "1******5678");
  EXPECT_EQ(PhoneLast4(Phone34("13812345678")), "*******5678");
  EXPECT_EQ(Phone34(Phone14("13812345678")), "1******5678");
  EXPECT_EQ(Phone34(PhoneLast4("13812345678")), "*******5678");
  EXPECT_EQ(Phone14(Phone34("91234567")), "******67");
}

}  // namespace
}  // namespace parcelveil
