// SPDX-License-Identifier: Apache-2.0
// How a mask may look, and numbers that are declared virtual.

#include <gtest/gtest.h>

#include <string>

#include "parcelveil/mask.h"

namespace parcelveil {
namespace {

MaskStyle Styled(MaskRule rule, MaskStar star, uint8_t width = 0) {
  MaskStyle style = rule;
  style.star = star;
  style.width = width;
  return style;
}

MaskStyle Digits(MaskRule rule, uint8_t head, uint8_t tail) {
  MaskStyle style = rule;
  style.head_digits = head;
  style.tail_digits = tail;
  return style;
}

TEST(MaskStyleTest, OfARuleShowsWhatTheRuleShows) {
  for (MaskRule rule : {MaskRule::kPhone34, MaskRule::kPhone14,
                        MaskRule::kNameSurname, MaskRule::kAddressStreet}) {
    for (const char* text :
         {"13812345678", "张三丰", "江苏省苏州市姑苏区平江路128号"}) {
      EXPECT_EQ(Mask(MaskStyle(rule), text).text(), Mask(rule, text).text());
    }
  }
}

TEST(MaskStyleTest, ShowsFewerDigitsButNeverMoreThanTheRule) {
  EXPECT_EQ(Mask(Digits(MaskRule::kPhone34, 2, 2), "13812345678").text(),
            "13*******78");
  EXPECT_EQ(Mask(Digits(MaskRule::kPhone34, 0, 0), "13812345678").text(),
            "***********");
  EXPECT_EQ(Mask(Digits(MaskRule::kPhone14, 9, 9), "13812345678").text(),
            "1******5678");
  EXPECT_EQ(Mask(Digits(MaskRule::kPhone34, 3, 1), "010-62551234").text(),
            "*******4");
  EXPECT_EQ(Mask(Digits(MaskRule::kPhone34, 3, 2), "138 1234 5678").text(),
            "138******78");
}

TEST(MaskStyleTest, UsesAnotherStar) {
  EXPECT_EQ(
      Mask(Styled(MaskRule::kNameSurname, MaskStar::kFullWidth), "张三").text(),
      "张＊");
  EXPECT_EQ(
      Mask(Styled(MaskRule::kPhone34, MaskStar::kDot), "13812345678").text(),
      "138●●●●5678");
}

TEST(MaskStyleTest, NeverLeavesADotAlone) {
  for (MaskStar star : {MaskStar::kDot, MaskStar::kBlock}) {
    const Masked mask = Mask(Styled(MaskRule::kNameSurname, star), "张三");
    EXPECT_TRUE(LooksMasked(FieldKind::kName, mask.text())) << mask.text();
  }
}

TEST(MaskStyleTest, HidesTheLengthBehindAFixedWidth) {
  const MaskStyle style =
      Styled(MaskRule::kNameSurname, MaskStar::kAsterisk, 2);
  EXPECT_EQ(Mask(style, "张三").text(), "张**");
  EXPECT_EQ(Mask(style, "张三丰").text(), "张**");
  EXPECT_EQ(Mask(style, "王").text(), "**");
  EXPECT_EQ(Mask(Styled(MaskRule::kAddressStreet, MaskStar::kAsterisk, 4),
                 "浙江省杭州市西湖区文三路90号东部软件园2号楼")
                .text(),
            "浙江省杭州市西湖区文三路****东部软件园****");
}

TEST(MaskStyleTest, ReusesTheBufferOfAMask) {
  Masked masked = Mask(MaskRule::kAddressStreet, "江苏省苏州市姑苏区平江路1号");
  MaskInto(MaskRule::kPhone14, "13812345678", &masked);
  EXPECT_EQ(masked.text(), "1******5678");
  EXPECT_EQ(masked.rule(), MaskRule::kPhone14);
  MaskInto(MaskRule::kNameSurname, "", &masked);
  EXPECT_EQ(masked.text(), "");
}

TEST(VirtualNumberTest, IsShownWholeOnALabelOnly) {
  const char* const text = "15012345678转9012";
  EXPECT_EQ(MaskPhoneOf(NumberOwner::kVirtual, MaskPreset::kLabel, text).text(),
            "15012345678-9012");
  EXPECT_EQ(
      MaskPhoneOf(NumberOwner::kVirtual, MaskPreset::kHandheld, text).text(),
      "150****5678");
  for (NumberOwner owner : {NumberOwner::kUnknown, NumberOwner::kReal}) {
    EXPECT_EQ(MaskPhoneOf(owner, MaskPreset::kLabel, text).text(),
              "1******5678");
  }
}

TEST(VirtualNumberTest, IsMaskedWhereTheTextHoldsAnythingElse) {
  for (const char* text : {"15012345678,13900139000", "150****5678", "张三",
                           "+852 9123 4567", "310101199003071234"}) {
    const std::string mask =
        MaskPhoneOf(NumberOwner::kVirtual, MaskPreset::kLabel, text).text();
    EXPECT_EQ(mask, Mask(MaskRule::kPhone14, text).text());
  }
}

}  // namespace
}  // namespace parcelveil
